package resolve_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/resolve"
)

// manyKeys makes a contract of n keys of the kinds that there are.
func manyKeys(t testing.TB, n int) *resolve.Contract {
	var b strings.Builder
	b.WriteString("namespace: default\nkeys:\n")
	for i := range n {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, "  HOST_%d: {type: hostport, default: 'svc-%d.${namespace}:9000', spellings: [HOST_%d_ADDRESS]}\n", i, i, i)
		case 1:
			fmt.Fprintf(&b, "  NUMBER_%d: {type: int, default: '%d'}\n", i, i)
		case 2:
			fmt.Fprintf(&b, "  TOKEN_%d: {type: string, sensitive: true, dev_default: token-%d}\n", i, i)
		case 3:
			fmt.Fprintf(&b, "  BUCKET_%d: {type: bucket, default: bucket-%d}\n", i, i)
		case 4:
			fmt.Fprintf(&b, "  PAGE_%d: {type: url, default: 'http://page-%d', required: true}\n", i, i)
		}
	}
	c, err := resolve.ParseContract("many", []byte(b.String()))
	require.NoError(t, err)
	return c
}

// fiveLayers gives every key in a fifth of the sources, and half of them in two.
func fiveLayers(c *resolve.Contract) []resolve.Source {
	sources := []resolve.Source{
		given("param", resolve.Parameters),
		given("configmap", resolve.ConfigMap),
		given("secret", resolve.Secret),
		given("yaml overlay", resolve.Defaults),
		given("yaml base", resolve.Defaults),
	}
	for i, k := range c.Keys {
		text := map[resolve.Type]string{resolve.HostPort: "given:1", resolve.Int: "7", resolve.Bucket: "given", resolve.Web: "http://given", resolve.Text: "given-token"}[k.Type]
		at := i % 5
		if k.Sensitive && at < 2 {
			at = 2
		}
		name := k.Name
		if at == 0 {
			name = strings.ToLower(name)
		}
		sources[at].Values[name] = resolve.Plain(text)
		if i%2 == 0 {
			sources[4].Values[k.Name] = resolve.Plain(text)
		}
	}
	return sources
}

// The promise for 5,000 keys is 20 ms and 20 MB; the cost of a key must not grow
// with their number.
func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{500, 5_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := manyKeys(b, n)
			sources := fiveLayers(c)
			b.ReportAllocs()
			begin := processorTime(b)
			for b.Loop() {
				// Sources keep what they computed, so each round has its own.
				in := resolve.Input{Contract: c, AppEnv: resolve.Dev, Sources: slices.Clone(sources)}
				if r := resolve.Resolve(in); r.Failed() {
					b.Fatal(r.Findings)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/key")
			b.ReportMetric(float64((processorTime(b)-begin).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what this process has used of all processors, the collector
// of garbage included: the figure that a busy machine does not change.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The same with a fifth of the keys missing, each with a name nearby that nobody
// knows.
func BenchmarkResolveMissing(b *testing.B) {
	for _, n := range []int{500, 5_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := manyKeys(b, n)
			for _, k := range c.Keys {
				if k.Required {
					k.Default = ""
				}
			}
			sources := fiveLayers(c)
			for i, k := range c.Keys {
				if k.Required {
					for s := range sources {
						delete(sources[s].Values, k.Name)
						delete(sources[s].Values, strings.ToLower(k.Name))
					}
					sources[1].Others = append(sources[1].Others, fmt.Sprintf("PAGES_%d", i))
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				in := resolve.Input{Contract: c, AppEnv: resolve.Dev, Sources: slices.Clone(sources)}
				if r := resolve.Resolve(in); !r.Failed() {
					b.Fatal("nothing is missing")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/key")
		})
	}
}
