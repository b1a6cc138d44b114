package main

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// The runs commands against a server whose answers are written down, at a time
// that is: so what they print is whole in the scripts.
//
//	server FILE              says what the server answers
//	fltsctl WORD…            runs the command; with ! it must fail
//	status N                 the last exit status
//	did                      prints what the server was told to do
//
// With TERMINAL=80x24 stdout is a terminal of that size.
func TestRunsScripts(t *testing.T) {
	type key struct{}
	type world struct {
		board  *board
		status int
	}
	of := func(ts *testscript.TestScript) *world { return ts.Value(key{}).(*world) }
	testscript.Run(t, testscript.Params{
		Dir:           "../../testdata/fltsctl/runs",
		UpdateScripts: flag.Lookup("update").Value.String() == "true",
		Setup: func(e *testscript.Env) error {
			e.Values[key{}] = &world{board: &board{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": func(ts *testscript.TestScript, _ bool, args []string) {
				text, err := os.ReadFile(ts.MkAbs(args[0]))
				ts.Check(err)
				of(ts).board, err = readBoard(text)
				ts.Check(err)
			},
			"fltsctl": func(ts *testscript.TestScript, neg bool, args []string) {
				w := of(ts)
				r := newRunner(process{
					args: args, environ: []string{"FLTSCTL_OUTPUT=" + ts.Getenv("FLTSCTL_OUTPUT")},
					stdin: strings.NewReader(""), stdout: ts.Stdout(), stderr: ts.Stderr(),
					terminal: func() (int, int, bool) { return size(ts.Getenv("TERMINAL")) },
					now:      noon,
				})
				r.backends = map[string]backend{kfpBackend: backendOf(w.board)}
				err := r.run(t.Context())
				if w.status = r.status; err != nil {
					w.status = r.fail(err)
				}
				if failed := w.status != 0; failed != neg {
					ts.Fatalf("exit status %d", w.status)
				}
			},
			"status": func(ts *testscript.TestScript, _ bool, args []string) {
				if got := strconv.Itoa(of(ts).status); got != args[0] {
					ts.Fatalf("exit status %s, want %s", got, args[0])
				}
			},
			"did": func(ts *testscript.TestScript, _ bool, _ []string) {
				b := of(ts).board
				_, err := ts.Stdout().Write([]byte(strings.Join(append(b.did, ""), "\n")))
				ts.Check(err)
				b.did = nil
			},
		},
	})
}

// size reads "80x24".
func size(text string) (columns, rows int, ok bool) {
	c, r, ok := strings.Cut(text, "x")
	columns, _ = strconv.Atoi(c)
	rows, _ = strconv.Atoi(r)
	return columns, rows, ok
}

// Of a parameter with megabytes people see the beginning.
func TestDescribeCutsValues(t *testing.T) {
	text := describe(submit.Run{ID: "1", Name: "n", Parameters: map[string]any{"rows": strings.Repeat("x", 3<<20)}}, noon())
	require.Contains(t, text, "\n  rows   "+strings.Repeat("x", longestValue-1)+"…\n")
}
