package scriptcmd

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

const secretsManagerUsage = "usage: secretsmanager start | put NAME TEXT | delete NAME | rotate NAME IN | fail NAME CODE | mend NAME | calls FILE"

// SecretsManager makes the command that is a Secrets Manager for a script: start begins it
// and sets the variables by which the AWS SDK finds it, with the credentials in a profile.
// rotate says when the secret is rotated next; fail makes every request for it end with
// that error of AWS, until mend; calls writes the requests so far, one a line, sorted.
func SecretsManager() func(*testscript.TestScript, bool, []string) {
	var servers sync.Map // by script
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf(secretsManagerUsage)
		}
		if args[0] == "start" {
			servers.Store(ts, startSecretsManager(ts))
			return
		}
		known, started := servers.Load(ts)
		if !started {
			ts.Fatalf("secretsmanager start comes first")
		}
		s := known.(*fakesecretsmanager.Server)
		switch words := strings.Join(append([]string{args[0]}, fmt.Sprint(len(args)-1)), " "); words {
		case "put 2":
			s.Put(args[1], args[2])
		case "delete 1":
			s.Delete(args[1])
		case "rotate 2":
			in, err := time.ParseDuration(args[2])
			ts.Check(err)
			s.Rotate(args[1], time.Now().Add(in))
		case "fail 2":
			s.Fail(args[1], fakesecretsmanager.Fault{Code: args[2], Message: "not for you"})
		case "mend 1":
			s.Fail(args[1], fakesecretsmanager.Fault{})
		case "calls 1":
			var lines []string
			for _, c := range s.Calls() {
				lines = append(lines, c.Operation+" "+c.ID+"\n")
			}
			slices.Sort(lines) // they come at the same time
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "")), 0o644))
		default:
			ts.Fatalf(secretsManagerUsage)
		}
	}
}

func startSecretsManager(ts *testscript.TestScript) *fakesecretsmanager.Server {
	s, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	environ, err := s.Environ(ts.MkAbs("."))
	ts.Check(err)
	for name, value := range environ {
		ts.Setenv(name, value)
	}
	return s
}
