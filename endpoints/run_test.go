package endpoints_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/endpoints"
	"github.com/flts-run/flts-run/internal/secret"
)

// says is what a test compares of a result.
type says struct {
	ID     string
	State  checklist.State
	Code   string
	Detail string
}

// judge runs the checks once and returns what they said, and the results by ID.
func judge(t *testing.T, checks []checklist.Check) ([]says, map[string]checklist.Result) {
	t.Helper()
	v := checklist.Runner{}.Run(t.Context(), checks)
	var all []says
	results := map[string]checklist.Result{}
	for _, r := range v.Results {
		seenCodes.Saw(r.Code)
		require.False(t, r.State == checklist.Fail && (r.Code == "" || r.Hint == "" || r.Evidence == nil), "%s has no code, hint or evidence: %+v", r.ID, r)
		all = append(all, says{r.ID, r.State, r.Code, r.Detail})
		results[r.ID] = r
	}
	return all, results
}

// root runs the checks and returns the single root cause.
func root(t *testing.T, checks []checklist.Check) checklist.Result {
	t.Helper()
	_, results := judge(t, checks)
	var roots []checklist.Result
	for _, r := range results {
		if r.State == checklist.Fail || r.State == checklist.Warn {
			roots = append(roots, r)
		}
	}
	require.Len(t, roots, 1, "%+v", results)
	return roots[0]
}

// finding is what a fault case expects of the root cause.
type finding struct {
	ID, Code, Detail, Hint string
	Transient, Refused     bool
}

func found(r checklist.Result) finding {
	return finding{r.ID, r.Code, r.Detail, r.Hint, r.Transient, r.Refused}
}

func open(key, value string) endpoints.Setting {
	return endpoints.Setting{Key: key, Value: secret.Open(value), Origin: "env"}
}

func hidden(key, value string) endpoints.Setting {
	return endpoints.Setting{Key: key, Value: secret.New(value), Origin: "secret /etc/flts/secrets"}
}

// names is a resolver with a zone map.
type names map[string][]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	var addrs []netip.Addr
	for _, a := range n[host] {
		addrs = append(addrs, netip.MustParseAddr(a))
	}
	if addrs == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return addrs, nil
}

// asBoto3 gives a task the variables by which boto3 uses the server and the keys
// of minio(…).
func asBoto3(task map[string]string, hostPort string) {
	task["AWS_ENDPOINT_URL_S3"] = "http://" + hostPort
	task["AWS_ACCESS_KEY_ID"], task["AWS_SECRET_ACCESS_KEY"] = keyID, secretKey
}

// route is one answer of a table server.
type route struct {
	status int
	header map[string]string
	body   string
}

// table serves answers by "METHOD path" or "METHOD path?query"; "*" is what
// everything else gets.
type table struct {
	*httptest.Server
	refuse string // a method that gets 403

	mu   sync.Mutex
	seen []*http.Request
}

func serve(t *testing.T, routes map[string]route) *table {
	t.Helper()
	s := newTable(routes)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func newTable(routes map[string]route) *table {
	s := &table{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.mu.Unlock()
		answer, ok := routes[r.Method+" "+r.URL.RequestURI()]
		if !ok {
			answer, ok = routes[r.Method+" "+r.URL.Path]
		}
		if !ok {
			answer = routes["*"]
		}
		for k, v := range answer.header {
			w.Header().Set(k, v)
		}
		if r.Method == s.refuse {
			answer = route{status: http.StatusForbidden}
		}
		if answer.status == 0 {
			answer.status = http.StatusNotFound
		}
		w.WriteHeader(answer.status)
		_, _ = w.Write([]byte(answer.body))
	}))
	return s
}

// requests returns what arrived, as "METHOD uri".
func (s *table) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, r := range s.seen {
		all = append(all, r.Method+" "+r.URL.RequestURI())
	}
	return all
}

// hostPort is host:port of a URL.
func hostPort(t *testing.T, raw string) string {
	t.Helper()
	u, err := url.Parse(raw)
	require.NoError(t, err)
	return u.Host
}

func port(t *testing.T, raw string) string {
	t.Helper()
	_, p, err := net.SplitHostPort(strings.TrimPrefix(strings.TrimPrefix(raw, "http://"), "https://"))
	require.NoError(t, err)
	return p
}

// listen serves each connection with f, until the test ends.
func listen(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer func() { _ = conn.Close() }()
				f(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		served.Wait()
	})
	return l.Addr().String()
}

// closedPort is an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func replaceHost(t *testing.T, text, raw string) string {
	t.Helper()
	return replaceName(t, text, raw, "HOST")
}

// replaceName is replaceHost with another word.
func replaceName(t *testing.T, text, raw, word string) string {
	t.Helper()
	return strings.ReplaceAll(text, hostPort(t, raw), word)
}

func replacePort(t *testing.T, text, raw string) string {
	t.Helper()
	return strings.ReplaceAll(text, ":"+port(t, raw), ":PORT")
}

// forget makes the next requests the first ones.
func (s *table) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = nil
}
