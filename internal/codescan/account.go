package codescan

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"sync"
)

// Account holds the finding codes that the tests of one package really got from
// the code they test. The zero value is empty. It may be used by several
// goroutines at once.
type Account struct{ seen sync.Map }

// Saw enters codes; "" is none.
func (a *Account) Saw(codes ...string) {
	for _, code := range codes {
		a.seen.Store(code, true)
	}
}

// SawError enters the code of an error that has one, and returns the error.
func (a *Account) SawError(err error) error {
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		a.Saw(coded.Code())
	}
	return err
}

// SawOutput enters every code that a program printed in brackets, as in
// "[FLTS-E01]".
func (a *Account) SawOutput(text string) {
	for _, match := range printed.FindAllStringSubmatch(text, -1) {
		a.Saw(match[1])
	}
}

// Settle is for TestMain: it turns the status of a whole run into a failure when
// some code that is declared below the directory was seen by no test, and prints
// which. A code that no test reproduces is a promise that nobody kept. A run of
// some tests alone keeps its status.
func (a *Account) Settle(status int, dir string) int {
	if status != 0 || !Whole() {
		return status
	}
	declared, err := Below(dir)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	var missing []string
	for code := range declared {
		if _, ok := a.seen.Load(code); !ok {
			missing = append(missing, code)
		}
	}
	slices.Sort(missing)
	fmt.Printf("codes: %d of %d reproduced\n", len(declared)-len(missing), len(declared))
	if len(missing) > 0 {
		fmt.Println("no test reproduces:", missing)
		return 1
	}
	return status
}

// Whole reports whether this is a run of all tests of the package, and of nothing else.
func Whole() bool {
	return !selects("run") && !selects("list") && !selects("bench") && !selects("fuzz")
}

// selects reports whether a flag of the test binary selects a part of the tests.
func selects(name string) bool {
	f := flag.Lookup("test." + name)
	return f != nil && f.Value.String() != ""
}
