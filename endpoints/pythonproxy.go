package endpoints

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// PythonClient is a library through which a Python task speaks HTTP. Each has
// its own reading of the proxy variables, and none has Go's.
type PythonClient int

// The clients.
const (
	Requests PythonClient = iota // requests: MLflow's client and most others
	Botocore                     // botocore: boto3, s3fs, MLflow's artifacts in S3
	MinioPy                      // minio-py, which goes through no proxy
)

// String is the name under which people know the client.
func (c PythonClient) String() string {
	return [...]string{Requests: "requests", Botocore: "boto3", MinioPy: "minio-py"}[c]
}

// PythonProxy returns the proxy through which the client goes to u in a process
// with these environment variables, as the variable has it; "" when it goes
// there directly. It follows Python 3.11, requests 2.34 and botocore 1.43.
func PythonProxy(client PythonClient, vars map[string]string, u *url.URL) string {
	if client == MinioPy {
		return ""
	}
	proxies := pythonProxies(vars)
	if client == Botocore {
		if urllibBypass(proxies["no"], u.Host) {
			return ""
		}
		return proxies[u.Scheme]
	}
	if requestsBypass(vars, proxies["no"], u) {
		return ""
	}
	if proxy, ok := proxies[u.Scheme]; ok {
		return proxy
	}
	return proxies["all"]
}

// pythonProxies are the proxies by scheme, with NO_PROXY as "no". Names count in
// any case, small letters win, and an empty variable in small letters takes
// away what one in capitals gave. HTTP_PROXY in capitals does not count where
// REQUEST_METHOD is set: in a CGI script a client could have set it.
func pythonProxies(vars map[string]string) map[string]string {
	proxies := map[string]string{}
	names := slices.Sorted(maps.Keys(vars)) // Python takes them as they come; two in odd cases are nobody's habit
	for _, name := range names {
		if scheme, ok := strings.CutSuffix(strings.ToLower(name), "_proxy"); ok && vars[name] != "" {
			proxies[scheme] = vars[name]
		}
	}
	if _, cgi := vars["REQUEST_METHOD"]; cgi {
		delete(proxies, "http")
	}
	for _, name := range names {
		scheme, ok := strings.CutSuffix(name, "_proxy")
		switch scheme = strings.ToLower(scheme); {
		case ok && vars[name] != "":
			proxies[scheme] = vars[name]
		case ok:
			delete(proxies, scheme)
		}
	}
	return proxies
}

// urllibBypass is the rule of Python's standard library, which botocore gives
// the host with its port and requests the host alone: names and the domains
// above them, with or without a leading dot. It knows neither networks nor "*."
// nor loopback.
func urllibBypass(noProxy, hostPort string) bool {
	if noProxy == "*" {
		return true
	}
	hostPort = strings.ToLower(hostPort)
	host := hostPort
	if i := strings.LastIndexByte(host, ':'); i >= 0 && i < len(host)-1 && strings.Trim(host[i+1:], digits) == "" {
		host = host[:i]
	}
	for entry := range strings.SplitSeq(noProxy, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if domain := strings.TrimLeft(entry, "."); entry != "" && (isBelow(host, domain) || isBelow(hostPort, domain)) {
			return true
		}
	}
	return false
}

// requestsBypass is the rule that requests puts in front of urllib's. Only it
// knows networks, and only for an IPv4 address in the URL: names are not
// resolved for it.
func requestsBypass(vars map[string]string, urllibs string, u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	noProxy := vars["no_proxy"]
	if noProxy == "" {
		noProxy = vars["NO_PROXY"]
	}
	withPort := host
	if port := u.Port(); port != "" && strings.Trim(port, "0") != "" {
		withPort += ":" + strings.TrimLeft(port, "0")
	}
	ip, isIPv4 := inetAton(host)
	for entry := range strings.SplitSeq(strings.ReplaceAll(noProxy, " ", ""), ",") {
		dotless := strings.TrimLeft(entry, ".")
		switch {
		case entry == "":
		case isIPv4:
			if network, bits, ok := ipv4Network(entry); ok && (ip^network)>>(32-bits) == 0 || host == entry {
				return true
			}
		case isBelow(host, dotless), isBelow(withPort, dotless):
			return true
		}
	}
	return urllibBypass(urllibs, host)
}

// isBelow reports a host that is the name itself or in the domain of that name.
func isBelow(host, name string) bool { return host == name || strings.HasSuffix(host, "."+name) }

// ipv4Network reads ADDRESS/BITS, of 1 to 32 bits.
func ipv4Network(entry string) (network uint32, bits int, ok bool) {
	address, size, slash := strings.Cut(entry, "/")
	bits, err := strconv.Atoi(size)
	network, isIPv4 := inetAton(address)
	return network, bits, slash && err == nil && isIPv4 && bits >= 1 && bits <= 32
}

// inetAton reads what the C library takes for an IPv4 address: one to four
// numbers, the last of which fills the rest, in C's notations.
func inetAton(s string) (uint32, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return 0, false
	}
	var address uint64
	for i, part := range parts {
		width := 8
		if i == len(parts)-1 {
			width = 8 * (4 - i)
		}
		n, ok := cNumber(part)
		if !ok || n >= 1<<width {
			return 0, false
		}
		address = address<<width | n
	}
	return uint32(address), true
}

func cNumber(s string) (uint64, bool) {
	lowered := strings.ToLower(s)
	base := 10
	if rest, hex := strings.CutPrefix(lowered, "0x"); hex {
		base, lowered = 16, rest
	} else if strings.HasPrefix(lowered, "0") {
		base = 8
	}
	if strings.ContainsAny(lowered, "_+-") {
		return 0, false
	}
	n, err := strconv.ParseUint(lowered, base, 64)
	return n, err == nil
}
