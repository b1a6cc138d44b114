package main_test

import (
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flts-run/flts-run/internal/fakesecretsmanager"
)

// storeKey is under which a script has its Secrets Manager.
type storeKey struct{}

// startStore starts a Secrets Manager, and sets the environment of a pod that has a web
// identity for it: secretsmanager.
func startStore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: secretsmanager")
	}
	fake, err := fakesecretsmanager.Start(fakesecretsmanager.Options{})
	ts.Check(err)
	ts.Defer(fake.Close)
	fake.Trust("web-token")
	ts.Check(os.WriteFile(ts.MkAbs("web-token"), []byte("web-token"), 0o644))
	*ts.Value(storeKey{}).(**fakesecretsmanager.Server) = fake
	ts.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", fake.URL())
	ts.Setenv("AWS_ENDPOINT_URL_STS", fake.URL())
	ts.Setenv("AWS_REGION", "us-east-1")
	ts.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", ts.MkAbs("web-token"))
	ts.Setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pipelines")
}

// secretCommand changes the Secrets Manager of the script, or counts what it was asked:
// secret put NAME TEXT, secret fail NAME CODE MESSAGE, secret calls N.
func secretCommand(ts *testscript.TestScript, neg bool, args []string) {
	fake := *ts.Value(storeKey{}).(**fakesecretsmanager.Server)
	switch {
	case neg || fake == nil:
		ts.Fatalf("secretsmanager comes before secret")
	case len(args) == 3 && args[0] == "put":
		fake.Put(args[1], args[2])
	case len(args) == 4 && args[0] == "fail":
		f := fakesecretsmanager.Fault{Code: args[2], Message: args[3]}
		if f.Code == "InternalServiceError" {
			f.Status = 500
		}
		fake.Fail(args[1], f)
	case len(args) == 2 && args[0] == "calls":
		if n := strconv.Itoa(len(fake.Calls())); n != args[1] {
			ts.Fatalf("%s calls, want %s", n, args[1])
		}
	default:
		ts.Fatalf("usage: secret put NAME TEXT, secret fail NAME CODE MESSAGE, secret calls N")
	}
}
