package endpoints_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"

	"github.com/flts-run/flts-run/internal/codescan"
)

// seenCodes are the codes of all findings that the tests of this package got from
// a check that ran.
var seenCodes codescan.Account

// TestMain fails a whole run in which some code of this package was given by no
// check: a code that no test reproduces is a promise that nobody kept.
func TestMain(m *testing.M) {
	flag.Parse()
	// Many tests wait for time-outs and need no core for that.
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		_ = parallel.Value.Set("16")
	}
	status := m.Run()
	if !testing.Short() {
		status = seenCodes.Settle(status, ".")
	}
	os.Exit(status)
}
