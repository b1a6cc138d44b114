package endpoints_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/flts-run/flts-run/internal/codescan"
)

// seenCodes are the codes of all findings that the tests of this package got from
// a check that ran.
var seenCodes sync.Map

// TestMain fails a whole run in which some code of this package was given by no
// check: a code that no test reproduces is a promise that nobody kept.
func TestMain(m *testing.M) {
	flag.Parse()
	// Many tests wait for time-outs and need no core for that.
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == fmt.Sprint(runtime.GOMAXPROCS(0)) {
		_ = parallel.Value.Set("16")
	}
	status := m.Run()
	if status == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" && !testing.Short() {
		status = unseen()
	}
	os.Exit(status)
}

func unseen() int {
	declared, err := codescan.Below(".")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	var missing []string
	for id := range declared {
		if _, ok := seenCodes.Load(id); !ok {
			missing = append(missing, id)
		}
	}
	slices.Sort(missing)
	fmt.Printf("codes: %d of %d reproduced by a check that ran\n", len(declared)-len(missing), len(declared))
	if len(missing) > 0 {
		fmt.Println("no test reproduces:", missing)
		return 1
	}
	return 0
}
