//go:build unix

package resolve_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// asNobody is set in the copy of this test that runs without the rights of root.
const asNobody = "FLTS_TEST_AS_NOBODY"

// Root may read everything, so the test starts itself again as another user.
func TestUnreadableFilesSayWhoMayAndWhoAsked(t *testing.T) {
	if dir := os.Getenv(asNobody); dir != "" {
		seenByNobody(t, dir)
		return
	}
	dir := t.TempDir()
	for d := dir; d != "/"; d = filepath.Dir(d) { // t.TempDir is for its owner alone
		if info, err := os.Stat(d); err == nil && info.Mode().Perm()&0o001 == 0 {
			require.NoError(t, os.Chmod(d, 0o755))
		}
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "closed", "inner"), 0o755))
	for name, mode := range map[string]os.FileMode{"TOKEN": 0o400, "closed/TOKEN": 0o444} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("canary-token"), 0o600))
		require.NoError(t, os.Chmod(filepath.Join(dir, name), mode))
	}
	if os.Geteuid() != 0 {
		require.NoError(t, os.Chmod(filepath.Join(dir, "TOKEN"), 0o000))
		require.NoError(t, os.Chmod(filepath.Join(dir, "closed"), 0o000))
		defer func() { require.NoError(t, os.Chmod(filepath.Join(dir, "closed"), 0o700)) }()
		seenByNobody(t, dir)
		return
	}
	require.NoError(t, os.Chmod(filepath.Join(dir, "closed"), 0o700))
	self, err := os.Executable()
	require.NoError(t, err)
	copied := filepath.Join(dir, "test")
	text, err := os.ReadFile(self)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(copied, text, 0o755))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", copied, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env, cmd.Dir = append(os.Environ(), asNobody+"="+dir), "/"
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "--- PASS: "+t.Name())
	account.SawOutput(string(out))
}

func seenByNobody(t *testing.T, dir string) {
	c, err := resolve.ParseContract("one", []byte(oneToken))
	require.NoError(t, err)
	who := fmt.Sprintf("this process is %d:%d", os.Geteuid(), os.Getegid())
	s, err := resolve.ReadMounted(c, "secret dir", resolve.Secret, dir)
	require.NoError(t, err)
	findings := resolve.Resolve(resolve.Input{Contract: c, AppEnv: resolve.Dev, Sources: []resolve.Source{s}}).Findings
	require.Len(t, findings, 1)
	f := findings[0]
	t.Log("[" + f.Code + "]")
	require.Regexp(t, `^TOKEN \(secret dir\) cannot be read: permission denied \(mode 0.00, owner \d+:\d+; `+who, f.Message)
	require.Equal(t, fmt.Sprintf("set securityContext.fsGroup: %d in the pod and defaultMode: 0440 in the volume", os.Getegid()), f.Hint)

	// The directory above refuses, not the file.
	closed := filepath.Join(dir, "closed")
	env := resolve.ReadEnviron(c, nil)
	_, err = env.ReadKeyFiles(c, map[string]string{"TOKEN_FILE": filepath.Join(closed, "TOKEN")})
	require.NoError(t, err)
	said := env.Sensitive.Values["TOKEN"].Err.Error()
	require.True(t, strings.HasPrefix(said, "cannot be read: permission denied (directory "+closed+" may not be searched: mode 0"), said)
	_, err = resolve.ReadMounted(c, "secret closed", resolve.Secret, filepath.Join(closed, "inner"))
	require.ErrorContains(t, err, "directory "+closed+" may not be searched: mode 0")
	require.ErrorContains(t, err, who)
}
