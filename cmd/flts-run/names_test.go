package main_test

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakedns"
)

// names [NAME=ADDRESS…] starts a name server that knows these names and no
// others. Its address is in $DNS.
func names(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: names [NAME=ADDRESS…]")
	}
	zone := fakedns.Zone{}
	for _, arg := range args {
		name, addr, ok := strings.Cut(arg, "=")
		if !ok {
			ts.Fatalf("%s is not NAME=ADDRESS", arg)
		}
		zone[name+"."] = fakedns.Answer{Addrs: []string{addr}}
	}
	server, err := fakedns.Start(fakedns.Options{Zone: zone})
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv("DNS", server.Addr())
}
