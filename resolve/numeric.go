package resolve

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// selfNames are names of the loopback interface that the hosts files of images
// hold.
var selfNames = []string{
	"localhost.localdomain", "localhost4", "localhost6", "localhost4.localdomain4", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback",
}

// isSelf reports whether a host is the machine or the pod that looks it up.
func isSelf(host string) bool {
	if a, numbers := numericAddress(host); numbers {
		a = a.Unmap()
		return a.IsLoopback() || a.IsUnspecified()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || slices.Contains(selfNames, host)
}

// numericAddress reads an address in every form that a Python client takes, the
// old ones of inet_aton too: 127.1, 0x7f.1, 2130706433. It looks at the first
// character before it parses: nearly every host is a name, and an error that
// nobody reads costs more than all the rest.
func numericAddress(host string) (netip.Addr, bool) {
	if host == "" || host[0] > '9' && !strings.Contains(host, ":") {
		return netip.Addr{}, false
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	return oldForm(host)
}

// oldForm reads one to four numbers, decimal, octal or hexadecimal, of which the
// last fills all bytes that are left.
func oldForm(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var address uint64
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		n, err := strconv.ParseUint(part, 0, bits)
		if err != nil || strings.ContainsAny(part, "_bBoO") {
			return netip.Addr{}, false
		}
		address = address<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}), true
}
