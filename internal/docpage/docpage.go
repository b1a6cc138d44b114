// Package docpage runs the commands of a page of documentation, so that what a
// reader sees there is what the commands print.
package docpage

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Page is one page in Markdown. What follows a "$ command" in a console block is
// what the command prints, on both streams.
type Page struct {
	// File is the page itself.
	File string

	// Files is a directory that the page's own directory starts as a copy of, if it
	// exists.
	Files string

	// Environ is what the commands have, as os.Environ gives it.
	Environ []string

	// Real makes documented addresses those of this run, and Shown brings them back.
	Real, Shown *strings.Replacer

	// Steady replaces what differs between two runs of a command.
	Steady func(string) string

	dir     string
	exports string // file of what was exported so far
}

// Run runs the page from top to bottom and holds it against what it says, or
// rewrites it.
func (p Page) Run(t *testing.T, update bool) {
	text, err := os.ReadFile(p.File)
	require.NoError(t, err)
	p.dir, p.exports = t.TempDir(), filepath.Join(t.TempDir(), "exports")
	require.NoError(t, os.WriteFile(p.exports, nil, 0o600))
	if _, err := os.Stat(p.Files); err == nil {
		require.NoError(t, os.CopyFS(p.dir, os.DirFS(p.Files)))
	}
	got := p.rewritten(t, string(text))
	if update {
		require.NoError(t, os.WriteFile(p.File, []byte(got), 0o644))
		return
	}
	require.Equal(t, string(text), got, "hint: go test -run Docs -update")
}

// rewritten is the page with the output that its commands have now.
func (p Page) rewritten(t *testing.T, text string) string {
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

func (p Page) output(t *testing.T, command string) string {
	// What one command exports, the next ones have, as in a reader's shell.
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `. "$0"; eval "$1"; export -p >"$0"`, p.exports, p.Real.Replace(command))
	cmd.Dir, cmd.Env = p.dir, p.Environ
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	text := p.Steady(p.Shown.Replace(string(out)))
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}
