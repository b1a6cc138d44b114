package airflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaURL names a parameter's schema to the compiler; nothing is read from it.
const schemaURL = "flts:param"

// compileSchema reads the JSON Schema of a parameter: 2020-12, unless it names
// another. Formats are checked, which Airflow itself does only where the libraries
// for that happen to be installed.
func compileSchema(doc any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	if err := c.AddResource(schemaURL, doc); err != nil {
		return nil, fmt.Errorf("airflow: %w", err)
	}
	return c.Compile(schemaURL)
}

// noLoader refuses references to other documents: who wrote a DAG has no business
// with the files of whoever starts it.
type noLoader struct{}

var errNoLoader = errors.New("airflow: a schema refers to another document")

func (noLoader) Load(string) (any, error) { return nil, errNoLoader }

// typesOf are the types that a schema allows by its own keyword, nil for all.
func typesOf(doc any) []string {
	m, _ := doc.(map[string]any)
	switch t := m["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var types []string
		for _, one := range t {
			if name, ok := one.(string); ok {
				types = append(types, name)
			}
		}
		return types
	}
	return nil
}

// choicesOf are the only values that a schema allows, if it lists them.
func choicesOf(doc any) []any {
	m, _ := doc.(map[string]any)
	if only, have := m["const"]; have {
		return []any{only}
	}
	list, _ := m["enum"].([]any)
	return list
}

// typeOf is the type of a JSON value in the words of JSON Schema. A whole number
// is an integer, however it is written.
func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if isWhole(v) {
			return "integer"
		}
		return "number"
	}
	return ""
}

// allows reports whether a list of types has room for a type.
func allows(types []string, t string) bool {
	return slices.Contains(types, t) || t == "integer" && slices.Contains(types, "number")
}

// decodeJSON reads JSON with its numbers as they are written.
func decodeJSON(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}
