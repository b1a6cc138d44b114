package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakevolume"
)

// A supervised task prints all that it has, in some forms and to both streams, while
// its Secret is replaced: no secret comes out, neither old nor new, nor is one in the
// report or in the termination log.
func TestNoOutputOfASupervisedTaskHoldsASecret(t *testing.T) {
	random := rand.New(rand.NewPCG(2027, 3))
	for i := range 12 {
		policy := []string{"ignore", "signal:USR1", "restart", "fail"}[i%4]
		c := &configuration{dir: t.TempDir()}
		c.mountSecret(t, random)
		require.NoError(t, os.WriteFile(filepath.Join(c.dir, "termination-log"), nil, 0o644))
		args := []string{"exec", "--mode=supervise", "--on-change", policy, "--", "sh", "-c", `trap : USR1; env; env >&2; env | base64 -w0
			: >up; n=0; while ! test -e changed && test $n -lt 500; do sleep 0.02; n=$((n+1)); done
			cat secrets/*; cat secrets/* | base64 -w0 >&2; exit 1`}
		cmd := exec.CommandContext(t.Context(), os.Getenv("FLTS_RUN_BINARY"), args...)
		cmd.Dir = c.dir
		cmd.Env = []string{
			"PATH=/usr/bin:/bin", "APP_ENV=staging", "FLTS_CHECK=off", "FLTS_SECRET_DIR=secrets", "FLTS_REPORT=report.json", "FLTS_TERMINATION_LOG=termination-log",
			"MINIO_ACCESS_KEY=" + c.credential(random), "AWS_SECRET_ACCESS_KEY=" + c.credential(random), // shadowed
			"GATEWAY_URL=http://user:kiwi-and-plum@gateway", "MLFLOW_TRACKING_URI=https://mlflow", "MINIO_ENDPOINT=minio:9000",
		}
		c.secrets = append(c.secrets, "kiwi-and-plum")
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		up := func() bool { _, err := os.Stat(filepath.Join(c.dir, "up")); return err == nil }
		require.Eventually(t, up, 20*time.Second, 10*time.Millisecond)
		c.mountSecret(t, random)
		time.Sleep(time.Second) // it settles, and is seen
		require.NoError(t, os.WriteFile(filepath.Join(c.dir, "changed"), nil, 0o644))
		_ = cmd.Wait() // 1, or 75
		report, err := os.ReadFile(filepath.Join(c.dir, "report.json"))
		require.NoError(t, err)
		require.Contains(t, string(report), `"reloads"`, policy)
		reason, err := os.ReadFile(filepath.Join(c.dir, "termination-log"))
		require.NoError(t, err)
		text := out.String() + string(report) + string(reason)
		for name, form := range c.forms() {
			require.NotContains(t, text, form, "configuration %d, %s: %s", i, policy, name)
		}
	}
}

// mountSecret gives every sensitive key a new value.
func (c *configuration) mountSecret(t *testing.T, random *rand.Rand) {
	data := map[string]string{}
	for _, name := range []string{"MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"} {
		data[name] = c.credential(random)
	}
	require.NoError(t, fakevolume.Mount(filepath.Join(c.dir, "secrets"), data))
}

// credential makes a secret without what no credential may hold, and remembers it.
func (c *configuration) credential(random *rand.Rand) string {
	for {
		text := c.secret(random)
		if !strings.ContainsAny(text, "\t\n ") {
			return text
		}
		c.secrets = c.secrets[:len(c.secrets)-1]
	}
}
