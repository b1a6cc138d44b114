package doctor_test

import (
	"flag"
	"os"
	"testing"

	"github.com/flts-run/flts-run/internal/codescan"
	"github.com/flts-run/flts-run/internal/kubetest"
)

// seenCodes are the codes of all findings that the tests of this package got from a
// check that ran against the real API.
var seenCodes codescan.Account

var update = flag.Bool("update", false, "write what is generated; of docs/fltsctl/doctor-checklist.md after a run of all tests")

// TestMain fails a whole run in which some code of this package was given by no check,
// or some check was never seen to pass, or never seen not to.
func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(seenCodes.Settle(covered.settle(kubetest.Main(m)), "."))
}
