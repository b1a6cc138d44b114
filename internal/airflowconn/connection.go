// Package airflowconn reads an Airflow connection as Airflow itself reads it from a
// variable AIRFLOW_CONN_<ID>, or from a secret of its Secrets Manager backend: a JSON
// document if it begins with '{', else a URI.
//
// The rules are those of airflow.sdk.Connection.from_uri and from_json, Airflow 3, down
// to their quirks, because the same text is read by Airflow's own hooks; a test in the
// peers tier holds both against each other. No error quotes the text: a connection is a
// password with an address around it.
package airflowconn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Connection is an Airflow connection. A field that the text does not have is "".
type Connection struct {
	Type     string // "aws", "http"; "postgresql" is "postgres", and '-' is '_'
	Host     string // may have a scheme: "https://minio"
	Port     int    // 0 is none
	Login    string
	Password string
	Schema   string // of a URI, its path
	Extra    Extra
}

// Extra are the further values of a connection.
type Extra map[string]any

// Parse reads a connection.
func Parse(text string) (Connection, error) {
	if strings.HasPrefix(text, "{") {
		return parseJSON(text)
	}
	return parseURI(text)
}

// Text is the value below that path of names: "service_config", "s3", "endpoint_url". An
// object on the way may also be written as a text of JSON. What is no text, number or
// truth value has none.
func (e Extra) Text(path ...string) (text string, ok bool) {
	var at any = map[string]any(e)
	for _, name := range path {
		object, isObject := asObject(at)
		if !isObject {
			return "", false
		}
		if at, ok = object[name]; !ok {
			return "", false
		}
	}
	switch v := at.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

func asObject(v any) (map[string]any, bool) {
	switch v := v.(type) {
	case map[string]any:
		return v, true
	case string:
		object, err := decode(v)
		return object, err == nil
	}
	return nil, false
}

var errNoObject = errors.New("is no JSON object")

// decode reads a JSON object, and keeps the digits of its numbers.
func decode(text string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if d.Decode(&object) != nil || object == nil || len(bytes.TrimSpace(rest(d, text))) > 0 {
		return nil, errNoObject
	}
	return object, nil
}

func rest(d *json.Decoder, text string) []byte { return []byte(text[d.InputOffset():]) }

// fields are those of the JSON form. Airflow refuses any other.
var fields = []string{"conn_type", "description", "extra", "host", "login", "password", "port", "schema"}

// parseJSON reads the form {"conn_type": "aws", "login": …, "extra": {…}}.
func parseJSON(text string) (c Connection, err error) {
	object, err := decode(text)
	if err != nil {
		return c, errors.New("begins with { and is no JSON object")
	}
	if uri, ok := object["uri"].(string); ok && len(object) == 1 {
		return parseURI(uri)
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(fields, name) {
			problems = append(problems, errors.New("has a field that Airflow does not know"))
			break // its name may be anything, too
		}
	}
	field := func(name string, to *string) {
		switch v := object[name].(type) {
		case nil:
		case string:
			*to = v
		default:
			problems = append(problems, fmt.Errorf("has a %s that is no text", name))
		}
	}
	field("conn_type", &c.Type)
	c.Type = normalType(c.Type)
	field("host", &c.Host)
	field("login", &c.Login)
	field("password", &c.Password)
	field("schema", &c.Schema)
	c.Port, err = portOf(object["port"])
	problems = append(problems, err)
	c.Extra, err = extraOf(object["extra"])
	return c, errors.Join(append(problems, err)...)
}

// portOf reads a number or a text of digits, as Python's int does.
func portOf(v any) (int, error) {
	wrong := errors.New("has a port that is no number")
	switch v := v.(type) {
	case nil:
		return 0, nil
	case json.Number:
		f, err := v.Float64()
		if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
			return 0, wrong
		}
		return int(f), nil
	case string:
		if v == "" {
			return 0, nil
		}
		n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(v), "_", ""))
		if err != nil {
			return 0, wrong
		}
		return n, nil
	}
	return 0, wrong
}

// extraOf reads an object, or a text of one.
func extraOf(v any) (Extra, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		if len(v) == 0 {
			return nil, nil
		}
		return v, nil
	case string:
		if v == "" {
			return nil, nil
		}
		if object, err := decode(v); err == nil {
			return object, nil
		}
	}
	return nil, errors.New("has an extra that is no JSON object")
}

// normalType is the type as Airflow's hooks are named.
func normalType(t string) string {
	if t == "postgresql" {
		return "postgres"
	}
	return strings.ReplaceAll(t, "-", "_")
}
