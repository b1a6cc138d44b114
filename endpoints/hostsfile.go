package endpoints

import (
	"net/netip"
	"os"
	"strings"
)

// inHostsFile returns the addresses that a file like /etc/hosts has for a name.
// A file that cannot be read has none.
func inHostsFile(path, host string) []netip.Addr {
	text, _ := os.ReadFile(path)
	return parseHosts(string(text), host)
}

func parseHosts(text, host string) []netip.Addr {
	var found []netip.Addr
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		addr, err := netip.ParseAddr(words[0])
		if err != nil {
			continue
		}
		for _, name := range words[1:] {
			if strings.EqualFold(strings.TrimSuffix(name, "."), strings.TrimSuffix(host, ".")) {
				found = append(found, addr.Unmap())
				break
			}
		}
	}
	return found
}
