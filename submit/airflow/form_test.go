package airflow_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakeairflow"
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/airflow"
)

// formOf is the form of a DAG with these parameters.
func formOf(t *testing.T, o airflow.Options, params ...fakeairflow.Param) form.Form {
	t.Helper()
	_, url := start(t, fakeairflow.Options{}, fakeairflow.DAG{ID: "d", Params: params})
	f, err := airflow.New(wayTo(t, url, access.Options{}), o).Form(t.Context(), submit.Target{Pipeline: "d"})
	require.NoError(t, err)
	return f
}

// TestTextsAreReadBySchema: what one text becomes, or what is wrong with it.
func TestTextsAreReadBySchema(t *testing.T) {
	n := func(text string) json.Number { return json.Number(text) }
	for name, row := range map[string]struct {
		schema, value, text string
		want                any
		problem             string // without "--p: p "
	}{
		"a string":                    {`{"type": "string"}`, `""`, "123", "123", ""},
		"a string that is null":       {`{"type": ["string", "null"]}`, `null`, "null", "null", ""},
		"an empty string":             {`{"type": "string"}`, `""`, "", "", ""},
		"an integer":                  {`{"type": "integer"}`, `1`, " 12 ", n("12"), ""},
		"a negative integer":          {`{"type": "integer"}`, `1`, "-12", n("-12"), ""},
		"a large integer":             {`{"type": "integer"}`, `1`, "9007199254740993", n("9007199254740993"), ""},
		"a whole number":              {`{"type": "integer"}`, `1`, "1.0", n("1.0"), ""},
		"no integer":                  {`{"type": "integer"}`, `1`, "1.5", nil, "takes an integer, and this is none"},
		"no number":                   {`{"type": "number"}`, `1`, "many", nil, "takes a number, and this is none"},
		"an empty number":             {`{"type": "number"}`, `1`, "", nil, "takes a number, and this is empty"},
		"too large a number":          {`{"type": "number"}`, `1`, "1e999", nil, "takes a number, and this is none"},
		"a number":                    {`{"type": "number"}`, `1`, "0.10", n("0.10"), ""},
		"an integer for a number":     {`{"type": "number"}`, `1`, "3", n("3"), ""},
		"a boolean":                   {`{"type": "boolean"}`, `true`, "false", false, ""},
		"Python's boolean":            {`{"type": "boolean"}`, `true`, "True", true, ""},
		"no boolean":                  {`{"type": "boolean"}`, `true`, "yes", nil, "takes a boolean, and this is none"},
		"an array":                    {`{"type": "array"}`, `[]`, `["a", 1]`, []any{"a", n("1")}, ""},
		"an array in YAML":            {`{"type": "array"}`, `[]`, "- a\n- b", []any{"a", "b"}, ""},
		"no array":                    {`{"type": "array"}`, `[]`, "a,b", nil, "takes an array, and this is none"},
		"a broken array":              {`{"type": "array"}`, `[]`, "[1", nil, ""},
		"an object":                   {`{"type": "object"}`, `{}`, `{a: 1}`, map[string]any{"a": n("1")}, ""},
		"null or an integer":          {`{"type": ["null", "integer"]}`, `null`, "7", n("7"), ""},
		"null":                        {`{"type": ["null", "integer"]}`, `1`, "null", nil, ""},
		"an integer or a string":      {`{"type": ["integer", "string"]}`, `1`, "7", "7", ""},
		"a choice":                    {`{"enum": ["a", 2]}`, `"a"`, "a", "a", ""},
		"a choice that is a number":   {`{"enum": ["a", 2]}`, `"a"`, "2", n("2"), ""},
		"no choice":                   {`{"enum": ["a", 2]}`, `"a"`, "b", nil, `takes one of "a", 2, and this is none of them`},
		"a string that is no choice":  {`{"type": "string", "enum": ["a"]}`, `"a"`, "b", nil, `takes one of "a", and this is none of them`},
		"a constant":                  {`{"const": 3}`, `3`, "4", nil, `takes 3 alone`},
		"nothing said of it":          {`{}`, `null`, "7", "7", ""},
		"a default that is a string":  {`{}`, `"x"`, "7", "7", ""},
		"a default that is a number":  {`{}`, `5`, "7", n("7"), ""},
		"a default that is a list":    {`{}`, `[1]`, "[2]", []any{n("2")}, ""},
		"another type":                {`{}`, `5`, "seven", "seven", "is a string, and its default is an integer"},
		"one of several forms":        {`{"anyOf": [{"type": "integer"}, {"type": "boolean"}]}`, `1`, "true", true, ""},
		"none of several forms":       {`{"anyOf": [{"type": "integer"}, {"type": "boolean"}]}`, `1`, "x", nil, "fits none of the forms that its schema allows, or too many"},
		"a date and time":             {`{"type": "string", "format": "date-time"}`, `"2026-01-02T03:04:05Z"`, "2026-01-02T03:04:05+01:00", "2026-01-02T03:04:05+01:00", ""},
		"no date and time":            {`{"type": "string", "format": "date-time"}`, `"2026-01-02T03:04:05Z"`, "yesterday", nil, "takes a date and time with a zone, as 2026-01-02T03:04:05Z, and this is none"},
		"a date":                      {`{"type": "string", "format": "date"}`, `"2026-01-02"`, "2026-02-30", nil, "takes a date, as 2026-01-02, and this is none"},
		"a format of the web page":    {`{"type": "string", "format": "multiline"}`, `""`, "a", "a", ""},
		"too small":                   {`{"type": "integer", "minimum": 1}`, `1`, "0", nil, "must be at least 1, and is 0"},
		"too large":                   {`{"type": "number", "exclusiveMaximum": 0.5}`, `0`, "0.5", nil, "must be less than 0.5, and is 0.5"},
		"no multiple":                 {`{"type": "integer", "multipleOf": 8}`, `8`, "12", nil, "must be a multiple of 8, and is 12"},
		"too short":                   {`{"type": "string", "minLength": 1}`, `"x"`, "", nil, "must have at least 1 character"},
		"a pattern":                   {`{"type": "string", "pattern": "^[a-z]+$"}`, `"x"`, "A", nil, "must fit the pattern ^[a-z]+$"},
		"too few":                     {`{"type": "array", "minItems": 2}`, `[1, 2]`, "[1]", nil, "must have at least 2 items"},
		"twice":                       {`{"type": "array", "uniqueItems": true}`, `[]`, "[1, 1]", nil, "must not have an item twice, as 1 and 2 are"},
		"wrong inside":                {`{"type": "array", "items": {"type": "integer"}}`, `[]`, `[1, "a"]`, nil, "at 1 takes an integer, and this is a string"},
		"a field that is missing":     {`{"type": "object", "required": ["a"]}`, `{"a": 1}`, `{"b": 1}`, nil, "needs a in it"},
		"a field too many":            {`{"type": "object", "additionalProperties": false}`, `{}`, `{"b": 1}`, nil, "must not have b in it"},
		"a pattern that Go reads not": {`{"type": "string", "pattern": "^(?!x)"}`, `"a"`, "y", "y", "is not checked: its schema has something that only Airflow can read"},
		"another document":            {`{"$ref": "file:///etc/passwd"}`, `"a"`, "y", "y", "is not checked: its schema has something that only Airflow can read"},
		"a draft of its own":          {`{"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer", "minimum": 1, "exclusiveMinimum": true}`, `2`, "1", nil, "must be more than 1, and is 1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := formOf(t, airflow.Options{}, fakeairflow.Param{Name: "p", Schema: row.schema, Value: row.value})
			values, problems := f.Read([]form.Given{{Name: "p", Text: row.text, Origin: "--p"}})
			var messages []string
			refused := false
			for _, p := range problems {
				messages = append(messages, p.Message)
				refused = refused || !p.Warning
			}
			switch {
			case row.problem != "":
				require.Equal(t, []string{"--p: p " + row.problem}, messages)
			case name == "a broken array":
				require.True(t, refused)
			default:
				require.Empty(t, messages)
			}
			if refused {
				require.NotContains(t, values, "p")
				return
			}
			require.Equal(t, map[string]any{"p": row.want}, values)
		})
	}
}

// Everything that is wrong is said at once, a value with a type keeps it, and what
// the DAG does not know goes on with a warning.
func TestAFormTellsAllAtOnce(t *testing.T) {
	f := formOf(t, airflow.Options{Refuse: func(name string, _ any) error {
		if name == "MINIO_SECRET_KEY" {
			return errors.New("is a secret of the contract")
		}
		return nil
	}},
		fakeairflow.Param{Name: "batch_size", Schema: `{"type": "integer", "minimum": 1}`, Value: "32"},
		fakeairflow.Param{Name: "identifier", Schema: `{"type": "string"}`, Description: "Names the run."},
		fakeairflow.Param{Name: "kind", Schema: `{"enum": ["a"]}`},
		fakeairflow.Param{Name: "note", Schema: `{"type": ["null", "string"]}`},
		fakeairflow.Param{Name: "weights"},
	)
	values, problems := f.Read([]form.Given{
		{Name: "batch-size", Text: "0", Origin: "--batch-size"},
		{Name: "batch_size", Text: "1", Origin: "params.yaml"},
		{Name: "note", Value: nil, IsValue: true, Origin: "params.yaml"},
		{Name: "weights", Text: "AKIAIOSFODNN7EXAMPLE", Origin: "--weights"},
		{Name: "batchsize", Text: "5", Origin: "--param batchsize"},
		{Name: "MINIO_SECRET_KEY", Text: "hunter22", Origin: "--param MINIO_SECRET_KEY"},
		{Name: "note", Text: "again", Origin: "params.yaml"},
	})
	require.Equal(t, []form.Problem{
		{Parameter: "batch_size", Message: "--batch-size: batch_size must be at least 1, and is 0", Hint: "for example", Example: "1"},
		{Parameter: "weights", Message: "--weights: weights seems to be a secret, and Airflow stores the conf of a run in clear text and shows it to all who see the run", Hint: "put it into a connection or a Secret, and give the name of that", Warning: true},
		{Parameter: "batchsize", Message: "--param batchsize: DAG d has no parameter batchsize; Airflow puts it into the conf all the same", Hint: "did you mean batch_size?", Warning: true},
		{Parameter: "MINIO_SECRET_KEY", Message: "--param MINIO_SECRET_KEY: MINIO_SECRET_KEY is a secret of the contract"},
		{Parameter: "note", Message: "params.yaml: note is given twice", Hint: "keep one of them"},
		{Parameter: "identifier", Message: "parameter identifier (string) is required and was not given: Names the run", Example: "VALUE", Missing: true},
		{Parameter: "kind", Message: "parameter kind (any type) is required and was not given", Example: "a", Missing: true},
	}, problems)
	require.Equal(t, map[string]any{"note": nil, "weights": "AKIAIOSFODNN7EXAMPLE", "batchsize": "5"}, values)
}

func TestATitleHasTheNameThatPeopleSee(t *testing.T) {
	_, url := start(t, fakeairflow.Options{Version: "2.9.3"}, fakeairflow.DAG{ID: "d", DisplayName: "Training of\nall"})
	f, err := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{}).Form(t.Context(), submit.Target{Pipeline: "d"})
	require.NoError(t, err)
	require.Equal(t, `DAG d "Training of all" (Airflow 2.9.3)`, f.Title())
	require.Empty(t, f.Parameters())
}

func TestADAGThatCannotRunHasNoForm(t *testing.T) {
	for _, version := range versions {
		_, url := start(t, fakeairflow.Options{Version: version},
			fakeairflow.DAG{ID: "broken", File: "broken.py", ImportError: "ModuleNotFoundError: No module named 'torch'"},
			fakeairflow.DAG{ID: "leaky", File: "leaky.py", ImportError: "vendor.errors.BadKey: hunter22"},
			fakeairflow.DAG{ID: "gone", File: "gone.py", Gone: true},
		)
		b := airflow.New(wayTo(t, url, access.Options{}), airflow.Options{})
		file := func(name string) string {
			if version[0] == '2' {
				return "/opt/airflow/dags/" + name
			}
			return name
		}
		for id, want := range map[string]string{
			"broken": "Airflow cannot import " + file("broken.py") + ", the file of DAG broken: it has no module torch; until then it does not run",
			"leaky":  "Airflow cannot import " + file("leaky.py") + ", the file of DAG leaky: it raises BadKey; until then it does not run",
			"gone":   "DAG gone is not in " + file("gone.py") + " any more, and Airflow does not run it",
		} {
			_, err := b.Form(t.Context(), submit.Target{Pipeline: id})
			require.ErrorIs(t, err, submit.Conflict)
			require.EqualError(t, err, want)
		}
		_, err := b.Form(t.Context(), submit.Target{Pipeline: "unheard-of"})
		require.ErrorIs(t, err, submit.NotFound)
		require.EqualError(t, err, "Airflow has no DAG unheard-of, and it cannot import 2 of its files: "+file("broken.py")+", "+file("leaky.py"))
	}
}
