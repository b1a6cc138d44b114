package jsonvalue_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/jsonvalue"
)

// The file holds what the KFP 2.0.5 API server's reader (gopkg.in/yaml.v3 into a
// map, then encoding/json) made of each scalar.
func TestScalarsAreReadAsTheKFPServerReadsThem(t *testing.T) {
	table, err := os.ReadFile("testdata/server-scalars.tsv")
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		written, want, _ := strings.Cut(line, "\t")
		got, err := jsonvalue.Reader{Moments: true}.One([]byte("v: " + written + "\n"))
		if want == "error" {
			require.Error(t, err, written)
			continue
		}
		require.NoError(t, err, written)
		have, err := json.Marshal(got.(map[string]any)["v"])
		require.NoError(t, err)
		require.JSONEq(t, want, string(have), written)
	}
}

// The file holds which texts PyYAML 6.0 writes without quotes.
func TestTextsThatPythonLeavesWithoutQuotes(t *testing.T) {
	table, err := os.ReadFile("testdata/python-scalars.tsv")
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		written, kind, _ := strings.Cut(line, "\t")
		if strings.Contains(strings.ToLower(written), "inf") {
			continue // no number of JSON
		}
		got, err := jsonvalue.Reader{Python: true}.One([]byte("v: " + written + "\n"))
		require.NoError(t, err)
		v := got.(map[string]any)["v"]
		if kind == "text" {
			require.Equal(t, written, v)
			continue
		}
		require.IsType(t, json.Number(""), v, written)
	}
	got, err := jsonvalue.Reader{Python: true}.One([]byte("[!!float 1e3, !!int 0x1F]"))
	require.NoError(t, err)
	require.Equal(t, []any{json.Number("1e3"), json.Number("31")}, got)
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	for _, written := range []string{
		"10000000", "0.1", "1.50", "1e3", "-0.0", "9007199254740993", "18446744073709551616", "0.1000000000000000055511151231257827",
	} {
		for _, text := range []string{"[" + written + "]", "- " + written} {
			got, err := jsonvalue.Reader{}.One([]byte(text))
			require.NoError(t, err)
			require.Equal(t, []any{json.Number(written)}, got, text)
		}
	}
}

func TestTexts(t *testing.T) {
	for text, want := range map[string]any{
		"2024-01-01":              "2024-01-01",
		"d: 2024-01-01":           map[string]any{"d": "2024-01-01"},
		`{"a": "\ud83d\ude00\/"}`: map[string]any{"a": "😀/"},
		"{a: [yes, 'no', null]}":  map[string]any{"a": []any{"yes", "no", nil}},
		"\uFEFF{\"a\": true}":     map[string]any{"a": true},
		"\uFEFFa: true":           map[string]any{"a": true},
		"a: &x [1]\nb: *x":        map[string]any{"a": []any{json.Number("1")}, "b": []any{json.Number("1")}},
		"":                        nil,
		"# nothing\n---\n":        nil,
		"{} # none":               map[string]any{},
		"base: &b {p: 1, q: 2}\nown:\n  <<: *b\n  q: 3": map[string]any{
			"base": map[string]any{"p": json.Number("1"), "q": json.Number("2")},
			"own":  map[string]any{"p": json.Number("1"), "q": json.Number("3")},
		},
	} {
		got, err := jsonvalue.Reader{}.One([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestFaults(t *testing.T) {
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for text, want := range map[string]string{
		"a: 1\nb: [":             "f:3:1: is no valid YAML: did not find expected node content",
		"a: b: c":                "f:1:5: is no valid YAML: mapping values are not allowed in this context",
		"a: *b":                  "f:1:4: refers to an anchor that is not in the file",
		"a: 1\na: 2":             `f:2:1: has the name "a" twice`,
		"{\"a\": 1,\n \"a\": 2}": `f:2:5: has the name "a" twice`,
		"{1: a}":                 "f:1:2: has a name that is no text",
		"[a]: b":                 "f:1:1: has a list or a mapping as a name",
		"a: .inf":                "f:1:4: is not finite, and JSON has no number for that",
		"a: !secret x":           "f:1:4: has a YAML tag, which says nothing here",
		"a: !!bool x":            "f:1:4: is not of the type that its tag says",
		"<<: 3":                  "f:1:5: merges in with << what is no mapping",
		"a: &a [*a]":             "f:1:4: is nested more than 200 levels deep",
		"a: &a {<<: *a}":         "f:1:4: is nested more than 200 levels deep",
		deep:                     "f:1:202: is nested more than 200 levels deep",
		"x: " + deep:             "f:1:204: is nested more than 200 levels deep",
		"a: \xff":                "f:1:1: is not UTF-8",
		"a: 1\n---\nb: 2":        "f:1:1: has several documents, where one belongs",
	} {
		_, err := jsonvalue.Reader{File: "f"}.One([]byte(text))
		require.EqualError(t, err, want, "%.40s", text)
		var fault *jsonvalue.Fault
		require.True(t, errors.As(err, &fault))
	}
}

func TestAliasesAreBounded(t *testing.T) {
	laughs, merges := "a0: &a0 [x]\n", "a0: &a0 {}\n"
	for i := '1'; i <= '9'; i++ {
		aliases := strings.Repeat("*a"+string(i-1)+",", 9)
		laughs += fmt.Sprintf("a%c: &a%c [%s]\n", i, i, aliases)
		merges += fmt.Sprintf("a%c: &a%c {<<: [%s]}\n", i, i, aliases)
	}
	long := "a: &a " + strings.Repeat("x", 1<<20) + "\nb: [" + strings.Repeat("*a,", 100) + "]\n"
	names := "a: &a {" + strings.Repeat("x", 1000) + ": 1}\nb: [" + strings.Repeat("*a,", 100_000) + "]\n"
	for _, text := range []string{laughs, merges, long, names} {
		_, err := jsonvalue.Reader{File: "f"}.One([]byte(text))
		require.ErrorContains(t, err, "says more than 32 MiB once its aliases are resolved")
	}
}

func TestCloneSharesNothing(t *testing.T) {
	original := map[string]any{"a": []any{map[string]any{"b": json.Number("1")}}}
	copied := jsonvalue.Clone(original).(map[string]any)
	require.Equal(t, original, copied)
	copied["a"].([]any)[0].(map[string]any)["b"] = true
	require.Equal(t, json.Number("1"), original["a"].([]any)[0].(map[string]any)["b"])
}

// What is read can be written as JSON and read again, and is the same.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{`{"a": [1, 2.50, "x", null, true]}`, "a: &a {b: 0x1F}\nc: {<<: *a}", "- 2024-01-01\n- 1_000\n---\nx", "a: !!int 1.5", "\"\\ud83d\""} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, moments bool) {
		documents, err := jsonvalue.Reader{File: "f", Moments: moments}.Documents([]byte(text))
		if err != nil {
			var fault *jsonvalue.Fault
			require.True(t, errors.As(err, &fault))
			require.Positive(t, fault.Line)
			return
		}
		for _, v := range documents {
			written, err := json.Marshal([]any{v})
			require.NoError(t, err)
			again, err := jsonvalue.Reader{}.One(written)
			require.NoError(t, err)
			require.Equal(t, []any{v}, again)
		}
	})
}
