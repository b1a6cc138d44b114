package endpoints

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

func TestResolvConf(t *testing.T) {
	for text, want := range map[string]resolvConf{
		"": {servers: []string{"127.0.0.1:53"}, ndots: 1, timeout: 5 * time.Second},
		"nameserver 10.96.0.10\nsearch train.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n": {
			servers: []string{"10.96.0.10:53"}, search: []string{"train.svc.cluster.local", "svc.cluster.local", "cluster.local"}, ndots: 5, timeout: 5 * time.Second,
		},
		"# nameserver 1.1.1.1\n; search x\ndomain old.example\nsearch Corp.Example. .\nnameserver fd00::a\r\noptions timeout:2 ndots:99 rotate attempts:x": {
			servers: []string{"[fd00::a]:53"}, search: []string{"corp.example"}, ndots: 15, timeout: 2 * time.Second,
		},
		"nameserver a\nnameserver b\nnameserver c\nnameserver d\noptions timeout:0 ndots:0 ndots:-1": {
			servers: []string{"a:53", "b:53", "c:53"}, ndots: 0, timeout: time.Second,
		},
	} {
		require.Equal(t, want, parseResolvConf(text), text)
	}
}

func TestCandidates(t *testing.T) {
	c := resolvConf{search: []string{"a.example", "b.example"}, ndots: 2}
	for host, want := range map[string]string{
		"x":                      "x.a.example. x.b.example. x.",
		"x.y":                    "x.y.a.example. x.y.b.example. x.y.",
		"x.y.z":                  "x.y.z. x.y.z.a.example. x.y.z.b.example.",
		"x.":                     "x.",
		strings.Repeat("x", 250): strings.Repeat("x", 250) + ".",
	} {
		require.Equal(t, want, strings.Join(c.candidates(host), " "))
	}
}

func TestHostsFile(t *testing.T) {
	const text = "127.0.0.1\tlocalhost\n# 10.0.0.9 minio\n10.0.0.1 other minio # minio2\nfd00::1 MINIO.\nnonsense minio\n10.0.0.2\n"
	for host, want := range map[string][]netip.Addr{
		"minio":     {netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")},
		"localhost": {netip.MustParseAddr("127.0.0.1")},
		"minio2":    nil,
		"nobody":    nil,
	} {
		require.Equal(t, want, parseHosts(text, host), host)
	}
}

func FuzzResolvConf(f *testing.F) {
	f.Add("nameserver 10.96.0.10\nsearch a.example\noptions ndots:5 timeout:1\n", "minio.mlops")
	f.Add("search\noptions ndots\nnameserver", ".")
	f.Fuzz(func(t *testing.T, text, host string) {
		c := parseResolvConf(text)
		names := c.candidates(host)
		if len(c.servers) == 0 || len(c.servers) > 3 || c.ndots < 0 || c.timeout < time.Second || len(names) == 0 {
			t.Fatalf("%q: %+v %q", text, c, names)
		}
		for _, name := range names {
			if !strings.HasPrefix(name, host) || !strings.HasSuffix(name, ".") {
				t.Fatalf("%q of %q", name, host)
			}
		}
	})
}

func FuzzHostsFile(f *testing.F) {
	f.Add("10.0.0.1 minio # x\n", "minio")
	f.Fuzz(func(t *testing.T, text, host string) {
		for _, a := range parseHosts(text, host) {
			if !a.IsValid() {
				t.Fatal(text)
			}
		}
	})
}

func FuzzListeners(f *testing.F) {
	f.Add("  0: 00000000:07E8 00000000:0000 0A 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, port := range parseListeners(text) {
			if port < 0 || port > 65535 {
				t.Fatal(port)
			}
		}
	})
}

// Whatever a name server sends: no panic, and nothing but what the packet holds.
func FuzzDNSReply(f *testing.F) {
	q, _ := question("minio.mlops.", dnsmessage.TypeA)
	name := dnsmessage.MustNewName("minio.mlops.")
	good := dnsmessage.Message{
		Header: dnsmessage.Header{ID: 7, Response: true}, Questions: []dnsmessage.Question{q},
		Answers: []dnsmessage.Resource{
			{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.CNAMEResource{CNAME: name}},
			{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: [4]byte{10, 0, 0, 1}}},
			{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AAAAResource{}},
		},
	}
	packet, err := good.Pack()
	require.NoError(f, err)
	r, err := parseReply(packet, 7, q)
	require.NoError(f, err)
	require.Equal(f, reply{addrs: []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("::")}, alias: "minio.mlops."}, r)
	f.Add(packet)
	f.Add(packet[:20])
	f.Fuzz(func(t *testing.T, packet []byte) {
		r, err := parseReply(packet, 7, q)
		if err == nil && (len(r.addrs)*4 > len(packet) || len(packet) < 12 || packet[0] != 0 || packet[1] != 7) {
			t.Fatalf("%x: %+v", packet, r)
		}
		outcomeOf(r, err)
	})
}

func TestTheSameServerInOtherWords(t *testing.T) {
	for text, want := range map[string]bool{
		"http://gw.example": true, "http://gw.example:80/docs": true, "HTTP://GW.Example/": true,
		"http://gw.example:8080": false, "https://gw.example": false, "http://other.example": false, "//gw.example": false,
	} {
		u, err := url.Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, address{scheme: "http", host: "gw.example", port: "80"}.isAt(u), text)
	}
}
