// Package scriptcmd is commands for scripts of package testscript that the tests of
// several programs have.
package scriptcmd

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Exits runs a program and wants that exit status: exits STATUS PROGRAM [ARG…].
func Exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARG…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	status := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("exit status %d, want %s", status, args[0])
	}
}

// Await waits until a file holds a text, for twenty seconds at most: await FILE
// TEXT.
func Await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE TEXT")
	}
	var text []byte
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		text, _ = os.ReadFile(ts.MkAbs(args[0])) // it may not be there yet
		if strings.Contains(string(text), args[1]) {
			return
		}
	}
	ts.Fatalf("%s never says %q, but:\n%s", args[0], args[1], text)
}

// WriteFile writes a file, with Go's escapes in the text, or SIZE bytes of x:
// writefile NAME TEXT|@SIZE.
func WriteFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: writefile NAME TEXT|@SIZE")
	}
	text := args[1]
	if n, ok := strings.CutPrefix(text, "@"); ok {
		size, err := strconv.Atoi(n)
		ts.Check(err)
		text = strings.Repeat("x", size)
	} else {
		var err error
		text, err = strconv.Unquote(`"` + text + `"`)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}
