package airflow

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/form"
)

// A page of version 2 is what Python wrote: what is read is what was written.
func TestHostTexts(t *testing.T) {
	for page, want := range map[string]string{
		`[]`:                               "",
		`[('worker', '')]`:                 "",
		`[('worker', 'it\'s\n"x"\\\t\r')]`: "it's\n\"x\"\\\t\r",
		`[("it's", "it's")]`:               "it's",
		`[('a', 'x\x07é☃\U0001f600'), ('b', 'y')]`: "x\aé☃😀y",
	} {
		text, ok := hostTexts(page)
		require.True(t, ok, page)
		require.Equal(t, want, text)
	}
	for _, page := range []string{"", "[", "[(", "['a']", "[('a', 'b')", "[('a', 'b'", "[('a', 'b')]x", `[('a', '\`, `[('a', '\x`, `[('a', '\q')]`, "a plain log"} {
		_, ok := hostTexts(page)
		require.False(t, ok, page)
	}
}

// recorded adds what real servers answered.
func recorded(f *testing.F, pattern string) {
	files, err := filepath.Glob("../../testdata/airflow/recorded/v?/" + pattern + ".json")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		var exchange struct {
			Response json.RawMessage `json:"response"`
		}
		require.NoError(f, json.Unmarshal(text, &exchange))
		f.Add([]byte(exchange.Response))
	}
}

// Whatever a page of a log is, it is lines, or it is refused.
func FuzzLogPage(f *testing.F) {
	recorded(f, "logs_*")
	f.Fuzz(func(t *testing.T, answer []byte) {
		var page struct {
			Content json.RawMessage `json:"content"`
		}
		if json.Unmarshal(answer, &page) != nil {
			return
		}
		text, empty, ok := logText(page.Content)
		if !ok || empty {
			require.Empty(t, text)
		}
	})
}

// Whatever a server answers, nothing of ours falls over it.
func FuzzAnswers(f *testing.F) {
	recorded(f, "run_*")
	recorded(f, "task_instances_*")
	recorded(f, "dag_details*")
	recorded(f, "trigger_*")
	f.Fuzz(func(t *testing.T, answer []byte) {
		_ = detailOf(answer)
		require.LessOrEqual(t, len(refusedField(answer)), 1000)
		var run dagRun
		if json.Unmarshal(answer, &run) == nil {
			s := &server{dialect: v2}
			require.Equal(t, ref{run.DAG, run.ID}.String(), s.run(run).ID)
		}
		var list struct {
			Instances []instance `json:"task_instances"`
		}
		if json.Unmarshal(answer, &list) == nil {
			all := inOrder(list.Instances)
			require.GreaterOrEqual(t, len(tasksOf(all)), len(all))
		}
		var d dag
		if json.Unmarshal(answer, &d) == nil && len(d.Params) < 50 {
			newForm(&d, "Airflow", nil).Read(nil)
		}
	})
}

// Whatever a schema and a text are: a value that is taken fits the schema, a text
// stays as it is where the schema wants one, and no number takes all memory.
func FuzzTexts(f *testing.F) {
	for _, schema := range []string{`{}`, `{"type": "integer"}`, `{"type": ["null", "string"]}`, `{"enum": [1, "a"]}`, `{"type": "array", "items": {"type": "number", "multipleOf": 0.1}}`, `{"$ref": "#"}`, `true`} {
		for _, text := range []string{"", "1", "1e400", "null", "[1, 2", "{a: 1}", "true"} {
			f.Add(schema, text)
		}
	}
	f.Fuzz(func(t *testing.T, schema, text string) {
		if !json.Valid([]byte(schema)) || len(schema) > 1000 {
			return
		}
		p := readParam("p", json.RawMessage(`{"value": null, "schema": `+schema+`}`))
		v, faults := p.value(form.Given{Text: text})
		for _, fault := range faults {
			require.NotEmpty(t, fault.what)
			if !fault.passes {
				return
			}
		}
		if p.schema != nil {
			require.NoError(t, p.schema.Validate(v))
		}
		if got, ok := v.(string); ok && len(p.types) == 1 && p.types[0] == "string" {
			require.Equal(t, text, got)
		}
	})
}
