package fakedns_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/flts-run/flts-run/internal/fakedns"
)

// Go's own resolver is the judge of what the server says.
func TestGoResolvesWithIt(t *testing.T) {
	s, err := fakedns.Start(fakedns.Options{Zone: fakedns.Zone{
		"both.example.":      {Addrs: []string{"10.0.0.1", "fd00::1"}},
		"alias.example.":     {CNAME: "both.example."},
		"dangling.example.":  {CNAME: "gone.example."},
		"*.wild.example.":    {Addrs: []string{"10.0.0.2"}},
		"big.example.":       {Addrs: []string{"10.0.0.3"}, Big: true},
		"failing.example.":   {RCode: dnsmessage.RCodeServerFailure},
		"refusing.example.":  {RCode: dnsmessage.RCodeRefused},
		"silent.example.":    {Drop: true},
		"delayed.example.":   {Addrs: []string{"10.0.0.4"}, Delay: 30 * time.Millisecond},
		"addressless.local.": {},
	}})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, s.Addr())
	}}
	for name, want := range map[string]string{
		"both.example.": "10.0.0.1 fd00::1", "alias.example.": "10.0.0.1 fd00::1", "a.b.wild.example.": "10.0.0.2",
		"big.example.": "10.0.0.3", "delayed.example.": "10.0.0.4",
		"dangling.example.": "no such host", "nowhere.example.": "no such host", "addressless.local.": "no such host",
		"failing.example.": "server misbehaving", "refusing.example.": "server misbehaving", "silent.example.": "i/o timeout",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if name == "silent.example." {
			cancel()
			ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
		}
		addrs, err := resolver.LookupHost(ctx, name)
		cancel()
		slices.Sort(addrs)
		got := strings.Join(addrs, " ")
		if err != nil {
			require.ErrorContains(t, err, want, name)
			continue
		}
		require.Equal(t, want, got, name)
	}
	require.Contains(t, s.Queries(), fakedns.Query{Network: "tcp", Name: "big.example.", Type: dnsmessage.TypeA})
	s.Set("nowhere.example.", fakedns.Answer{Addrs: []string{"10.0.0.9"}})
	addrs, err := resolver.LookupHost(t.Context(), "nowhere.example.")
	require.NoError(t, err)
	require.Equal(t, []string{"10.0.0.9"}, addrs)
}

func TestWithoutTCP(t *testing.T) {
	s, err := fakedns.Start(fakedns.Options{NoTCP: true})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	_, err = net.Dial("tcp", s.Addr())
	require.ErrorContains(t, err, "refused")
}
