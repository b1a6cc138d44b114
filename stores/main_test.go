package stores_test

import (
	"flag"
	"os"
	"testing"

	"github.com/flts-run/flts-run/internal/codescan"
)

// account is of the codes that the tests of this package got from it.
var account codescan.Account

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(account.Settle(m.Run(), "."))
}
