package hint_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/hint"
)

// The command is typed into whatever shell is there. With a stand-in for
// kubectl it shows what the Secret would get; package doctor types it into a real one.
func TestPatchSecretInEveryShell(t *testing.T) {
	for _, shell := range []string{"sh", "bash", "dash"} {
		for name, c := range map[string]struct {
			typed string
			gets  []string // what kubectl was called with, and what it read
		}{
			"a value":         {"p'a\\n \"$w\" #\u00fc\n", []string{"-n ml patch secret NAME --type=merge --patch-file /dev/stdin", "p'a\\n \"$w\" #\u00fc"}},
			"a dash in front": {"-n\n", []string{"-n ml patch secret NAME --type=merge --patch-file /dev/stdin", "-n"}},
			"only return":     {"\n", nil},
			"the end":         {"", nil},
		} {
			t.Run(shell+"/"+name, func(t *testing.T) {
				dir := t.TempDir()
				write := func(name, script string) {
					require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755))
				}
				write("kubectl", "[ $1 = create ] && exec cat\necho \"$*\" > '"+dir+"/called'; exec cat >> '"+dir+"/called'\n")
				cmd := exec.CommandContext(t.Context(), shell, "-c", hint.PatchSecret("ml", "KEY"))
				cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin", "LC_ALL=C.UTF-8"}
				cmd.Stdin = strings.NewReader(c.typed)
				_ = cmd.Run() // the status of the last command is of no use to anybody
				called, err := os.ReadFile(filepath.Join(dir, "called"))
				if c.gets == nil {
					require.ErrorIs(t, err, os.ErrNotExist, "the key would have been emptied: %q", called)
					return
				}
				require.NoError(t, err)
				require.Equal(t, strings.Join(c.gets, "\n"), string(called))
			})
		}
	}
}

// What is rewritten or moved without a look at it stays as it is when the value cannot be
// read, or is empty, or is not taken.
func TestNothingIsLostOnTheWay(t *testing.T) {
	const kubectl = `[ "$3 $4" = "get secret" ] && { GET; exit $?; }
[ "$3 $4" = "get configmap" ] && { GET; exit $?; }
[ $1 = create ] && exec cat
echo "$*" >> DIR/called; cat >> DIR/called; exit PATCH`
	for name, c := range map[string]struct {
		line       string
		get, patch string
		called     string
	}{
		"rewritten":        {hint.RewriteSecret("kubectl -n ml", "s", "K", "{{.x}}"), `printf 'a b\n\n'`, "0", "-n ml patch secret s --type=merge --patch-file /dev/stdin\na b"},
		"not read":         {hint.RewriteSecret("kubectl -n ml", "s", "K", "{{.x}}"), "echo half; false", "0", ""},
		"empty":            {hint.RewriteSecret("kubectl -n ml", "s", "K", "{{.x}}"), "echo", "0", ""},
		"moved":            {hint.MoveToSecret("kubectl -n ml", "c", "s", "K"), "echo v", "0", "-n ml patch secret s --type=merge --patch-file /dev/stdin\nv-n ml patch configmap c --type=json -p [{\"op\":\"remove\",\"path\":\"/data/K\"}]\n"},
		"moved, not taken": {hint.MoveToSecret("kubectl -n ml", "c", "s", "K"), "echo v", "1", "-n ml patch secret s --type=merge --patch-file /dev/stdin\nv"},
		"moved, not read":  {hint.MoveToSecret("kubectl -n ml", "c", "s", "K"), "false", "0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			script := strings.NewReplacer("GET", c.get, "PATCH", c.patch, "DIR", dir).Replace(kubectl)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "kubectl"), []byte("#!/bin/sh\n"+script), 0o755))
			cmd := exec.CommandContext(t.Context(), "sh", "-c", c.line)
			cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin"}
			_ = cmd.Run() // what it did is what counts
			called, err := os.ReadFile(filepath.Join(dir, "called"))
			if c.called == "" {
				require.ErrorIs(t, err, os.ErrNotExist)
			}
			require.Equal(t, c.called, string(called))
		})
	}
}
