package resolve_test

import (
	"flag"
	"os"
	"testing"

	"github.com/flts-run/flts-run/internal/codescan"
	"github.com/flts-run/flts-run/resolve"
)

// account is of the codes that the tests of this package got from it.
var account codescan.Account

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(account.Settle(m.Run(), "."))
}

// judged resolves, and enters the codes of what was found.
func judged(in resolve.Input) *resolve.Resolution {
	r := resolve.Resolve(in)
	enter(r.Findings)
	return r
}

func enter(findings []resolve.Finding) {
	for _, f := range findings {
		account.Saw(f.Code)
	}
}
