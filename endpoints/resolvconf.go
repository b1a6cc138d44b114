package endpoints

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// resolvConf is what a container's resolv.conf says.
type resolvConf struct {
	servers []string // host:port, at most three
	search  []string // without the final dot
	ndots   int
	timeout time.Duration // for one query to one server
}

// readResolvConf takes a file that is not there as libc does: a name server on
// this machine, and no search list.
func readResolvConf(path string) resolvConf {
	text, _ := os.ReadFile(path)
	return parseResolvConf(string(text))
}

func parseResolvConf(text string) resolvConf {
	c := resolvConf{ndots: 1, timeout: 5 * time.Second}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.ContainsRune("#;", rune(line[0])) {
			continue
		}
		switch words[0] {
		case "nameserver":
			if len(c.servers) < 3 {
				c.servers = append(c.servers, net.JoinHostPort(words[1], "53"))
			}
		case "domain", "search":
			c.search = domains(words[1:])
		case "options":
			c.options(words[1:])
		}
	}
	if c.servers == nil {
		c.servers = []string{"127.0.0.1:53"}
	}
	return c
}

func domains(words []string) []string {
	var all []string
	for _, w := range words {
		if w = strings.ToLower(strings.Trim(w, ".")); w != "" {
			all = append(all, w)
		}
	}
	return all
}

func (c *resolvConf) options(words []string) {
	for _, w := range words {
		name, value, _ := strings.Cut(w, ":")
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			continue
		}
		switch name {
		case "ndots":
			c.ndots = min(n, 15)
		case "timeout":
			c.timeout = time.Duration(min(max(n, 1), 30)) * time.Second
		}
	}
}

// candidates are the names that libc asks for, in order, each with its final
// dot. (musl leaves the search list out when the name has enough dots.)
func (c resolvConf) candidates(host string) []string {
	if strings.HasSuffix(host, ".") {
		return []string{host}
	}
	var all []string
	for _, domain := range c.search {
		if name := host + "." + domain + "."; len(name) <= 254 {
			all = append(all, name)
		}
	}
	if strings.Count(host, ".") >= c.ndots {
		return slices.Insert(all, 0, host+".")
	}
	return append(all, host+".")
}

// clusterDomain is what Kubernetes put behind "svc." in the search list; ok is
// false in a pod that does not ask the cluster's DNS.
func (c resolvConf) clusterDomain() (domain string, ok bool) {
	for _, s := range c.search {
		if domain, ok := strings.CutPrefix(s, "svc."); ok {
			return domain, true
		}
	}
	return "", false
}
