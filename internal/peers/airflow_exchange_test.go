//go:build peers

package peers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var record = flag.Bool("record", false, "write testdata/airflow/recorded anew")

// call is a request of the recording, and what has to be so before its answer is
// the one to record.
type call struct {
	// In path, {token} is the continuation token of the answer before.
	name, method, path string
	body               string // JSON, or what is none; "" is no body
	as                 string // who asks: "" is the user, else a key of airflow.others
	accept             string // "" is application/json
	// until is a text of the answer for which the request is made again.
	until string
	// before is done first.
	before func(*testing.T, airflow)
}

// exchange is a file of the recording: a request, and what a real Airflow answered.
type exchange struct {
	Method        string            `json:"method"`
	Path          string            `json:"path"`
	Authorization string            `json:"authorization"`
	Accept        string            `json:"accept"`
	Request       json.RawMessage   `json:"request,omitempty"`
	Status        int               `json:"status"`
	Headers       map[string]string `json:"headers"`
	// Response is the JSON of the answer, and Text the body where it is none. A
	// Request that is no JSON is here as a string.
	Response json.RawMessage `json:"response,omitempty"`
	Text     string          `json:"text,omitempty"`
}

// headers are those that a client reads.
var headers = []string{"Content-Type", "Airflow-Continuation-Token", "Location", "WWW-Authenticate", "Allow", "Retry-After"}

// matchesRecording plays the calls. The answers must be like those recorded: of the
// same status, type and shape. With -record they are written instead.
func (a airflow) matchesRecording(dir string, calls []call, others map[string]string) func(*testing.T) {
	return func(t *testing.T) {
		var token string
		for _, c := range calls {
			t.Run(c.name, func(t *testing.T) {
				c.path = strings.ReplaceAll(c.path, "{token}", token)
				if c.before != nil {
					c.before(t, a)
				}
				got := a.exchange(t, c, others)
				token = got.continuation()
				file := filepath.Join("../../testdata/airflow/recorded", dir, c.name+".json")
				if *record {
					got.write(t, file)
					return
				}
				text, err := os.ReadFile(file)
				require.NoError(t, err, "to have it: go test … -record")
				var want exchange
				require.NoError(t, json.Unmarshal(text, &want))
				requireAlike(t, want, got)
			})
		}
	}
}

func (a airflow) exchange(t *testing.T, c call, others map[string]string) exchange {
	deadline := time.Now().Add(5 * time.Minute)
	for {
		e := a.ask(t, c, others)
		// The database is sqlite, which on a busy machine refuses a lock now and then.
		locked := e.Status == http.StatusInternalServerError && strings.Contains(string(e.Response), `"reason":"Database error"`)
		if !locked && strings.Contains(string(e.Response)+e.Text, c.until) {
			return e
		}
		require.True(t, time.Now().Before(deadline), "no %q in\n%s%s", c.until, e.Response, e.Text)
		time.Sleep(300 * time.Millisecond)
	}
}

func (a airflow) ask(t *testing.T, c call, others map[string]string) exchange {
	t.Helper()
	e := exchange{Method: c.method, Path: c.path, Authorization: c.as, Accept: c.accept, Request: asJSON(c.body), Headers: map[string]string{}}
	r, err := http.NewRequestWithContext(t.Context(), c.method, a.URL()+c.path, strings.NewReader(c.body))
	require.NoError(t, err)
	authorization := others[c.as]
	if c.as == "" {
		authorization = a.authorization
		e.Authorization, _, _ = strings.Cut(strings.ToLower(authorization), " ")
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if c.accept == "" {
		e.Accept = "application/json"
	}
	r.Header.Set("Accept", e.Accept)
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	got, err := http.DefaultTransport.RoundTrip(r) // a redirect is an answer
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	e.Status = got.StatusCode
	for _, name := range headers {
		if value := got.Header.Get(name); value != "" {
			e.Headers[name] = value
		}
	}
	body = a.scrub(body)
	if json.Valid(body) {
		e.Response = body
	} else {
		e.Text = string(body)
	}
	return e
}

func asJSON(body string) json.RawMessage {
	if body == "" || json.Valid([]byte(body)) {
		return json.RawMessage(body)
	}
	return json.RawMessage(strconv.Quote(body))
}

// continuation is the token with which the next page of a log is asked for.
func (e exchange) continuation() string {
	var page struct {
		Token string `json:"continuation_token"`
	}
	_ = json.Unmarshal(e.Response, &page) // an answer that is no page has none
	return page.Token
}

// scrub takes out what is true of this machine and this run alone.
func (a airflow) scrub(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte(a.dir), []byte("/opt/airflow"))
	body = bytes.ReplaceAll(body, []byte(a.URL()), []byte("http://airflow.example:8080"))
	for _, s := range scrubs {
		body = s.what.ReplaceAll(body, []byte(s.with))
	}
	return body
}

var scrubs = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`/[^"'\s]*/(lib/python3|bin/airflow)`), "/opt/venv/$1"},
	{regexp.MustCompile(`("access_token": ?)"[^"]*"`), `$1"…"`},
	{regexp.MustCompile(`("file_token": ?)"[^"]*"`), `$1"…"`},
	{regexp.MustCompile(`("unixname": ?)"[^"]*"`), `$1"airflow"`},
}

func (e exchange) write(t *testing.T, file string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	require.NoError(t, to.Encode(e))
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o644))
}

func requireAlike(t *testing.T, want, got exchange) {
	t.Helper()
	require.Equal(t, want.Status, got.Status, "%s%s", got.Response, got.Text)
	require.Equal(t, want.Headers["Content-Type"], got.Headers["Content-Type"])
	if want.Response == nil || got.Response == nil {
		require.Equal(t, want.Response == nil, got.Response == nil)
		return
	}
	require.NoError(t, alike(decode(t, want.Response), decode(t, got.Response)))
}

func decode(t *testing.T, text json.RawMessage) (value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &value))
	return value
}

// alike finds where two JSON values differ in shape. What is null in one may be
// anything in the other, and each of a list must be like one of the recorded list.
func alike(want, got any) error {
	if want == nil || got == nil {
		return nil
	}
	if wanted, given := fmt.Sprintf("%T", want), fmt.Sprintf("%T", got); wanted != given {
		return fmt.Errorf("%s and not %s: %v", given, wanted, got)
	}
	switch got := got.(type) {
	case map[string]any:
		want := want.(map[string]any)
		if wanted, given := slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)); !slices.Equal(wanted, given) {
			return fmt.Errorf("fields %v and not %v", given, wanted)
		}
		for name, value := range got {
			if name == "conf" || name == "rendered_fields" {
				continue // what the DAG's author put there
			}
			if err := alike(want[name], value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	case []any:
		for n, value := range got {
			if err := likeOne(want.([]any), value); err != nil {
				return fmt.Errorf("%d: %w", n, err)
			}
		}
	}
	return nil
}

func likeOne(want []any, got any) error {
	err := errors.New("the recorded list is empty")
	for _, value := range want {
		if err = alike(value, got); err == nil {
			return nil
		}
	}
	return err
}
