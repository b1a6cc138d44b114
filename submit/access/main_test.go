package access_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// Secrets of the tests. None of them may stand in any text.
const (
	token    = "t0ken-canary"
	fresh    = "fr3sh-canary"
	password = "p4ssword-canary"
	cookie   = "c00kie-canary"
	header   = "h34der-canary"
	body     = "b0dy-canary" // of a server
)

var canaries = []string{
	token, fresh, password, cookie, header, body,
	base64.StdEncoding.EncodeToString([]byte("ada:" + password)), base64.StdEncoding.EncodeToString([]byte(password)),
}

// server answers and remembers what it was asked.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func serve(t *testing.T, handler http.HandlerFunc) *server {
	s := newServer(handler)
	s.Start()
	t.Cleanup(s.close)
	return s
}

func serveTLS(t *testing.T, handler http.HandlerFunc) *server {
	s := newServer(handler)
	s.StartTLS()
	t.Cleanup(s.close)
	return s
}

func newServer(handler http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests, s.bodies = append(s.requests, r), append(s.bodies, string(text))
		s.mu.Unlock()
		handler(w, r)
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	return s
}

func (s *server) close() { s.CloseClientConnections(); s.Close() }

// sent are the values of a header, one for each request.
func (s *server) sent(name string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var values []string
	for _, r := range s.requests {
		values = append(values, r.Header.Get(name))
	}
	return values
}

func ok(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"ok":true}`)
}

// wants answers 401 to all but the one value of the header.
func wants(name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(name) != value {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"`+body+r.Header.Get(name)+`"}`)
			return
		}
		ok(w, r)
	}
}

// answers is a handler of one answer. Bodies and headers echo a canary.
func answers(status int, kind, text string, more ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Server", body)
		for i := 0; i+1 < len(more); i += 2 {
			w.Header().Set(more[i], more[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// get asks once and returns the status, or the error with the client's own words
// taken off. Whatever comes, it holds no secret.
func get(t *testing.T, a *access.Access, path string) (int, error) {
	t.Helper()
	return do(t, t.Context(), a, http.MethodGet, path, "")
}

func do(t *testing.T, ctx context.Context, a *access.Access, method, path, text string) (int, error) {
	t.Helper()
	t.Cleanup(a.Client.CloseIdleConnections)
	var in io.Reader
	if text != "" {
		in = io.MultiReader(strings.NewReader(text)) // of which http.NewRequest makes no GetBody
	}
	req, err := http.NewRequestWithContext(ctx, method, a.Base.String()+path, in)
	require.NoError(t, err)
	resp, err := a.Client.Do(req)
	noSecret(t, err, a, a.Client, resp)
	if err != nil {
		return 0, access.Reason(err)
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// noSecret looks for the canaries in every form in which a value is printed.
func noSecret(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		if v == nil {
			continue
		}
		texts := fmt.Sprintf("%v %+v %s", v, v, v)
		if resp, is := v.(*http.Response); is {
			if resp == nil {
				continue
			}
			texts = fmt.Sprint(resp.Request) // its header is the server's
		}
		var e *submit.Error
		if err, is := v.(error); is && errors.As(err, &e) {
			texts += e.Error() + e.Hint() + e.Code
			require.NotContains(t, e.Message+e.Advice, "\n", "one line")
			require.NotEmpty(t, e.Message)
		}
		for _, canary := range canaries {
			require.NotContains(t, texts, canary)
		}
	}
}

// want is an error as the user sees it.
func want(t *testing.T, kind submit.Kind, code, message, advice string, err error) {
	t.Helper()
	var e *submit.Error
	require.ErrorAs(t, err, &e)
	noSecret(t, err)
	require.Equal(t, submit.Error{Kind: kind, Code: code, Message: message, Advice: advice}, submit.Error{Kind: e.Kind, Code: e.Code, Message: e.Message, Advice: e.Advice})
}

func kfp(t *testing.T, o access.Options, s access.Surroundings) *access.Access {
	t.Helper()
	a, err := access.KFP(o, s)
	require.NoError(t, err)
	return a
}

// jwt is a token with these claims, and no signature that anybody could check.
func jwt(t *testing.T, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	return "e30." + base64.RawURLEncoding.EncodeToString(payload) + "." + token
}

func unix(in time.Duration) int64 { return time.Now().Add(in).Unix() }
