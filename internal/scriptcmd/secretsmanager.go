package scriptcmd

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

const secretsManagerUsage = "usage: secretsmanager start [pod] | put NAME TEXT | delete NAME | rotate NAME IN | fail NAME CODE [MESSAGE] | mend NAME | calls FILE | count N"

// SecretsManager makes the command that is a Secrets Manager for a script: start begins it
// and sets the variables by which the AWS SDK finds it, with the credentials in a profile,
// or those of a pod with a web identity. rotate says when the secret is rotated next; fail
// makes every request for it end with that error of AWS, until mend; calls writes the
// requests so far, one a line, sorted, and count says how many they have to be.
func SecretsManager() func(*testscript.TestScript, bool, []string) {
	var servers sync.Map // by script
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf(secretsManagerUsage)
		}
		if args[0] == "start" {
			servers.Store(ts, startSecretsManager(ts, slices.Equal(args, []string{"start", "pod"})))
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
			s.Fail(args[1], faultOf(args[2], "not for you"))
		case "fail 3":
			s.Fail(args[1], faultOf(args[2], args[3]))
		case "mend 1":
			s.Fail(args[1], fakesecretsmanager.Fault{})
		case "calls 1":
			var lines []string
			for _, c := range s.Calls() {
				lines = append(lines, c.Operation+" "+c.ID+"\n")
			}
			slices.Sort(lines) // they come at the same time
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "")), 0o644))
		case "count 1":
			if n := strconv.Itoa(len(s.Calls())); n != args[1] {
				ts.Fatalf("%s calls, want %s", n, args[1])
			}
		default:
			ts.Fatalf(secretsManagerUsage)
		}
	}
}

// faultOf is an answer with that error, as AWS gives it.
func faultOf(code, message string) fakesecretsmanager.Fault {
	f := fakesecretsmanager.Fault{Code: code, Message: message}
	if code == "InternalServiceError" {
		f.Status = http.StatusInternalServerError
	}
	return f
}

func startSecretsManager(ts *testscript.TestScript, pod bool) *fakesecretsmanager.Server {
	s, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	environOf := s.Environ
	if pod {
		environOf = s.PodEnviron
	}
	environ, err := environOf(ts.MkAbs("."))
	ts.Check(err)
	for name, value := range environ {
		ts.Setenv(name, value)
	}
	return s
}
