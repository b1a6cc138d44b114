package endpoints

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// stub asks name servers itself. The system's resolver says "no such host" or
// "server misbehaving", and not which candidate of the search list got which
// answer; it also stops at the first that is good.
type stub struct {
	conf  resolvConf
	hosts string // path of the file that is looked at first
}

// outcome is what came of one candidate, the more telling last.
type outcome int

const (
	noSuchName  outcome = iota
	noAddress           // the name is there, and has neither A nor AAAA
	otherAnswer         // an answer code that is none of these
	refusesUs
	servfail
	silent
	noServer
	dangling // a CNAME that leads nowhere
	needsTCP
	answered
)

var outcomeWords = [...]string{
	noSuchName: "NXDOMAIN", noAddress: "no address", otherAnswer: "an error", refusesUs: "REFUSED", servfail: "SERVFAIL",
	silent: "no answer", noServer: "connection refused", dangling: "an alias without an address", needsTCP: "an answer that needs TCP", answered: "answered",
}

// candidate is a full name and what the name server says of it.
type candidate struct {
	name   string
	is     outcome
	addrs  []netip.Addr
	alias  string
	server string // the last that was asked
	took   time.Duration
}

// all asks for all names at once.
func (s stub) all(ctx context.Context, names []string) []candidate {
	found := make([]candidate, len(names))
	var asking sync.WaitGroup
	for i, name := range names {
		asking.Go(func() { found[i] = s.ask(ctx, name) })
	}
	asking.Wait()
	return found
}

// ask asks for both kinds of addresses of one name, server after server until
// one says something.
func (s stub) ask(ctx context.Context, name string) candidate {
	began := time.Now()
	c := candidate{name: name, is: noServer}
	for _, server := range s.conf.servers {
		c = s.askServer(ctx, server, name)
		c.server = server
		if c.is != silent && c.is != noServer && c.is != servfail {
			break
		}
	}
	c.took = time.Since(began)
	return c
}

func (s stub) askServer(ctx context.Context, server, name string) candidate {
	ctx, cancel := context.WithTimeout(ctx, s.conf.timeout)
	defer cancel()
	kinds := [...]dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA}
	var (
		replies [len(kinds)]reply
		errs    [len(kinds)]error
		asking  sync.WaitGroup
	)
	for i, kind := range kinds {
		q, ok := question(name, kind)
		if !ok {
			return candidate{name: name, is: noSuchName}
		}
		asking.Go(func() { replies[i], errs[i] = query(ctx, server, q) })
	}
	asking.Wait()
	c := candidate{name: name}
	for i, r := range replies {
		c.is = max(c.is, outcomeOf(r, errs[i]))
		c.addrs = append(c.addrs, r.addrs...)
		c.alias = max(c.alias, r.alias)
	}
	return c
}

func outcomeOf(r reply, err error) outcome {
	switch {
	case errors.Is(err, errNeedsTCP):
		return needsTCP
	case errors.Is(err, syscall.ECONNREFUSED):
		return noServer
	case err != nil && !isTimeout(err) && !errors.Is(err, context.Canceled):
		return otherAnswer
	case err != nil:
		return silent
	case len(r.addrs) > 0:
		return answered
	case r.rcode == dnsmessage.RCodeServerFailure:
		return servfail
	case r.rcode == dnsmessage.RCodeRefused:
		return refusesUs
	case r.alias != "" && (r.rcode == dnsmessage.RCodeSuccess || r.rcode == dnsmessage.RCodeNameError):
		return dangling
	case r.rcode == dnsmessage.RCodeNameError:
		return noSuchName
	case r.rcode == dnsmessage.RCodeSuccess:
		return noAddress
	}
	return otherAnswer
}

// LookupNetIP makes a Resolver of the stub, for a name server that was named on
// the command line: the hosts file, then one candidate after the other.
func (s stub) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	if addrs := inHostsFile(s.hosts, host); addrs != nil {
		return addrs, nil
	}
	worst := noSuchName
	for _, name := range s.conf.candidates(host) {
		c := s.ask(ctx, name)
		if c.is == answered {
			return c.addrs, nil
		}
		worst = max(worst, c.is)
	}
	return nil, s.errorFor(host, worst)
}

// errorFor is the error in the form in which the system's resolver gives it.
func (s stub) errorFor(host string, worst outcome) error {
	err := &net.DNSError{Name: host, Server: s.conf.servers[0], Err: "server misbehaving"}
	switch worst {
	case noSuchName, noAddress, dangling:
		err.Err, err.IsNotFound = "no such host", true
	case silent:
		err.Err, err.IsTimeout, err.IsTemporary = "i/o timeout", true, true
	case noServer:
		err.Err, err.IsTemporary = "connection refused", true
	case servfail, needsTCP:
		err.IsTemporary = true
	}
	return err
}

// telling is the candidate that explains most.
func telling(asked []candidate) candidate {
	return slices.MaxFunc(asked, func(a, b candidate) int { return int(a.is - b.is) })
}

// evidence is one line for all that was asked.
func (s stub) evidence(asked []candidate) string {
	var said []string
	for _, c := range asked[:min(len(asked), 8)] {
		said = append(said, c.name+" "+outcomeWords[c.is])
	}
	return fmt.Sprintf("asked %s: %s", strings.Join(s.conf.servers, ", "), strings.Join(said, ", "))
}
