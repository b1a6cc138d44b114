package kfp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/submit"
)

// server is an API server whose runs a test drives.
type server struct {
	url    string
	report func(ctx context.Context, id string, r fakekfp.Report) error
	setLog func(ctx context.Context, id, pod, text string) error
}

func fakeServer(t *testing.T, version string) server {
	t.Helper()
	fake := fakekfp.New(fakekfp.Options{Version: version})
	return server{
		url:    serveHandler(t, fake),
		report: func(_ context.Context, id string, r fakekfp.Report) error { return fake.Report(id, r) },
		setLog: func(_ context.Context, id, pod, text string) error { fake.SetLog(id, pod, text); return nil },
	}
}

// realServer runs the handlers of KFP 2.0.5.
func realServer(t *testing.T) (server, *teststack.KFPServer) {
	t.Helper()
	real, err := teststack.KFP(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(real.Close)
	phases := map[string]string{"RUNNING": "Running", "SUCCEEDED": "Succeeded", "FAILED": "Failed", "": ""}
	return server{
		url: real.URL(),
		report: func(ctx context.Context, id string, r fakekfp.Report) error {
			told := teststack.Report{Phase: phases[r.State], Message: r.Error}
			for i, task := range r.Tasks {
				told.Nodes = append(told.Nodes, teststack.ReportNode{
					ID: fmt.Sprintf("%s-node-%02d", id, i), DisplayName: task.Name, Type: "Pod", Phase: phases[task.State],
					StartedAt: task.Started, FinishedAt: task.Finished, Children: task.Children,
				})
			}
			return real.Report(ctx, id, told)
		},
		setLog: real.ArchiveLog,
	}, real
}

// TestConformance plays what the command does against the stand-ins and against
// the real handlers: what passes with the first is worth something only if it
// passes with the last.
func TestConformance(t *testing.T) {
	servers := map[string]func(*testing.T) server{
		"fake 2.0.5":  func(t *testing.T) server { return fakeServer(t, "2.0.5") },
		"fake 2.17.0": func(t *testing.T) server { return fakeServer(t, "2.17.0") },
		"real 2.0.5":  func(t *testing.T) server { s, _ := realServer(t); return s },
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			for _, scenario := range scenarios {
				t.Run(scenario.name, func(t *testing.T) { scenario.play(t, s, backendOf(t, s.url, Options{})) })
			}
		})
	}
}

var scenarios = []struct {
	name string
	play func(*testing.T, server, *Backend)
}{
	{"submit", playSubmit},
	{"empty platform document", playEmptyPlatform},
	{"upload", playUpload},
	{"succeeds", playSucceeds},
	{"fails, and is retried", playRetry},
	{"is terminated", playTerminate},
	{"archive", playArchive},
	{"list", playList},
	{"key", playKey},
	{"logs", playLogs},
	{"mistakes", playMistakes},
	{"watched to each end", playWatch},
}

func playSubmit(t *testing.T, _ server, b *Backend) {
	o := order(t)
	o.Target, o.Experiment, o.Description = file(t, withPlatform), "submit", "why"
	o.ServiceAccount, o.PipelineRoot = "trainer", "minio://runs/x"
	o.Values = map[string]any{
		"dataset": "123", "lr": json.Number("1e-7"), "epochs": json.Number("10000000"), "resume": true,
		"layers": []any{json.Number("1"), "2"}, "extra": map[string]any{"at": "0001-01-01T00:00:00.000Z"},
	}
	receipt, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	got, err := b.Run(t.Context(), receipt.Run.ID)
	require.NoError(t, err)
	require.Less(t, time.Since(got.Created).Abs(), time.Hour)
	values := got.Parameters
	require.Equal(t, receipt.Run.ExperimentID, got.ExperimentID)
	got.Created, got.ExperimentID, got.Parameters = time.Time{}, "", nil
	require.Equal(t, submit.Run{
		ID: receipt.Run.ID, Name: "first", URL: receipt.Run.URL, Pipeline: "flts-train", Experiment: "submit",
		ServiceAccount: "trainer", PipelineRoot: "minio://runs/x", Description: "why",
		State: submit.Pending, Native: "PENDING",
		Images: map[string]string{"exec-preprocess": "flts/preprocess:1", "exec-train": "flts/train:1"},
	}, got)
	stored, err := json.Marshal(values)
	require.NoError(t, err)
	require.JSONEq(t, `{"dataset":"123","lr":1e-7,"epochs":10000000,"resume":true,"layers":[1,"2"],"extra":{"at":"0001-01-01T00:00:00.000Z"}}`, string(stored))
}

// A server of 2.0.5 ends when it is sent this as it is.
func playEmptyPlatform(t *testing.T, _ server, b *Backend) {
	o := order(t)
	o.Target = file(t, train+"---\nplatforms: {kubernetes: {}}\n")
	started(t, b, o)
}

func playUpload(t *testing.T, _ server, b *Backend) {
	o := order(t)
	o.Target, o.Upload = file(t, withPlatform), true
	first, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	again, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, first.Run.VersionID, again.Run.VersionID)
	o.Target = file(t, strings.Replace(withPlatform, "train:1", "train:2", 1))
	second, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.NotEqual(t, first.Run.VersionID, second.Run.VersionID)
	o.Target.Version = first.Run.Version
	_, err = b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Conflict)

	f, err := b.Form(t.Context(), submit.Target{Pipeline: "flts-train", Version: first.Run.Version})
	require.NoError(t, err)
	local, err := b.Form(t.Context(), file(t, train))
	require.NoError(t, err)
	require.Equal(t, local.Parameters(), f.Parameters())

	o.Upload, o.Target = false, submit.Target{Pipeline: "flts-train", Version: first.Run.Version}
	stored, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	got, err := b.Run(t.Context(), stored.Run.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"flts-train", first.Run.Version, first.Run.VersionID, "flts/train:1"},
		[]string{got.Pipeline, got.Version, got.VersionID, got.Images["exec-train"]})
	o.NoCache = true
	copied, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Empty(t, copied.Run.VersionID)

	for target, want := range map[submit.Target]string{
		{Pipeline: "flts-tran"}:                    "no pipeline flts-tran on the server",
		{Pipeline: "flts-train", Version: "three"}: "pipeline flts-train has no version three",
	} {
		o.Target = target
		_, err := b.Submit(t.Context(), o)
		require.ErrorIs(t, err, submit.NotFound)
		require.EqualError(t, err, want)
	}
}

func playSucceeds(t *testing.T, s server, b *Backend) {
	id := started(t, b, order(t))
	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
	got, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Running, got.State)
	require.Zero(t, got.Finished)
	states := map[string]submit.State{}
	groups := map[string]bool{}
	for _, task := range got.Tasks {
		states[task.Name], groups[task.Name] = task.State, task.Group
	}
	require.Equal(t, map[string]submit.State{"preprocess": submit.Succeeded, "fit": submit.Running, "train": submit.Running}, states)
	require.Equal(t, map[string]bool{"preprocess": false, "fit": true, "train": false}, groups)

	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "SUCCEEDED"}))
	got, err = b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Succeeded, got.State)
	require.NotZero(t, got.Finished)
	require.ErrorIs(t, b.Retry(t.Context(), id), submit.Conflict)
	require.ErrorIs(t, b.Terminate(t.Context(), id), submit.Conflict)
}

func playRetry(t *testing.T, s server, b *Backend) {
	id := started(t, b, order(t))
	require.ErrorIs(t, b.Retry(t.Context(), id), submit.Conflict, "nothing is known of it yet")
	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "RUNNING"}))
	require.ErrorIs(t, b.Retry(t.Context(), id), submit.Conflict, "it runs")
	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "FAILED"}))
	require.NoError(t, b.Retry(t.Context(), id))
	got, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Running, got.State)
	require.Zero(t, got.Finished)
}

func playTerminate(t *testing.T, s server, b *Backend) {
	id := started(t, b, order(t))
	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "RUNNING"}))
	require.NoError(t, b.Terminate(t.Context(), id))
	require.NoError(t, b.Terminate(t.Context(), id))
	got, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Canceling, got.State)
	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "FAILED"}))
	got, err = b.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, submit.Failed, got.State)
	require.NotZero(t, got.Finished)
}

func playArchive(t *testing.T, _ server, b *Backend) {
	o := order(t)
	o.Experiment = "archive"
	id := started(t, b, o)
	require.NoError(t, b.Archive(t.Context(), id))
	require.NoError(t, b.Archive(t.Context(), id))
	got, err := b.Run(t.Context(), id)
	require.NoError(t, err)
	require.True(t, got.Archived)
	for archived, n := range map[bool]int{false: 0, true: 1} {
		listed, err := b.Runs(t.Context(), submit.Query{Experiment: "archive", Archived: archived})
		require.NoError(t, err)
		require.Len(t, listed.Runs, n)
	}
}

func playList(t *testing.T, s server, b *Backend) {
	o := order(t)
	o.Experiment = "list"
	var ids []string
	for range 5 {
		ids = append(ids, started(t, b, o))
	}
	require.NoError(t, s.report(t.Context(), ids[2], fakekfp.Report{State: "FAILED"}))
	collect := func(q submit.Query) (all []string) {
		q.Experiment = "list"
		for {
			got, err := b.Runs(t.Context(), q)
			require.NoError(t, err)
			require.LessOrEqual(t, len(got.Runs), q.Limit)
			for _, run := range got.Runs {
				all = append(all, run.ID)
			}
			if q.Page = got.Next; q.Page == "" {
				return all
			}
		}
	}
	require.ElementsMatch(t, ids, collect(submit.Query{Limit: 2}))
	require.ElementsMatch(t, ids, collect(submit.Query{Limit: 2, Pipeline: "flts-train"}))
	require.Empty(t, collect(submit.Query{Limit: 2, Pipeline: "other"}))
	require.Equal(t, ids[2:3], collect(submit.Query{Limit: 2, State: submit.Failed}))
	got, err := b.Runs(t.Context(), submit.Query{Experiment: "list", Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 5, got.Total)
	_, err = b.Runs(t.Context(), submit.Query{Page: "0.nonsense"})
	require.ErrorIs(t, err, submit.Invalid)
}

func playKey(t *testing.T, _ server, b *Backend) {
	o := order(t)
	o.Key, o.Experiment, o.Description = "step10_%test", "key", "50 % of it"
	first, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	second, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.True(t, second.Existing)
	require.Equal(t, first.Run.ID, second.Run.ID)
	o.Values = map[string]any{"dataset": "Gracia"}
	_, err = b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Conflict)
	require.EqualError(t, err, "the idempotency key belongs to run first ("+first.Run.ID+"), which differs in parameter dataset")
}

func playLogs(t *testing.T, s server, b *Backend) {
	id := started(t, b, order(t))
	require.NoError(t, s.report(t.Context(), id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
	require.NoError(t, s.setLog(t.Context(), id, "flts-train-x7k2p-5", "one\ntwo\n"))
	var got bytes.Buffer
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "preprocess"}, &got))
	require.Equal(t, "one\ntwo\n", got.String())
	require.ErrorIs(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train"}, io.Discard), submit.Unsupported)
}

func playMistakes(t *testing.T, _ server, b *Backend) {
	for want, values := range map[string]map[string]any{
		"parameter dataset is not optional, yet has neither default value nor user provided value":                {},
		"parameter(s) provided are not required by pipeline: a":                                                   {"dataset": "x", "a": "1"},
		"input parameter dataset requires type string, but the input parameter is not of string value type":       {"dataset": json.Number("1")},
		"input parameter lr requires type double or integer, but the parameter value is not of number value type": {"dataset": "x", "lr": "1"},
		"input parameter resume requires type bool, but the input parameter is not of bool value type":            {"dataset": "x", "resume": "true"},
		"input parameter layers requires type list, but the input parameter is not of list value type":            {"dataset": "x", "layers": "1"},
		"input parameter extra requires type struct, but the input parameter is not of struct value type":         {"dataset": "x", "extra": []any{}},
	} {
		o := order(t)
		o.Values = values
		_, err := b.Submit(t.Context(), o)
		require.ErrorIs(t, err, submit.Invalid)
		require.EqualError(t, err, "cannot create run first: "+want)
	}
	_, err := b.Run(t.Context(), "nope")
	require.EqualError(t, err, "no run nope on the server")
}

// The generated models have times that are always sent: year 1, which the server
// stores. What it stored says that they are not.
func TestNoTimeIsStoredThatWasNotSent(t *testing.T) {
	s, real := realServer(t)
	b := backendOf(t, s.url, Options{})
	o := order(t)
	o.Experiment, o.Upload = "times", true
	got, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	stored, err := real.Stored(t.Context(), got.Run.ID)
	require.NoError(t, err)
	require.Zero(t, stored.FinishedAt)
	require.Equal(t, stored.CreatedAt, stored.ScheduledAt)
	require.InDelta(t, time.Now().Unix(), stored.ScheduledAt, 3600)

	// And this is the trap.
	year1 := time.Time{}.Unix()
	body := `{"display_name":"x","scheduled_at":"0001-01-01T00:00:00.000Z","finished_at":"0001-01-01T00:00:00.000Z","runtime_config":{"parameters":{"dataset":"x"}},` +
		`"pipeline_version_reference":{"pipeline_id":"` + got.Run.PipelineID + `"}}`
	_, answered := ask(t, s.url, "POST", "/apis/v2beta1/runs", body)
	stored, err = real.Stored(t.Context(), answered["run_id"].(string))
	require.NoError(t, err)
	require.Equal(t, []int64{year1, year1}, []int64{stored.ScheduledAt, stored.FinishedAt})
}

// ask is a call without any of our code in between.
func ask(t *testing.T, base, method, path, body string) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	got, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	require.NoError(t, err)
	defer got.Body.Close()
	var answered map[string]any
	_ = json.NewDecoder(got.Body).Decode(&answered) // some answers are no JSON
	return got.StatusCode, answered
}

var (
	uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	times = regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
)

// The stand-in is held against the real handlers call by call: status, the names
// and values that are answered, and what an error ends with.
func TestFakeAnswersAsTheRealOne(t *testing.T) {
	real, _ := realServer(t)
	bases := []string{real.url, serveHandler(t, fakekfp.New(fakekfp.Options{Version: "2.0.5"}))}
	spec := `{"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0","deploymentSpec":{"executors":{"exec-a":{"container":{"image":"i","command":["c"]}}}},` +
		`"components":{"comp-a":{"executorLabel":"exec-a"}},"root":{"dag":{"tasks":{"a":{"componentRef":{"name":"comp-a"},"taskInfo":{"name":"a"}}}},"inputDefinitions":{"parameters":{"x":{"parameterType":"STRING"}}}}}`
	filter := func(key, operation, value string) string {
		return "?filter=" + url.QueryEscape(`{"predicates":[{"operation":"`+operation+`","key":"`+key+`","string_value":"`+value+`"}]}`)
	}
	ids := []map[string]string{{}, {}}
	for _, tc := range []struct{ method, path, body, keep string }{
		{"POST", "/apis/v2beta1/experiments", `{"display_name":"e","description":"d"}`, "experiment"},
		{"POST", "/apis/v2beta1/experiments", `{"displayName":"e"}`, ""},
		{"POST", "/apis/v2beta1/experiments", `{"display_name":"E","unknown":1}`, ""},
		{"POST", "/apis/v2beta1/experiments", `{}`, ""},
		{"GET", "/apis/v2beta1/experiments/$experiment", "", ""},
		{"GET", "/apis/v2beta1/experiments/nope", "", ""},
		{"GET", "/apis/v2beta1/experiments" + filter("name", "EQUALS", "e"), "", ""},
		{"GET", "/apis/v2beta1/experiments" + filter("display_name", "EQUALS", "none"), "", ""},
		{"GET", "/apis/v2beta1/experiments" + filter("colour", "EQUALS", "e"), "", ""},
		{"GET", "/apis/v2beta1/experiments?namespace=&filter=" + url.QueryEscape(`{"predicates": [{"operation": 1, "key": "display_name", "stringValue": "e"}]}`), "", ""}, // the Python client's
		{"POST", "/apis/v2beta1/pipelines", `{"display_name":"p"}`, "pipeline"},
		{"POST", "/apis/v2beta1/pipelines", `{"display_name":"p"}`, ""},
		{"GET", "/apis/v2beta1/pipelines/$pipeline", "", ""},
		{"GET", "/apis/v2beta1/pipelines/nope", "", ""},
		{"GET", "/apis/v2beta1/pipelines" + filter("name", "EQUALS", "p"), "", ""},
		{"GET", "/apis/v2beta1/pipelines/names/p", "", ""},
		{"GET", "/apis/v2beta1/pipelines/$pipeline/versions", "", ""},
		{"GET", "/apis/v2beta1/pipelines/nope/versions", "", ""},
		{"GET", "/apis/v2beta1/pipelines/$pipeline/versions/nope", "", ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_version_reference":{"pipeline_id":"$pipeline"}}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_version_reference":{"pipeline_version_id":"nope"}}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","description":"d_d","experiment_id":"$experiment","pipeline_spec":` + spec + `,"runtime_config":{"parameters":{"x":"1"},"pipeline_root":"s3://b"},"service_account":"sa"}`, "run"},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","scheduled_at":"0001-01-01T00:00:00Z","pipeline_spec":` + spec + `,"runtime_config":{"parameters":{"x":"1"}},"brandNew":1}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","experiment_id":"nope","pipeline_spec":` + spec + `}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"pipeline_spec":` + spec + `}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r"}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_spec":{}}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_spec":` + strings.Replace(spec, "2.1.0", "2.0.0", 1) + `}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_spec":` + strings.Replace(spec, `"name":"p"`, `"name":""`, 1) + `}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_spec":` + strings.Replace(spec, `{"pipelineInfo"`, `{"brandNew":1,"pipelineInfo"`, 1) + `}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_spec":{"pipeline_spec":` + spec + `,"platform_spec":{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{}}}}}},"runtime_config":{"parameters":{"x":"1"}}}`, ""},
		{"POST", "/apis/v2beta1/runs", `{"display_name":"r","pipeline_spec":{"pipelineSpec":` + spec + `},"runtime_config":{"parameters":{"x":"1"}}}`, ""},
		{"GET", "/apis/v2beta1/runs/$run", "", ""},
		{"GET", "/apis/v2beta1/runs/nope", "", ""},
		{"GET", "/apis/v2beta1/runs" + filter("description", "IS_SUBSTRING", "d"), "", ""},
		{"GET", "/apis/v2beta1/runs" + filter("state", "EQUALS", "PENDING") + "&experiment_id=$experiment&page_size=1&sort_by=created_at%20desc", "", ""},
		{"GET", "/apis/v2beta1/runs" + filter("storage_state", "EQUALS", "ARCHIVED"), "", ""},
		{"GET", "/apis/v2beta1/runs?page_token=nonsense!", "", ""},
		{"GET", "/apis/v2beta1/runs?experiment_id=nope", "", ""},
		{"POST", "/apis/v2beta1/runs/$run:retry", "{}", ""},
		{"POST", "/apis/v2beta1/runs/$run:terminate", "{}", ""},
		{"POST", "/apis/v2beta1/runs/$run:terminate", "{}", ""},
		{"POST", "/apis/v2beta1/runs/$run:archive", "{}", ""},
		{"POST", "/apis/v2beta1/runs/nope:archive", "{}", ""},
		{"GET", "/apis/v1alpha1/runs/$run/nodes/none/log", "", ""},
		{"GET", "/apis/v2beta1/nothing", "", ""},
	} {
		t.Run(tc.method+" "+tc.path+" "+tc.body[:min(60, len(tc.body))], func(t *testing.T) {
			var answers [2]string
			for i, base := range bases {
				path, body := tc.path, tc.body
				for name, id := range ids[i] {
					path, body = strings.ReplaceAll(path, "$"+name, id), strings.ReplaceAll(body, "$"+name, id)
				}
				status, answered := ask(t, base, tc.method, path, body)
				if tc.keep != "" {
					ids[i][tc.keep], _ = answered[tc.keep+"_id"].(string)
				}
				answers[i] = normalised(t, status, answered)
			}
			require.Equal(t, answers[0], answers[1])
		})
	}
}

// normalised is an answer without ids and times, and of an error the end alone.
func normalised(t *testing.T, status int, answered map[string]any) string {
	t.Helper()
	for _, name := range []string{"error", "message", "error_message", "error_details"} {
		if message, ok := answered[name].(string); ok {
			answered[name] = quote(message)
		}
	}
	delete(answered, "details")
	text, err := json.MarshalIndent(answered, "", " ")
	require.NoError(t, err)
	text = uuids.ReplaceAll(text, []byte("ID"))
	return fmt.Sprintf("%d %s", status, times.ReplaceAll(text, []byte("TIME")))
}

func TestServerWithoutPagesForPeople(t *testing.T) {
	web := httptest.NewServer(fakekfp.New(fakekfp.Options{}))
	t.Cleanup(web.Close)
	b := backendOf(t, web.URL, Options{})
	b.access.Pages = nil
	got, err := b.Submit(t.Context(), order(t))
	require.NoError(t, err)
	require.Empty(t, got.Run.URL)
}
