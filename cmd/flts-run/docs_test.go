package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every page in docs is run from top to bottom: what follows a "$ command" in a
// console block is what the command prints, on both streams. A page runs in a
// directory of its own, which starts as a copy of testdata/docs/PAGE. The
// addresses 127.0.0.1:9000, :5000 and :8000 are an S3 server, an MLflow and a
// gateway, on other ports in truth. "go test -update" rewrites the output.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, file := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".md"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			p := newPage(t, strings.TrimSuffix(filepath.Base(file), ".md"))
			got := p.run(t, string(text))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			require.Equal(t, string(text), got, "hint: go test ./cmd/flts-run -run Docs -update")
		})
	}
}

// page is where the commands of a page run.
type page struct {
	dir     string
	exports string // file of what was exported so far
	environ []string
	real    *strings.Replacer // documented addresses to those of this run
	shown   *strings.Replacer // and back
}

func newPage(t *testing.T, name string) *page {
	s, err := startServices()
	require.NoError(t, err)
	t.Cleanup(s.close)
	p := &page{
		dir:     t.TempDir(),
		exports: filepath.Join(t.TempDir(), "exports"),
		environ: []string{"PATH=" + binaries + ":/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent", "FLTS_TERMINATION_LOG=termination-log"},
		real:    strings.NewReplacer("127.0.0.1:9000", s.s3, "127.0.0.1:5000", s.mlflow, "127.0.0.1:8000", s.gateway),
		shown:   strings.NewReplacer(s.s3, "127.0.0.1:9000", s.mlflow, "127.0.0.1:5000", s.gateway, "127.0.0.1:8000"),
	}
	require.NoError(t, os.WriteFile(p.exports, nil, 0o600))
	if src := filepath.Join("../../testdata/docs", name); exists(src) {
		require.NoError(t, os.CopyFS(p.dir, os.DirFS(src)))
	}
	return p
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// run returns the page with the output that its commands have now.
func (p *page) run(t *testing.T, text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "```console"):
			inside = true
			b.WriteString(line)
		case strings.HasPrefix(line, "```"):
			inside = false
			b.WriteString(line)
		case !inside:
			b.WriteString(line)
		case strings.HasPrefix(line, "$ "):
			b.WriteString(line)
			b.WriteString(p.output(t, strings.TrimSpace(line[2:])))
		}
	}
	return b.String()
}

func (p *page) output(t *testing.T, command string) string {
	// What one command exports, the next ones have, as in a reader's shell.
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `. "$0"; eval "$1"; export -p >"$0"`, p.exports, p.real.Replace(command))
	cmd.Dir, cmd.Env = p.dir, p.environ
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	text := p.shown.Replace(string(out))
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}
