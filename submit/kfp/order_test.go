package kfp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
)

var versions = []string{"2.0.5", "2.17.0"}

func TestSubmit(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			b, fake := serve(t, fakekfp.Options{Version: v}, Options{})
			o := order(t)
			o.Experiment, o.Description, o.Labels = "flts", "why", map[string]string{"team": "ml", "commit": "abc"}
			o.ServiceAccount, o.PipelineRoot = "trainer", "minio://runs/x"
			o.Values = map[string]any{
				"dataset": "123", "lr": json.Number("1e-7"), "epochs": json.Number("10000000"), "resume": true,
				"layers": []any{json.Number("1"), "2", nil}, "extra": map[string]any{"at": "0001-01-01T00:00:00.000Z", "none": nil},
			}
			got, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			id := fake.RunIDs()[0]
			e := got.Run.ExperimentID
			require.Equal(t, submit.Receipt{Run: submit.Run{
				ID: id, Name: "first", URL: b.access.Base.String() + "/#/runs/details/" + id,
				Pipeline: "flts-train", Experiment: "flts", ExperimentID: e,
				ServiceAccount: "trainer", PipelineRoot: "minio://runs/x", Description: "why\ncommit=abc\nteam=ml",
				State: submit.Pending, Native: "PENDING", Created: noon, Parameters: o.Values,
			}}, got)

			calls := fake.Calls()
			var sent map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(calls[len(calls)-1].Body, &sent))
			spec := sent["pipeline_spec"]
			delete(sent, "pipeline_spec")
			require.Equal(t, map[string]json.RawMessage{
				"display_name": json.RawMessage(`"first"`), "description": json.RawMessage(`"why\ncommit=abc\nteam=ml"`),
				"experiment_id":   json.RawMessage(`"` + e + `"`),
				"service_account": json.RawMessage(`"trainer"`),
				"runtime_config": json.RawMessage(`{"parameters":{"dataset":"123","epochs":10000000,"extra":{"at":"0001-01-01T00:00:00.000Z","none":null},` +
					`"layers":[1,"2",null],"lr":1e-7,"resume":true},"pipeline_root":"minio://runs/x"}`),
			}, sent)
			require.Contains(t, string(spec), `"schemaVersion":"2.1.0"`)
		})
	}
}

func TestSubmitNamesWhatHasNoName(t *testing.T) {
	b, _ := serve(t, fakekfp.Options{}, Options{})
	o := order(t)
	o.Name = ""
	got, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "flts-train 2026-01-02 12-00-00", got.Run.Name)

	o.Target = file(t, strings.Replace(train, "flts-train", strings.Repeat("x", 300), 1))
	got, err = b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, got.Run.Name, 255)
}

func TestExperimentIsCreatedOnce(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	o := order(t)
	o.Experiment = "flts"
	first, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	o.Experiment = "FLTS" // 2.17 finds flts too
	other, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	o.Experiment = "flts"
	second, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, first.Run.ExperimentID, second.Run.ExperimentID)
	require.NotEqual(t, first.Run.ExperimentID, other.Run.ExperimentID)
	require.Equal(t, 2, count(fake, "POST /apis/v2beta1/experiments"))
}

// The file of the SDK may name a namespace although the server has one user.
func TestNamespaceOfAServerForOneUser(t *testing.T) {
	b, _ := serve(t, fakekfp.Options{}, Options{Namespace: "alice"})
	for _, name := range []string{"", "flts"} {
		o := order(t)
		o.Experiment = name
		receipt, err := b.Submit(t.Context(), o)
		require.NoError(t, err)
		require.Empty(t, receipt.Run.Namespace)
		require.Equal(t, name, receipt.Run.Experiment)
	}
}

func TestNamesThatMeanSomethingElsewhere(t *testing.T) {
	b, _ := serve(t, fakekfp.Options{}, Options{})
	for _, name := range []string{`a"b'c\`, "ü/ö", "x%y_z", "<>&", "a:b"} {
		o := order(t)
		o.Name, o.Experiment, o.Target.Pipeline, o.Target.Version, o.Upload = name, name, name, name, true
		first, err := b.Submit(t.Context(), o)
		require.NoError(t, err)
		got := first.Run
		require.Equal(t, []string{name, name, name, name}, []string{got.Name, got.Experiment, got.Pipeline, got.Version})
		again, err := b.Submit(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, []string{got.ExperimentID, got.PipelineID, got.VersionID}, []string{again.Run.ExperimentID, again.Run.PipelineID, again.Run.VersionID})
	}
}

// Some databases do not tell small letters from capitals, where we do.
func TestNameThatIsTakenAndNotFound(t *testing.T) {
	taken := &fakekfp.Fault{Status: 409, Body: `{"code":6,"message":"Failed to create a experiment: Already exist error: Failed to create a new experiment. The name FLTS already exists. Please specify a new name"}`}
	b, fake := serve(t, fakekfp.Options{Fault: func(c fakekfp.Call) *fakekfp.Fault {
		if c.Method == "POST" && c.Path == "/apis/v2beta1/experiments" {
			return taken
		}
		return nil
	}}, Options{})
	o := order(t)
	o.Experiment = "FLTS"
	_, err := b.Submit(t.Context(), o)
	require.ErrorIs(t, err, submit.Conflict)
	require.EqualError(t, err, "cannot create experiment FLTS: Failed to create a new experiment. The name FLTS already exists. Please specify a new name")
	require.Equal(t, "take another name: it may be there with other capitals, or where you may not look", err.(*submit.Error).Hint())
	require.Equal(t, 1, count(fake, "POST /apis/v2beta1/experiments"))
}

// count counts calls by how their method and path begin.
func count(fake *fakekfp.Server, prefix string) int {
	n := 0
	for _, c := range fake.Calls() {
		if strings.HasPrefix(c.Method+" "+c.Path, prefix) {
			n++
		}
	}
	return n
}

func TestPlatformDocument(t *testing.T) {
	for _, tc := range []struct {
		version  string
		entry    map[string]any
		platform string
	}{
		{version: "2.17.0", platform: `{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{"exec-train":{"secretAsEnv":[{"keyToEnv":[{"envVar":"MINIO_SECRET_KEY","secretKey":"MINIO_SECRET_KEY"}],` +
			`"optional":false,"secretName":"flts-secrets","secretNameParameter":{"runtimeValue":{"constant":"flts-secrets"}}}]}}}}}}`},
		{version: "2.0.5", platform: `{"platforms":{"kubernetes":{"deploymentSpec":{"executors":{"exec-train":{"secretAsEnv":[{"keyToEnv":[{"envVar":"MINIO_SECRET_KEY","secretKey":"MINIO_SECRET_KEY"}],` +
			`"secretName":"flts-secrets"}]}}}}}}`},
	} {
		t.Run(tc.version, func(t *testing.T) {
			b, fake := serve(t, fakekfp.Options{Version: tc.version}, Options{})
			o := order(t)
			o.Target = file(t, withPlatform)
			got, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			stored, err := json.Marshal(fake.Stored(got.Run.ID)["pipeline_spec"])
			require.NoError(t, err)
			var body map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(stored, &body))
			require.JSONEq(t, tc.platform, string(body["platform_spec"]))
			require.Equal(t, "flts-train", got.Run.Pipeline)
		})
	}
}

func TestUpload(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			b, fake := serve(t, fakekfp.Options{Version: v}, Options{})
			o := order(t)
			o.Target, o.Upload = file(t, withPlatform), true
			first, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			second, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			require.Equal(t, "flts-train", first.Run.Pipeline)
			require.Regexp(t, `^flts-train-[0-9a-f]{12}$`, first.Run.Version)
			require.Equal(t, first.Run.VersionID, second.Run.VersionID)
			require.Equal(t, 1, count(fake, "POST /apis/v2beta1/pipelines/upload_version"))

			o.Target = file(t, strings.Replace(withPlatform, "train:1", "train:2", 1))
			third, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			require.NotEqual(t, first.Run.VersionID, third.Run.VersionID)
			require.Equal(t, 1, count(fake, "POST /apis/v2beta1/pipelines")-count(fake, "POST /apis/v2beta1/pipelines/"))

			// A name that somebody chose does not tell the content.
			o.Target.Version = first.Run.Version
			_, err = b.Submit(t.Context(), o)
			require.ErrorIs(t, err, submit.Conflict)
			require.EqualError(t, err, "version "+first.Run.Version+" of pipeline flts-train is there already, with another content")
		})
	}
}

func TestUploadUnderALongName(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	o := order(t)
	o.Upload = true
	o.Target = file(t, strings.Replace(train, "flts-train", strings.Repeat("x", 255), 1))
	got, err := b.Submit(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, got.Run.Version, 255)
	require.Equal(t, strings.Repeat("x", 242)+"-", got.Run.Version[:243])

	before := len(fake.Calls())
	o.Target = file(t, strings.Replace(train, "flts-train", strings.Repeat("x", 256), 1))
	_, err = b.Submit(t.Context(), o)
	require.EqualError(t, err, "the pipeline's name has 256 characters, and KFP keeps 255")
	o.Target.Pipeline, o.Target.Version = "short", strings.Repeat("x", 256)
	_, err = b.Submit(t.Context(), o)
	require.EqualError(t, err, "the version's name has 256 characters, and KFP keeps 255")
	require.Len(t, fake.Calls(), before)
}

func TestPipelineOnTheServer(t *testing.T) {
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			said := &notices{}
			b, fake := serve(t, fakekfp.Options{Version: v}, Options{Notice: said.add})
			o := order(t)
			o.Upload, o.Target.Version = true, "one"
			one, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			o.Target = file(t, strings.Replace(train, "train:1", "train:2", 1))
			o.Target.Version = "two"
			two, err := b.Submit(t.Context(), o)
			require.NoError(t, err)

			o.Upload = false
			for target, version := range map[submit.Target]string{
				{Pipeline: "flts-train"}:                             two.Run.VersionID,
				{Pipeline: "flts-train", Version: "one"}:             one.Run.VersionID,
				{Pipeline: "flts-train", Version: one.Run.VersionID}: one.Run.VersionID,
			} {
				o.Target = target
				got, err := b.Submit(t.Context(), o)
				require.NoError(t, err)
				require.Equal(t, version, got.Run.VersionID)
				require.Nil(t, fake.Stored(got.Run.ID)["pipeline_spec"])
			}
			require.Empty(t, said.all)

			o.Target, o.NoCache = submit.Target{Pipeline: "flts-train", Version: "one"}, true
			got, err := b.Submit(t.Context(), o)
			require.NoError(t, err)
			stored, err := json.Marshal(fake.Stored(got.Run.ID)["pipeline_spec"])
			require.NoError(t, err)
			require.Equal(t, 3, strings.Count(string(stored), `"enableCache":false`))
			require.Equal(t, []string{"the run gets a copy of version one of pipeline flts-train instead of a reference to it: whether the cache is used is part of a pipeline"}, said.all)

			for target, want := range map[submit.Target]string{
				{Pipeline: "flts-trian"}:                   "no pipeline flts-trian on the server",
				{Pipeline: "flts-train", Version: "three"}: "pipeline flts-train has no version three",
				{Pipeline: "flts-train", Version: "a/b"}:   "pipeline flts-train has no version a/b",
				{Pipeline: "flts-train", Version: "a:b"}:   "pipeline flts-train has no version a:b",
				{Pipeline: "flts-train", Version: ".."}:    "pipeline flts-train has no version ..",
			} {
				o.Target = target
				_, err := b.Submit(t.Context(), o)
				require.ErrorIs(t, err, submit.NotFound)
				require.EqualError(t, err, want)
			}
			o.Target = submit.Target{Pipeline: "flts-trian"}
			_, err = b.Submit(t.Context(), o)
			require.Equal(t, "did you mean flts-train?", err.(*submit.Error).Hint())
		})
	}
}

func TestDraftSendsNothing(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	o := order(t)
	o.Experiment, o.Upload, o.Key = "flts", true, "step10"
	o.Values["lr"] = json.Number("1e-7")
	drafted, err := b.Draft(t.Context(), o)
	require.NoError(t, err)
	for _, c := range fake.Calls() {
		require.Equal(t, "GET", c.Method)
	}
	before := len(fake.Calls())
	_, err = b.Submit(t.Context(), o)
	require.NoError(t, err)

	var sent []submit.Request
	for _, c := range fake.Calls()[before:] {
		if c.Method == "GET" {
			continue
		}
		r := submit.Request{Method: c.Method, Path: c.Path}
		if strings.HasPrefix(string(c.Body), "{") {
			decoder := json.NewDecoder(strings.NewReader(string(c.Body)))
			decoder.UseNumber()
			var said map[string]any
			require.NoError(t, decoder.Decode(&said))
			r.Body = said
		}
		sent = append(sent, r)
	}
	require.Len(t, drafted, len(sent))
	// The ids are what a draft cannot know.
	run := drafted[3].Body.(map[string]any)
	require.Equal(t, "<id of experiment flts>", run["experiment_id"])
	require.Equal(t, map[string]any{"pipeline_id": "<id of pipeline flts-train>", "pipeline_version_id": "<id of version " + versionName(t, sent[1].Path) + ">"}, run["pipeline_version_reference"])
	run["experiment_id"] = sent[3].Body.(map[string]any)["experiment_id"]
	run["pipeline_version_reference"] = sent[3].Body.(map[string]any)["pipeline_version_reference"]
	require.Equal(t, sent[3], drafted[3])
	require.Equal(t, sent[0], drafted[0])
	require.Equal(t, sent[2], drafted[2])
	require.Contains(t, drafted[1].Body.(map[string]any)["uploadfile"], `"schemaVersion":"2.1.0"`)
}

func versionName(t *testing.T, path string) string {
	t.Helper()
	_, query, ok := strings.Cut(path, "name=")
	require.True(t, ok)
	name, _, _ := strings.Cut(query, "&")
	return name
}

func TestOrdersThatAreRefusedBeforeTheyAreSent(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	for name, tc := range map[string]struct {
		change func(*submit.Order)
		want   string
	}{
		"name":     {func(o *submit.Order) { o.Name = strings.Repeat("é", 256) }, "the run's name has 256 characters, and KFP keeps 255"},
		"text":     {func(o *submit.Order) { o.Description = strings.Repeat("x", 250); o.Key = "k" }, "the run's description, with labels and idempotency key, has 297 characters, and KFP keeps 255"},
		"bytes":    {func(o *submit.Order) { o.Name = "caf\xe9" }, "the run's name is not UTF-8"},
		"room":     {func(o *submit.Order) { o.Experiment = strings.Repeat("x", 256) }, "the experiment's name has 256 characters, and KFP keeps 255"},
		"label":    {func(o *submit.Order) { o.Labels = map[string]string{"a=b": "c"} }, `label "a=b": a label of a KFP run is one line name=value of its description`},
		"value":    {func(o *submit.Order) { o.Labels = map[string]string{"a": "b\nc"} }, `label "a": a label of a KFP run is one line name=value of its description`},
		"mark":     {func(o *submit.Order) { o.Description = "as before\nflts-key=0.0" }, "the run's description has \"flts-key=\" in it, by which fltsctl knows a run again"},
		"reserved": {func(o *submit.Order) { o.Labels = map[string]string{"flts-key": "x"} }, `label "flts-key" is how fltsctl knows a run again`},
	} {
		t.Run(name, func(t *testing.T) {
			o := order(t)
			o.Upload, o.Experiment = true, "flts"
			tc.change(&o)
			_, err := b.Submit(t.Context(), o)
			require.ErrorIs(t, err, submit.Invalid)
			require.EqualError(t, err, tc.want)
		})
	}
	require.Empty(t, fake.Calls())
}
