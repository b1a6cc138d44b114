package pipeline_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/jsonvalue"
	"github.com/flts-run/flts-run/pipeline"
)

// The compiler's own view of every sample, written by the SDK.
func TestTheFormIsTheSDKsOwn(t *testing.T) {
	type parameter struct {
		Type, Description string
		Optional          bool
		Default           *any
	}
	text, err := os.ReadFile("../testdata/kfp/pipelines/parameters.json")
	require.NoError(t, err)
	var want map[string]map[string]parameter
	require.NoError(t, json.Unmarshal(text, &want))

	for _, file := range samples(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		p, err := pipeline.Load(file)
		require.NoError(t, err)
		f := p.Form()
		require.Equal(t, "pipeline "+p.Name+" (schema 2.1.0)", f.Title())
		got := map[string]parameter{}
		for _, m := range f.Parameters() {
			one := parameter{Type: m.Type, Description: m.Description, Optional: !m.Required}
			if m.HasDefault {
				var plain any
				require.NoError(t, json.Unmarshal([]byte(jsonOf(t, m.Default)), &plain))
				one.Default = &plain
			}
			got[m.Name] = one
		}
		require.Contains(t, want, name)
		require.Equal(t, want[name], got, name)
	}
}

// formOf is the form of a pipeline with these input definitions, in YAML.
func formOf(t testing.TB, inputs string) form.Form {
	p, err := pipeline.Read("p.yaml", []byte("pipelineInfo: {name: p}\nschemaVersion: 2.1.0\nroot: {inputDefinitions: "+inputs+"}\n"))
	require.NoError(t, err)
	return p.Form()
}

const allTypes = `{parameters: {
  n: {parameterType: NUMBER_INTEGER, isOptional: true},
  x: {parameterType: NUMBER_DOUBLE, isOptional: true},
  s: {parameterType: STRING, isOptional: true},
  b: {parameterType: BOOLEAN, isOptional: true},
  l: {parameterType: LIST, isOptional: true},
  m: {parameterType: STRUCT, isOptional: true},
  mode: {parameterType: STRING, isOptional: true, literals: [train, eval]},
  size: {parameterType: NUMBER_INTEGER, isOptional: true, literals: [1.0, 2.0]},
  gateway_url: {parameterType: STRING, isOptional: true},
  api_token: {parameterType: STRING, isOptional: true}}}`

func text(name, value string) form.Given {
	return form.Given{Name: name, Text: value, Origin: "--" + name}
}

func value(name string, v any) form.Given {
	return form.Given{Name: name, Value: v, IsValue: true, Origin: "params.yaml"}
}

func TestValuesThatAreTaken(t *testing.T) {
	f := formOf(t, allTypes)
	number := func(s string) any { return json.Number(s) }
	for _, c := range []struct {
		given form.Given
		want  any
	}{
		{text("s", "123"), "123"},
		{text("s", "null"), "null"},
		{text("s", " true "), " true "},
		{text("s", ""), ""},
		{text("n", "1000"), number("1000")},
		{text("n", " -5 "), number("-5")},
		{text("n", "+5"), number("5")},
		{text("n", "007"), number("7")},
		{text("n", "1000.0"), number("1000")},
		{text("n", "1e3"), number("1000")},
		{text("n", "12.50E1"), number("125")},
		{text("n", "-0"), number("0")},
		{text("n", "0e99999999999999999999"), number("0")},
		{text("n", "9007199254740991"), number("9007199254740991")},
		{text("n", "-9007199254740991"), number("-9007199254740991")},
		{value("n", number("42.0")), number("42")},
		{text("x", "0.1"), number("0.1")},
		{text("x", "1e-3"), number("1e-3")},
		{text("x", ".5"), number("0.5")},
		{text("x", "+1.5"), number("1.5")},
		{text("x", "10000000"), number("10000000")},
		{value("x", number("0.30")), number("0.30")},
		{text("b", "true"), true},
		{text("b", "FALSE"), false},
		{value("b", true), true},
		{text("l", `[1, "a", null]`), []any{number("1"), "a", nil}},
		{text("l", "[a, 2024-01-01, 0.1000000000000000055]"), []any{"a", "2024-01-01", number("0.1000000000000000055")}},
		{text("l", "- 1\n- 2.50\n"), []any{number("1"), number("2.50")}},
		{text("m", `{"a": {"b": 1.0}}`), map[string]any{"a": map[string]any{"b": number("1.0")}}},
		{text("m", "a: yes"), map[string]any{"a": "yes"}},
		{value("m", map[string]any{}), map[string]any{}},
		{text("mode", "eval"), "eval"},
		{text("size", "2"), number("2")},
		{text("gateway-url", "http://g"), "http://g"},
		{text("GATEWAY_URL", "http://g"), "http://g"},
	} {
		values, problems := f.Read([]form.Given{c.given})
		require.Empty(t, problems, "%v", c.given)
		require.Len(t, values, 1)
		for _, got := range values {
			require.Equal(t, c.want, got, "%v", c.given)
		}
	}
}

func TestValuesThatAreRefused(t *testing.T) {
	f := formOf(t, allTypes)
	number := func(s string) any { return json.Number(s) }
	for _, c := range []struct {
		given form.Given
		want  string
	}{
		{text("n", "1.5"), "--n: n takes a NUMBER_INTEGER, and 1.5 is not whole"},
		{text("n", "1.0000000000000000000001"), "--n: n takes a NUMBER_INTEGER, and 1.0000000000000000000001 is not whole"},
		{text("n", "1e-1"), "--n: n takes a NUMBER_INTEGER, and 1e-1 is not whole"},
		{text("n", "9007199254740992"), "--n: n takes a NUMBER_INTEGER, and 9007199254740992 is beyond ±9007199254740991, where KFP, which keeps a double, loses digits"},
		{text("n", "1e99999999999999999999"), "--n: n takes a NUMBER_INTEGER, and 1e99999999999999999999 is beyond ±9007199254740991, where KFP, which keeps a double, loses digits"},
		{text("n", ""), "--n: n takes a NUMBER_INTEGER, and this is no number"},
		{text("n", "0x1F"), "--n: n takes a NUMBER_INTEGER, and this is no number"},
		{text("n", "1_000"), "--n: n takes a NUMBER_INTEGER, and this is no number"},
		{text("n", "ten"), "--n: n takes a NUMBER_INTEGER, and this is no number"},
		{value("n", "10"), "params.yaml: n takes a NUMBER_INTEGER, and this is a text"},
		{value("n", nil), "params.yaml: n takes a NUMBER_INTEGER, and null is none"},
		{value("n", number("1.5")), "params.yaml: n takes a NUMBER_INTEGER, and 1.5 is not whole"},
		{text("x", "NaN"), "--x: x takes a NUMBER_DOUBLE, and this is no number"},
		{text("x", "-Infinity"), "--x: x takes a NUMBER_DOUBLE, and this is no number"},
		{text("x", "1e400"), "--x: x takes a NUMBER_DOUBLE, and 1e400 is too large for a double"},
		{text("x", "1e"), "--x: x takes a NUMBER_DOUBLE, and this is no number"},
		{text("x", "--5"), "--x: x takes a NUMBER_DOUBLE, and this is no number"},
		{value("x", true), "params.yaml: x takes a NUMBER_DOUBLE, and this is true or false"},
		{value("s", number("123")), "params.yaml: s takes a STRING, and 123 is a number"},
		{value("s", []any{}), "params.yaml: s takes a STRING, and this is a list"},
		{value("api_token", number("123")), "params.yaml: api_token takes a STRING, and this is a number"},
		{text("s", "caf\xe9"), "--s: s takes a STRING, and this is not UTF-8"},
		{text("b", "yes"), "--b: b takes a BOOLEAN, and this is neither true nor false"},
		{text("b", "1"), "--b: b takes a BOOLEAN, and 1 is neither true nor false"},
		{value("b", "true"), "params.yaml: b takes a BOOLEAN, and this is a text"},
		{text("l", "a,b"), "--l: l takes a LIST, and this is a text"},
		{text("l", `{"a": 1}`), "--l: l takes a LIST, and this is a mapping"},
		{text("l", ""), "--l: l takes a LIST, and this is null"},
		{text("l", "[1,"), "--l: l takes a LIST, and this is no valid YAML: did not find expected node content"},
		{text("l", "[1e400]"), "--l: l takes a LIST, and this has a number in it that is too large for a double"},
		{text("m", "[]"), "--m: m takes a STRUCT, and this is a list"},
		{text("m", `{"a": 1, "a": 2}`), `--m: m takes a STRUCT, and this has the name "a" twice`},
		{value("m", map[string]any{"a": []any{number("1e999")}}), "params.yaml: m takes a STRUCT, and this has a number in it that is too large for a double"},
		{text("mode", "test"), `--mode: mode takes one of "train", "eval", and this is none of them`},
		{text("size", "3"), "--size: size takes one of 1, 2, and this is none of them"},
		{text("gatway_url", "x"), "--gatway_url: pipeline p (schema 2.1.0) has no parameter gatway_url"},
	} {
		values, problems := f.Read([]form.Given{c.given})
		require.Empty(t, values, "%v", c.given)
		require.Len(t, problems, 1)
		require.Equal(t, c.want, problems[0].Message)
		require.False(t, problems[0].Warning)
	}
}

func TestHints(t *testing.T) {
	f := formOf(t, allTypes)
	for given, want := range map[*form.Given]string{
		ptr(text("gatway_url", "x")):        "did you mean gateway_url?",
		ptr(text("zzz", "x")):               "its parameters are api_token, b, gateway_url, l, m, mode, n, s, size, x",
		ptr(text("n", "x")):                 "write a whole number in decimal digits",
		ptr(text("b", "x")):                 "write true or false",
		ptr(text("m", "x")):                 `write a mapping: {"a": 1}`,
		ptr(text("l", "[")):                 "write JSON",
		ptr(value("s", json.Number("12"))):  "a text that looks like something else needs quotes in a file",
		ptr(value("n", nil)):                "leave it out: then its default is used",
		ptr(value("b", "true")):             "write true or false, without quotes",
		ptr(value("x", "0.5")):              "write a number without quotes",
		ptr(value("l", map[string]any{})):   `write a list: ["a", "b"]`,
		ptr(value("n", json.Number("0.5"))): "write a whole number without quotes",
	} {
		_, problems := f.Read([]form.Given{*given})
		require.Len(t, problems, 1)
		require.Equal(t, want, problems[0].Hint, "%v", *given)
	}
	_, problems := formOf(t, "{}").Read([]form.Given{text("a", "1")})
	require.Equal(t, "pipeline p (schema 2.1.0) has no parameters", problems[0].Hint)
}

func ptr[T any](v T) *T { return &v }

func TestEverythingWrongIsReportedAtOnce(t *testing.T) {
	f := formOf(t, `{parameters: {
	  dataset: {parameterType: STRING, description: "The name\n of the dataset."},
	  items: {parameterType: LIST},
	  "odd name": {parameterType: BOOLEAN},
	  rounds: {parameterType: NUMBER_INTEGER, defaultValue: 42.0},
	  nothing: {parameterType: STRING, defaultValue: null}},
	 artifacts: {model: {}, extra: {isOptional: true}}}`)
	_, problems := f.Read([]form.Given{text("rounds", "1.5"), text("model", "m"), text("round", "1"), text("Rounds", "2")})
	require.Equal(t, []form.Problem{
		{Parameter: "rounds", Message: "--rounds: rounds takes a NUMBER_INTEGER, and 1.5 is not whole", Hint: "write a whole number in decimal digits", Example: "1"},
		{Message: "--model: model is an artifact, and KFP gives none to a run", Hint: "give its address in a parameter, and let an importer task in the pipeline bring it"},
		{Message: "--round: pipeline p (schema 2.1.0) has no parameter round", Hint: "did you mean rounds?"},
		{Parameter: "rounds", Message: "--Rounds: rounds is given twice, as rounds and Rounds", Hint: "keep one of them"},
		{Parameter: "dataset", Message: "parameter dataset (STRING) is required and was not given: The name of the dataset", Example: "VALUE", Missing: true},
		{Parameter: "items", Message: "parameter items (LIST) is required and was not given", Example: `["a", "b"]`, Missing: true},
		{Parameter: "odd name", Message: "parameter odd name (BOOLEAN) is required and was not given", Example: "true", Missing: true},
		{
			Message: "the pipeline wants an artifact for its input model, and KFP gives none to a run: its tasks would fail",
			Hint:    "let an importer task in the pipeline bring it, or declare it Optional",
		},
	}, problems)
}

func TestTheFirstValueCounts(t *testing.T) {
	values, problems := formOf(t, allTypes).Read([]form.Given{text("n", "1"), value("n", json.Number("2"))})
	require.Empty(t, problems)
	require.Equal(t, map[string]any{"n": json.Number("1")}, values)
}

func TestNamesThatDifferInCaseAlone(t *testing.T) {
	f := formOf(t, `{parameters: {
	  lr: {parameterType: STRING, isOptional: true}, LR: {parameterType: STRING, isOptional: true}}}`)
	values, problems := f.Read([]form.Given{text("lr", "a"), text("LR", "b")})
	require.Empty(t, problems)
	require.Equal(t, map[string]any{"lr": "a", "LR": "b"}, values)
	_, problems = f.Read([]form.Given{text("Lr", "c")})
	require.Equal(t, []form.Problem{{Message: "--Lr: Lr may be LR or lr", Hint: "write the name as the pipeline does: --param LR=VALUE"}}, problems)
}

func TestTypesThatNobodyGives(t *testing.T) {
	f := formOf(t, `{parameters: {
	  status: {parameterType: TASK_FINAL_STATUS, isOptional: true}, config: {parameterType: TASK_CONFIG, isOptional: true},
	  old: {type: INT, isOptional: true}, future: {parameterType: TENSOR, isOptional: true}}}`)
	_, problems := f.Read(nil)
	require.Empty(t, problems)
	_, problems = f.Read([]form.Given{text("status", "x"), text("config", "x"), text("old", "1"), text("future", "1")})
	var messages []string
	for _, p := range problems {
		messages = append(messages, p.Message)
	}
	require.Equal(t, []string{
		"--status: status is a TASK_FINAL_STATUS, which KFP gives to tasks and takes from nobody",
		"--config: config is a TASK_CONFIG, which KFP gives to tasks and takes from nobody",
		"--old: old has no parameterType in the pipeline, and KFP refuses a value for it",
		"--future: future has the type TENSOR, which this program does not know",
	}, messages)
	_, problems = formOf(t, `{parameters: {status: {parameterType: TASK_FINAL_STATUS}}}`).Read(nil)
	require.Equal(t, []form.Problem{{
		Parameter: "status", Message: "parameter status is required, and is a TASK_FINAL_STATUS, which KFP gives to tasks and takes from nobody",
		Hint: "take it out of the pipeline's own parameters: a task that declares it gets it",
	}}, problems)
}

func TestWarnings(t *testing.T) {
	const key, token = "AKIA" + "IOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"
	secretly := "seems to be a secret, and KFP stores parameters in clear text and shows them to all who see the run"
	f := formOf(t, strings.Replace(allTypes, "gateway_url", "secret_name: {parameterType: STRING, isOptional: true}, gateway_url", 1))
	for _, c := range []struct {
		given form.Given
		want  string
	}{
		{text("s", key), "--s: s " + secretly},
		{text("s", "Bearer "+token), "--s: s " + secretly},
		{text("s", "http://me:hunter2@gateway"), "--s: s " + secretly},
		{text("m", `{"a": ["`+key+`"]}`), "--m: m " + secretly},
		{text("api_token", "abc"), "--api_token: api_token " + secretly},
		{text("s", "run [[RunUUID]]"), "--s: s has [[RunUUID]] in it, in place of which KFP 2.16 and newer put something else"},
		{text("m", `{"runs": [{"id": 12345678901234567890}]}`), "--m: m has a whole number in it that is beyond ±9007199254740991, where KFP, which keeps a double, loses digits"},
		{text("l", "[-9007199254740992]"), "--l: l has a whole number in it that is beyond ±9007199254740991, where KFP, which keeps a double, loses digits"},
		{text("l", `[9007199254740991, 1e300, 0.1, "12345678901234567890"]`), ""},
		{text("api_token", ""), ""},
		{text("secret_name", "minio"), ""},
		{text("s", "[[a]]"), ""},
		{text("s", "http://gateway:8000"), ""},
	} {
		values, problems := f.Read([]form.Given{c.given})
		require.Len(t, values, 1)
		if c.want == "" {
			require.Empty(t, problems, "%v", c.given)
			continue
		}
		require.Len(t, problems, 1, "%v", c.given)
		require.Equal(t, c.want, problems[0].Message)
		require.True(t, problems[0].Warning)
	}
}

func TestAPlatformDocumentThatKFPIgnoresIsSaid(t *testing.T) {
	p, err := pipeline.Read("p.yaml", []byte(small+"---\nplatforms: {vertex: {}}\n"))
	require.NoError(t, err)
	_, problems := p.Form().Read(nil)
	require.Equal(t, []form.Problem{{
		Message: "p.yaml has a platform document without platforms.kubernetes, which KFP ignores",
		Hint:    "compile the pipeline with kfp-kubernetes, or delete the document", Warning: true,
	}}, problems)
}

// What is taken from a text is of its type, and giving it again changes nothing.
func FuzzFormRead(f *testing.F) {
	for _, seed := range []string{"1", "1.5", "-0", "1e3", "true", "[1]", `{"a": "x"}`, "[[RunUUID]]", "9007199254740993", "a: &b [*b]"} {
		for kind := range byte(6) {
			f.Add(kind, seed)
		}
	}
	inputs := formOf(f, allTypes)
	f.Fuzz(func(t *testing.T, kind byte, written string) {
		name := []string{"n", "x", "s", "b", "l", "m"}[kind%6]
		values, problems := inputs.Read([]form.Given{text(name, written)})
		v, taken := values[name]
		if !taken {
			require.Len(t, problems, 1)
			require.False(t, problems[0].Warning)
			return
		}
		switch name {
		case "n":
			i, err := strconv.ParseInt(v.(json.Number).String(), 10, 64)
			require.NoError(t, err)
			require.LessOrEqual(t, max(i, -i), int64(1<<53-1))
			d, err := strconv.ParseFloat(strings.TrimSpace(written), 64)
			require.NoError(t, err)
			require.Equal(t, d, float64(i))
		case "x":
			got, err := v.(json.Number).Float64()
			require.NoError(t, err)
			want, err := strconv.ParseFloat(strings.TrimSpace(written), 64)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.False(t, math.IsInf(got, 0))
		case "s":
			require.Equal(t, written, v)
		}
		encoded, err := jsonvalue.Reader{}.One([]byte("[" + jsonOf(t, v) + "]"))
		require.NoError(t, err)
		if name == "s" && strings.ToValidUTF8(written, "") != written {
			return // JSON has no such text
		}
		again, problems := inputs.Read([]form.Given{value(name, encoded.([]any)[0])})
		for _, p := range problems {
			require.True(t, p.Warning)
		}
		require.Equal(t, v, again[name])
	})
}
