// Package stores fetches secrets that must be asked for: those of AWS Secrets
// Manager. It knows nothing of keys and contracts; what a secret is worth to a
// configuration is for package resolve to say.
//
// Credentials, region and endpoint are looked for where the SDKs of AWS look, in their
// order: keys of the environment, a web identity, the agent of a node, a profile of the
// shared configuration, the role of the instance. There are two exceptions, for pods in
// which the AWS_ variables are an object store's. Keys of the environment do not go
// before an identity of the pod when they belong to another service, see Identify. And
// AWS_CA_BUNDLE, which holds the authority of a MinIO, is trusted beside the authorities
// of the system and not in their place.
//
// Only the signer is the SDK's. Its clients for Secrets Manager and STS, with the chain
// of its module config, do 2 ms of work in package initialisation and have 4.6 MiB, which
// every start of every task would pay for, asked or not; and that chain reads the
// variables of the process itself. A program that can afford them gives their credentials
// as Provider. Not here: profiles that sign in (SSO) or call a program, dual-stack
// endpoints.
package stores

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/flts-run/flts-run/internal/secret"
)

// DefaultTimeout is how long a fetch takes at most where nobody says otherwise.
const DefaultTimeout = 10 * time.Second

// Request names a version of a secret.
type Request struct {
	ID     string // name or ARN
	Region string // "": that of the ARN, or of the chain
	Stage  string // staging label; "" is AWSCURRENT
}

// Answer is a secret, or why there is none.
type Answer struct {
	Request Request
	Text    secret.String
	ARN     string
	Version string    // id of the version
	Stages  []string  // labels of the version
	Created time.Time // of the version
	Expires time.Time // when the credentials are over that it was fetched with; zero where they do not say
	Failure *Failure  // nil when Text is the value
}

// Failure says why a secret was not fetched. Its text continues the sentence
// "secretsmanager ID …" and quotes nothing that a server said.
type Failure struct {
	code, what, hint string
	status           int
}

func (f *Failure) Error() string { return f.what }

// Code is the finding code.
func (f *Failure) Code() string { return f.code }

// Hint is what to type next.
func (f *Failure) Hint() string { return f.hint }

// Status is the exit status of a program that cannot go on without: 69 where the
// store was not reached, 77 where it refused the credentials, else 78.
func (f *Failure) Status() int { return f.status }

// Missing reports that there is no such secret, so that it may have another name.
func (f *Failure) Missing() bool { return f.code == CodeNotFound }

const (
	statusUnavailable = 69
	statusRefused     = 77
	statusConfig      = 78
)

// SecretsManager is the AWS Secrets Manager as a process reaches it.
type SecretsManager struct {
	Environ map[string]string // of the process
	// Provider, when not nil, has the credentials, and Environ is not searched for them.
	Provider aws.CredentialsProvider
	// Claimed reports variables that are another service's by the contract:
	// AWS_ACCESS_KEY_ID where it is the access key of a MinIO. Nil claims none.
	Claimed     func(variable string) bool
	Credentials Choice
	Profile     string        // of the shared configuration; "" is the chain's
	Timeout     time.Duration // of a Fetch as a whole; 0 is DefaultTimeout
}

// Fetch asks for secrets, all at once, and each once, however often it is named. The
// answers stand in the order of the requests. It ends with the context, and at the
// latest after the timeout; what has not come by then is unreachable.
func (m SecretsManager) Fetch(ctx context.Context, requests []Request) []Answer {
	return each(ctx, m, requests, (*connection).fetch)
}

// each asks for all requests at once, and for each of them once.
func each[A any](ctx context.Context, m SecretsManager, requests []Request, ask func(*connection, context.Context, Request) A) []A {
	answers := make([]A, len(requests))
	if len(requests) == 0 {
		return answers
	}
	timeout := m.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	c := m.connect(ctx)
	defer c.close()
	first := map[Request]int{}
	var wg sync.WaitGroup
	for i, r := range requests {
		if _, asked := first[r]; asked {
			continue
		}
		first[r] = i
		wg.Go(func() { answers[i] = ask(c, ctx, r) })
	}
	wg.Wait()
	for i, r := range requests {
		answers[i] = answers[first[r]]
	}
	return answers
}
