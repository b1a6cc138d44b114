package kfp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/internal/teststack"
	"github.com/flts-run/flts-run/submit"
)

// failing serves one fault to every call.
func failing(t *testing.T, f *fakekfp.Fault) *Backend {
	t.Helper()
	b, _ := serve(t, fakekfp.Options{Fault: func(fakekfp.Call) *fakekfp.Fault { return f }}, Options{})
	return b
}

func TestAnswersThatAreNoneOfKFP(t *testing.T) {
	for name, tc := range map[string]struct {
		fault *fakekfp.Fault
		kind  submit.Kind
		want  string // in the message
	}{
		"login page":         {fakekfp.LoginPage(), submit.Refused, ""},
		"unauthorized":       {fakekfp.Unauthorized(), submit.Refused, ""},
		"forbidden":          {&fakekfp.Fault{Status: 403, Body: `{"code":7,"message":"Failed to list: PermissionDeniedError: User 'alice' is not authorized with reason: (request: x)"}`}, submit.Refused, "cannot read run r: User 'alice' is not authorized with reason: (request: x)"},
		"text":               {&fakekfp.Fault{Status: 200, Type: "text/plain", Body: "ok"}, submit.Unusable, "cannot read run r: the answer is not JSON but text/plain"},
		"odd type":           {&fakekfp.Fault{Status: 200, Type: "x/" + strings.Repeat("y", 50), Body: "ok"}, submit.Unusable, "cannot read run r: the answer is not JSON but something else"},
		"other JSON":         {&fakekfp.Fault{Status: 200, Body: `[1,2]`}, submit.Unusable, "cannot read run r: the answer is not one of KFP's API"},
		"broken JSON":        {&fakekfp.Fault{Status: 200, Body: `{"run_id":`}, submit.Unusable, "cannot read run r: the answer is not one of KFP's API"},
		"odd time":           {&fakekfp.Fault{Status: 200, Body: `{"created_at":"yesterday"}`}, submit.Unusable, "cannot read run r: the answer is not one of KFP's API"},
		"other error":        {&fakekfp.Fault{Status: 400, Body: `{"detail":"secret"}`}, submit.Unusable, "cannot read run r: status 400, and not in KFP's words"},
		"internal":           {fakekfp.Internal("Failed to get a run: InternalServerError: Failed to fetch: dial tcp: mysql"), submit.Unusable, "cannot read run r: Failed to fetch: dial tcp: mysql"},
		"error with success": {&fakekfp.Fault{Status: 200, Type: "text/plain", Body: `{"message":"x"}`}, submit.Unusable, "cannot read run r: the answer is not JSON but text/plain"},
	} {
		t.Run(name, func(t *testing.T) {
			b := failing(t, tc.fault)
			_, err := b.Run(t.Context(), "r")
			require.ErrorIs(t, err, tc.kind)
			require.NotEmpty(t, err.(*submit.Error).Hint())
			if tc.want != "" {
				require.EqualError(t, err, tc.want)
			}
		})
	}
}

// What is wrong with a run comes as 400 and as 500. It is the user's either way,
// and is said without the frames around it.
func TestMistakesThatTheServerFinds(t *testing.T) {
	typed := func(kind string) string {
		return `{"pipelineInfo":{"name":"p"},"schemaVersion":"2.1.0","root":{"dag":{"tasks":{}},"inputDefinitions":{"parameters":{"x":{"parameterType":"` + kind + `","isOptional":true}}}}}`
	}
	literal := strings.Replace(typed("STRING"), `"isOptional"`, `"literals":["a","b"],"isOptional"`, 1)
	for name, tc := range map[string]struct {
		pipeline string
		values   map[string]any
		want     string
	}{
		"missing":     {train, nil, "parameter dataset is not optional, yet has neither default value nor user provided value"},
		"unknown":     {typed("STRING"), map[string]any{"y": 1, "z": 2}, "parameter(s) provided are not required by pipeline: y, z"},
		"text":        {typed("STRING"), map[string]any{"x": 1}, "input parameter x requires type string, but the input parameter is not of string value type"},
		"null":        {typed("STRING"), map[string]any{"x": nil}, "input parameter x requires type string, but the input parameter is not of string value type"},
		"number":      {typed("NUMBER_DOUBLE"), map[string]any{"x": "1"}, "input parameter x requires type double or integer, but the parameter value is not of number value type"},
		"bool":        {typed("BOOLEAN"), map[string]any{"x": "true"}, "input parameter x requires type bool, but the input parameter is not of bool value type"},
		"list":        {typed("LIST"), map[string]any{"x": map[string]any{}}, "input parameter x requires type list, but the input parameter is not of list value type"},
		"struct":      {typed("STRUCT"), map[string]any{"x": []any{}}, "input parameter x requires type struct, but the input parameter is not of struct value type"},
		"final":       {typed("TASK_FINAL_STATUS"), map[string]any{"x": map[string]any{}}, "input parameter x requires type TASK_FINAL_STATUS, which is invalid for root component"},
		"literal":     {literal, map[string]any{"x": "a-secret-value"}, `input parameter "x" has a value that the pipeline does not allow`},
		"newer field": {strings.Replace(typed("STRING"), "{", `{"brandNew":1,`, 1), nil, "unknown template format: pipeline spec is invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			b, fake := serve(t, fakekfp.Options{}, Options{})
			_, err := b.Submit(t.Context(), submit.Order{Target: file(t, tc.pipeline), Values: tc.values, Name: "r"})
			require.ErrorIs(t, err, submit.Invalid)
			require.EqualError(t, err, "cannot create run r: "+tc.want)
			require.NotEmpty(t, err.(*submit.Error).Hint())
			require.Empty(t, fake.RunIDs())
		})
	}
}

func TestMultiUser(t *testing.T) {
	for _, v := range versions {
		t.Run("fake "+v, func(t *testing.T) {
			playMultiUser(t, serveHandler(t, fakekfp.New(fakekfp.Options{Version: v, MultiUser: true, Now: clock})))
		})
	}
	t.Run("real 2.0.5", func(t *testing.T) {
		real, err := teststack.KFPMultiUser(t.Context(), t.TempDir())
		require.NoError(t, err)
		t.Cleanup(real.Close)
		playMultiUser(t, real.URL())
	})
}

func playMultiUser(t *testing.T, address string) {
	alice := backendOf(t, address, Options{}, "FLTSCTL_HEADER=kubeflow-userid: alice")
	mallory := backendOf(t, address, Options{}, "FLTSCTL_TOKEN=token-of-mallory")
	o := order(t)
	o.Namespace, o.Experiment, o.Key = "alice", "flts", "k"
	got, err := alice.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "alice", got.Run.Namespace)
	listed, err := alice.Runs(t.Context(), submit.Query{Namespace: "alice"})
	require.NoError(t, err)
	require.Len(t, listed.Runs, 1)
	require.Equal(t, "alice", listed.Runs[0].Namespace)

	// There is no default experiment for everybody; each namespace has its own.
	inDefault := order(t)
	inDefault.Namespace = "alice"
	for range 2 {
		got, err := alice.Submit(t.Context(), inDefault)
		require.NoError(t, err)
		require.Equal(t, []string{"Default", "alice"}, []string{got.Run.Experiment, got.Run.Namespace})
	}
	inDefault.Namespace = ""
	_, err = alice.Submit(t.Context(), inDefault)
	require.ErrorIs(t, err, submit.Invalid)
	require.Contains(t, err.(*submit.Error).Hint(), "--namespace")

	// A pipeline that is shared may have the name, and stays as it is.
	shared, err := alice.client.createPipeline(t.Context(), "flts-train", "")
	require.NoError(t, err)
	stored := order(t)
	stored.Namespace, stored.Upload = "alice", true
	got, err = alice.Submit(t.Context(), stored)
	require.NoError(t, err)
	require.NotEqual(t, shared.ID, got.Run.PipelineID)
	stored.Target, stored.Upload = submit.Target{Pipeline: "flts-train"}, false
	again, err := alice.Submit(t.Context(), stored)
	require.NoError(t, err)
	require.Equal(t, got.Run.PipelineID, again.Run.PipelineID)

	fromContext := backendOf(t, address, Options{Namespace: "alice"}, "FLTSCTL_HEADER=kubeflow-userid: alice")
	o.Namespace = ""
	again, err = fromContext.Submit(t.Context(), o)
	require.NoError(t, err)
	require.True(t, again.Existing)
	listed, err = fromContext.Runs(t.Context(), submit.Query{Experiment: "flts"})
	require.NoError(t, err)
	require.Len(t, listed.Runs, 1)

	_, err = alice.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Invalid)
	require.Contains(t, err.(*submit.Error).Hint(), "--namespace")
	for name, do := range map[string]func() error{
		"run":    func() error { _, err := mallory.Run(t.Context(), got.Run.ID); return err },
		"submit": func() error { o.Namespace = "alice"; _, err := mallory.Submit(t.Context(), o); return err },
		"list":   func() error { _, err := mallory.Runs(t.Context(), submit.Query{Namespace: "alice"}); return err },
	} {
		require.ErrorIs(t, do(), submit.Refused, name)
	}
}

// A server may repeat what it was sent, and what stands before it may say anything.
func TestNoErrorHasASecretInIt(t *testing.T) {
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLW9mLWFsaWNl"
	const key = "AKIAIOSFODNN7EXAMPLE"
	for _, status := range []int{200, 302, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503} {
		for _, body := range []string{
			`{"code":13,"message":"Internal error: Bearer ` + token + ` and ` + key + `","details":[]}`,
			`{"error_message":"` + token + `","error_details":"` + key + `"}`,
			"<html>" + token + key, token,
		} {
			for _, kind := range []string{"application/json", "text/html", "text/plain", token} {
				f := &fakekfp.Fault{Status: status, Body: body, Type: kind, Header: http.Header{"X-Token": {token}, "Location": {"/login?token=" + token}}}
				fake := fakekfp.New(fakekfp.Options{Fault: func(fakekfp.Call) *fakekfp.Fault { return f }})
				// Not served: hundreds of waits for a retry would be long.
				got, err := (&wire{next: handled{fake}}).RoundTrip(request(t))
				if err == nil {
					require.Equal(t, []any{200, "application/json"}, []any{got.StatusCode, kind})
					_ = got.Body.Close()
					continue
				}
				told := explain("read run r", err)
				for _, said := range []string{fmt.Sprintf("%v|%+v|%#v", told, told, told), told.(*submit.Error).Hint(), errorOf(token+" "+key, nil)} {
					require.NotContains(t, said, "c2lnbmF0dXJl")
					require.NotContains(t, said, key)
				}
			}
		}
	}
}

func TestQuote(t *testing.T) {
	for message, want := range map[string]string{
		"":      "",
		"plain": "plain",
		"a: InternalServerError: b: Invalid input error: c": "c",
		"two\nlines  and\ttabs":                             "two lines and tabs",
		strings.Repeat("é", 400):                            strings.Repeat("é", 150) + "…",
	} {
		require.Equal(t, want, quote(message))
	}
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte(`{"code":3,"message":"a: Invalid input error: b","details":[{"message":"b"}]}`), 400)
	f.Add([]byte(`{"error_message":"x"}`), 500)
	f.Add([]byte(`<html>`), 404)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		a := readAnswer(&http.Response{StatusCode: status, Header: http.Header{}}, body)
		e := explain("do", a).(*submit.Error)
		require.NotContains(t, e.Message, "\n")
		require.LessOrEqual(t, len(e.Message), 400)
		if !json.Valid(body) {
			require.True(t, a.foreign)
		}
	})
}
