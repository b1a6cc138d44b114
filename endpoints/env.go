package endpoints

import (
	"context"
	"io/fs"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// Env is what the checks need of the process: the caller reads it, this package
// never does. The zero value uses the system's resolver, no proxy and the
// default limits.
type Env struct {
	Dialer   Dialer   // nil: net.Dialer
	Resolver Resolver // nil: Go's own resolver

	// Proxy holds the proxy variables that the task will see.
	Proxy httpproxy.Config

	// Namespace is the pod's own. Hints use it for Service names without one.
	Namespace string

	// Task is the environment that the task will have. What Python's clients would
	// do differently from us is read off it: proxies, certificates, regions.
	Task map[string]string

	// Files are the files of the container, from its root. Clients read some that
	// no variable names (~/.netrc, ~/.mlflow/credentials, the token of a service
	// account), and the packages of the image are found there. Nil: none is looked
	// at.
	Files fs.FS

	// InPod says that this is a pod: names of Services must resolve here. On a
	// laptop they need not.
	InPod bool

	// Thorough goes down the whole ladder. Without it, as before the start of a
	// task, each service gets at most three requests.
	Thorough bool

	// WriteProbe tries what the task needs to write, in ways that leave nothing
	// behind.
	WriteProbe bool

	Limits Limits
	Now    func() time.Time // nil: time.Now; compared with the servers' clocks
}

// Dialer is the part of net.Dialer that is used.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Resolver is the part of net.Resolver that is used.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Limits bound one attempt of a check. Zero means the default.
type Limits struct {
	Resolve time.Duration // 3 s
	Dial    time.Duration // 3 s, and again for the TLS handshake
	Request time.Duration // 5 s, connecting included
	Body    int64         // 64 KiB, what is read of an answer
}

func (l Limits) withDefaults() Limits {
	if l.Resolve == 0 {
		l.Resolve = 3 * time.Second
	}
	if l.Dial == 0 {
		l.Dial = 3 * time.Second
	}
	if l.Request == 0 {
		l.Request = 5 * time.Second
	}
	if l.Body == 0 {
		l.Body = 64 << 10
	}
	return l
}

func (e Env) withDefaults() Env {
	if e.Dialer == nil {
		e.Dialer = &net.Dialer{}
	}
	if e.Resolver == nil {
		e.Resolver = &net.Resolver{PreferGo: true}
	}
	if e.Now == nil {
		e.Now = time.Now
	}
	e.Limits = e.Limits.withDefaults()
	return e
}
