package main_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
)

// theSecret is a part of every credential below.
const theSecret = "hunter2-Zq8vB3xK"

// Whatever signs a request and whatever becomes of it: nothing that is printed has
// the credential in it.
func TestCredentialsAreNotPrinted(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	pipeline, err := filepath.Abs("../../testdata/kfp/pipelines/flts-train.yaml")
	require.NoError(t, err)
	credentials := map[string]struct{ args, environ []string }{
		"token variable":    {environ: []string{"FLTSCTL_TOKEN=" + theSecret}},
		"token file":        {args: []string{"--token-file", write("token", theSecret+"\n")}},
		"token command":     {args: []string{"--token-command", "cat " + write("token2", theSecret)}},
		"cookie variable":   {environ: []string{"FLTSCTL_COOKIE=session=" + theSecret}},
		"cookie file":       {args: []string{"--cookie-file", write("cookie", "session="+theSecret)}},
		"header file":       {args: []string{"--header-file", write("header", "X-Auth: "+theSecret)}},
		"password file":     {args: []string{"--user", "ada", "--password-file", write("password", theSecret)}},
		"password variable": {args: []string{"--user", "ada"}, environ: []string{"FLTSCTL_PASSWORD=" + theSecret}},
		"a login in --host": {args: []string{"--host", "http://ada:" + theSecret + "@SERVER"}},
		"unknown flag":      {args: []string{"--token", theSecret}},
		"two of them":       {args: []string{"--token-file", write("token3", theSecret)}, environ: []string{"FLTSCTL_COOKIE=session=" + theSecret, "FLTSCTL_PASSWORD=" + theSecret}},
		"the wrong file":    {args: []string{"--params-file", write("params", "x: "+theSecret+"\n y: z")}},
		"a lone --param":    {args: []string{"--param", theSecret}},
	}
	answers := map[string]func() fault{
		"good": always(nil), "login page": faults["login-page"], "unauthorized": faults["unauthorized"], "drop": faults["drop-run"],
		"echo": always(fakekfp.Internal("the token " + theSecret + " was refused")), // as careless servers do
	}
	for what, c := range credentials {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for name, answer := range answers {
				server := httptest.NewServer(fakekfp.New(fakekfp.Options{Fault: answer()}))
				t.Cleanup(server.Close)
				host := strings.TrimPrefix(server.URL, "http://")
				for _, more := range [][]string{nil, {"-o", "json"}, {"--dry-run"}} {
					args := append([]string{"submit", pipeline, "--dataset", "a", "--identifier", "b"}, more...)
					for _, a := range c.args {
						args = append(args, strings.ReplaceAll(a, "SERVER", host))
					}
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					cmd := exec.CommandContext(ctx, filepath.Join(binaries, "fltsctl"), args...)
					cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "KF_PIPELINES_ENDPOINT=" + server.URL}, c.environ...)
					out, _ := cmd.CombinedOutput() // most of them fail, as they should
					cancel()
					require.NotEmpty(t, out)
					require.NotContains(t, string(out), theSecret, "%s: %q", name, args)
				}
			}
		})
	}
}
