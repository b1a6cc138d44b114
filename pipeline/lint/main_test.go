package lint_test

import (
	"os"
	"testing"

	"github.com/flts-run/flts-run/internal/codescan"
)

// seenCodes are the codes of all findings that the tests of this package got.
var seenCodes codescan.Account

// TestMain fails a whole run in which some code of this package was given by no test.
func TestMain(m *testing.M) { os.Exit(seenCodes.Settle(m.Run(), ".")) }
