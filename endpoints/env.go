package endpoints

import (
	"cmp"
	"context"
	"io/fs"
	"net"
	"net/netip"
	"time"
)

// Env is what the checks need of the process: the caller reads it, this package
// never does. The zero value uses the system's resolver, no proxy and the
// default limits.
type Env struct {
	Dialer   Dialer   // nil: net.Dialer
	Resolver Resolver // nil: Go's own resolver, or NameServers

	// NameServers are the host:port that are asked instead of those in ResolvConf.
	NameServers []string

	// ResolvConf and HostsFile are paths; "" is the one in /etc. They are read to
	// find out why a name has no address or the wrong one. With a Resolver of the
	// caller's own and neither NameServers nor ResolvConf, nobody else is asked.
	ResolvConf, HostsFile string

	// Interfaces lists the addresses of this container; nil: net.InterfaceAddrs.
	Interfaces func() ([]net.Addr, error)

	// Namespace is the pod's own. Hints use it for Service names without one.
	Namespace string

	// Namespaces are searched, beside those in which such services usually are,
	// for a Service that is not where the configuration says.
	Namespaces []string

	// Needs are the IDs of checks that every target waits for: the sidecar's.
	Needs []string

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

	asksItself bool // own DNS queries may be made
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
	Slow    time.Duration // 2 s, from which on an answer is worth a warning
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
	if l.Slow == 0 {
		l.Slow = 2 * time.Second
	}
	return l
}

func (e Env) withDefaults() Env {
	if e.Dialer == nil {
		e.Dialer = &net.Dialer{}
	}
	e.asksItself = e.asksItself || e.Resolver == nil || e.NameServers != nil || e.ResolvConf != ""
	if e.Resolver == nil {
		e.Resolver = &net.Resolver{PreferGo: true}
		if e.NameServers != nil || e.ResolvConf != "" {
			e.Resolver = e.stub()
		}
	}
	if e.Interfaces == nil {
		e.Interfaces = net.InterfaceAddrs
	}
	if e.Now == nil {
		e.Now = time.Now
	}
	e.Limits = e.Limits.withDefaults()
	return e
}

// stub asks name servers as resolv.conf has it.
func (e Env) stub() stub {
	s := stub{conf: readResolvConf(cmp.Or(e.ResolvConf, "/etc/resolv.conf")), hosts: cmp.Or(e.HostsFile, "/etc/hosts")}
	if e.NameServers != nil {
		s.conf.servers = e.NameServers
	}
	return s
}
