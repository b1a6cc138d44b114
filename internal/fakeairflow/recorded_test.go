package fakeairflow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
)

// exchange is a request and what a real Airflow answered.
type exchange struct {
	Method, Path, Authorization, Accept string
	Request                             json.RawMessage
	Status                              int
	Headers                             map[string]string
	Response                            json.RawMessage
	Text                                string
}

// notPlayed are recordings of calls that submit/airflow does not make.
var notPlayed = regexp.MustCompile(`^(xcom.*|tasks|run_wait.*|delete_run.*|task_instance(_mapped|_mapped_without_index|_unknown|_tries)?|clear(_.*)?|` +
	`logs_(accept_any|accept_text|accept_ndjson|ndjson|running_ndjson)|unauthorized_basic|v2_health|unpause_unknown_dag|patch_run_unknown|` +
	`token_get|base|trigger_with_import_errors|dag_with_import_errors)$`)

// played are those of these that are.
var played = []string{"clear_task_instances", "unpause_unknown_dag", "patch_run_unknown", "token_get", "base", "trigger_with_import_errors", "dag_with_import_errors", "v2_health"}

// TestRecorded replays what was asked of real ones. The fake's runs are not theirs,
// so it is status, type and shape that must be the same.
func TestRecorded(t *testing.T) {
	for dir, version := range map[string]string{"v1": "2.11.2", "v2": "3.3.2"} {
		files, err := filepath.Glob("../../testdata/airflow/recorded/" + dir + "/*.json")
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".json")
			if notPlayed.MatchString(name) && !slices.Contains(played, name) {
				continue
			}
			t.Run(dir+"/"+name, func(t *testing.T) {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				var want exchange
				require.NoError(t, json.Unmarshal(text, &want))
				replay(t, version, name, want)
			})
		}
	}
}

func replay(t *testing.T, version, name string, want exchange) {
	s := fakeairflow.New(fakeairflow.Options{Version: version}, fakeairflow.Samples()...)
	h := httptest.NewServer(s)
	defer h.Close()
	c := asker{t, h.URL, version}
	c.setUp(s, name, want)
	got := c.ask(want)
	require.Equal(t, want.Status, got.Status, "%s%s", got.Response, got.Text)
	require.Equal(t, want.Headers["Content-Type"], got.Headers["Content-Type"])
	require.Equal(t, want.Response == nil, got.Response == nil)
	if want.Response != nil {
		require.NoError(t, alike(decode(t, want.Response), decode(t, got.Response)))
	}
}

type asker struct {
	t       *testing.T
	url     string
	version string
}

// setUp brings the fake to where the real one was.
func (c asker) setUp(s *fakeairflow.Server, name string, want exchange) {
	for _, run := range [][3]string{
		{"succeeds", "flts__2026-01-02T03-04-05Z__ab12", `{"name": "flts"}`},
		{"succeeds", "a~b:c+d.e", `{}`},
		{"fails", "fails-1", `{}`},
		{"retries", "retries-1", `{}`},
		{"maps", "maps-1", `{"bad": 1}`},
		{"joins", "joins-1", `{}`},
		{"typed", "typed-1", `{"identifier": "a"}`},
		{"wrapped", "wrapped-1", `{"exit_status": 7}`},
		{"paused", "paused-1", `{}`},
		{"slow", "slow-1", `{}`},
	} {
		c.start(run[0], run[1], run[2], "")
	}
	if name == "trigger_same_date" {
		c.start("succeeds", "dated", "{}", "2026-01-02T03:04:05Z")
	}
	moments := 30
	if name == "trigger_with_import_errors" || name == "dag_with_import_errors" || name == "import_errors" {
		s.Edit("joins", func(d *fakeairflow.DAG) { d.ImportError = "ModuleNotFoundError: No module named 'a_library'" })
	}
	s.Advance(moments)
	var id struct {
		ID string `json:"dag_run_id"`
	}
	if json.Unmarshal(want.Request, &id) == nil && strings.HasSuffix(want.Path, "/dagRuns") && want.Status == http.StatusOK {
		s.Forget(strings.Split(want.Path, "/")[4], id.ID)
	}
	if strings.HasPrefix(name, "logs_running") || strings.Contains(want.Path, "slow-1") && !strings.Contains(name, "terminated") {
		return
	}
	c.ask(exchange{Method: http.MethodPatch, Path: c.api() + "/dags/slow/dagRuns/slow-1", Authorization: "all", Request: json.RawMessage(`{"state": "failed"}`)})
}

func (c asker) api() string {
	if strings.HasPrefix(c.version, "2") {
		return "/api/v1"
	}
	return "/api/v2"
}

func (c asker) start(dag, id, conf, date string) {
	body := map[string]any{"dag_run_id": id, "conf": json.RawMessage(conf)}
	if date != "" {
		body["logical_date"] = date
	} else if c.api() == "/api/v2" {
		body["logical_date"] = nil
	}
	text, err := json.Marshal(body)
	require.NoError(c.t, err)
	got := c.ask(exchange{Method: http.MethodPost, Path: c.api() + "/dags/" + dag + "/dagRuns", Authorization: "all", Request: text})
	require.Equal(c.t, http.StatusOK, got.Status, "%s", got.Response)
}

// authorization is the header that stands for a word of the recording.
func (c asker) authorization(word string) string {
	switch {
	case word == "none":
		return ""
	case word == "expired":
		return "Bearer " + fakeairflow.Expired
	case word == "viewer":
		return "Bearer " + fakeairflow.Viewer
	case word == "garbage" || word == "bearer" && c.api() == "/api/v1":
		return "Bearer garbage"
	case word == "wrong password":
		return "Basic YWRtaW46d3Jvbmc="
	case c.api() == "/api/v1" || word == "basic":
		return "Basic YWRtaW46Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"
	}
	got := c.ask(exchange{
		Method: http.MethodPost, Path: "/auth/token", Authorization: "none",
		Request: json.RawMessage(`{"username": "admin", "password": "correct horse battery"}`),
	})
	var token struct {
		Token string `json:"access_token"`
	}
	require.NoError(c.t, json.Unmarshal(got.Response, &token))
	return "Bearer " + token.Token
}

func (c asker) ask(e exchange) exchange {
	c.t.Helper()
	path := e.Path
	if front, token, found := strings.Cut(path, "token="); found && token != "nonsense" {
		path = front + "token=" + c.token(e, front) // the real one's are not ours
	}
	body := []byte(e.Request)
	var literal string
	if json.Unmarshal(e.Request, &literal) == nil {
		body = []byte(literal) // what is no JSON was recorded as a text
	}
	r, err := http.NewRequestWithContext(c.t.Context(), e.Method, c.url+path, bytes.NewReader(body))
	require.NoError(c.t, err)
	if a := c.authorization(e.Authorization); a != "" {
		r.Header.Set("Authorization", a)
	}
	got, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(c.t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(c.t, err)
	answer := exchange{Status: got.StatusCode, Headers: map[string]string{"Content-Type": got.Header.Get("Content-Type")}}
	if json.Valid(text) {
		answer.Response = text
	} else {
		answer.Text = string(text)
	}
	return answer
}

// token is that of the first page of the log.
func (c asker) token(e exchange, path string) string {
	e.Path = path
	var page struct {
		Token string `json:"continuation_token"`
	}
	require.NoError(c.t, json.Unmarshal(c.ask(e).Response, &page))
	require.NotEmpty(c.t, page.Token)
	return page.Token
}

func decode(t *testing.T, text json.RawMessage) (value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &value))
	return value
}

// free are objects whose fields are not the API's.
var free = []string{"conf", "params", "schema", "rendered_fields", "value", "input"}

// alike finds where two JSON values differ in shape. What is null in one may be
// anything in the other, and each item of a list must be like one of the recorded.
func alike(want, got any) error {
	if want == nil || got == nil {
		return nil
	}
	if wanted, given := fmt.Sprintf("%T", want), fmt.Sprintf("%T", got); wanted != given {
		return fmt.Errorf("%s and not %s: %v", given, wanted, got)
	}
	switch got := got.(type) {
	case map[string]any:
		return alikeFields(want.(map[string]any), got)
	case []any:
		for n, value := range got {
			if len(want.([]any)) == 0 {
				return fmt.Errorf("the recorded list is empty, and ours has %v", value)
			}
			if err := likeOne(want.([]any), value); err != nil {
				return fmt.Errorf("%d: %w", n, err)
			}
		}
	}
	return nil
}

func alikeFields(want, got map[string]any) error {
	if wanted, given := slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)); !slices.Equal(wanted, given) {
		return fmt.Errorf("fields %v and not %v", given, wanted)
	}
	for name, value := range got {
		if slices.Contains(free, name) {
			continue
		}
		if err := alike(want[name], value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func likeOne(want []any, got any) (err error) {
	for _, value := range want {
		if err = alike(value, got); err == nil {
			return nil
		}
	}
	return err
}
