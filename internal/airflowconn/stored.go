package airflowconn

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// aliases are the names that the Secrets Manager backend of Airflow takes for a field
// in the JSON of a secret, which often is one that another program made.
var aliases = []struct {
	field string
	names []string
}{
	{"login", []string{"login", "user", "username", "user_name"}},
	{"password", []string{"password", "pass", "key"}},
	{"host", []string{"host", "remote_host", "server"}},
	{"port", []string{"port"}},
	{"schema", []string{"database", "schema"}},
	{"conn_type", []string{"conn_type", "conn_id", "connection_type", "engine"}},
	{"extra", []string{"extra"}},
}

// ParseStored reads a connection as Airflow's Secrets Manager backend reads a secret:
// as Parse does, and in JSON the fields may go by other names, of which the first in
// the text counts. What is no field is left alone there.
func ParseStored(text string) (Connection, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		return parseURI(text)
	}
	object, err := decode(text)
	if err != nil {
		return Connection{}, errors.New("begins with { and is no JSON object")
	}
	standard := map[string]any{}
	for _, name := range namesIn(text) {
		if field := fieldFor(name); field != "" {
			if _, have := standard[field]; !have {
				standard[field] = object[name]
			}
		}
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(standard); err != nil {
		return Connection{}, errors.New("cannot be written as JSON")
	}
	return parseJSON(b.String())
}

func fieldFor(name string) string {
	for _, a := range aliases {
		if slices.Contains(a.names, name) {
			return a.field
		}
	}
	return ""
}

// namesIn lists the names of an object in the order of its text.
func namesIn(text string) []string {
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			break
		}
		if text, ok := name.(string); ok {
			names = append(names, text)
		}
	}
	return names
}

// StoredSecrets is Secrets for a text that ParseStored reads.
func StoredSecrets(text string) []string {
	list := Secrets(text)
	if c, err := ParseStored(text); err == nil {
		list = append(append(list, c.Password), c.Extra.secrets(nil)...)
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}
