package platform

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
)

// ComponentDefaults tells which parameters of an executor input nobody gave, and
// the values that the component's author gave them. The launcher adds them to
// what the task gets, where they look like parameters of the run; its own command
// line holds the two apart. Without it, nothing is known, and the result is nil.
//
// A parameter is a default when the run did not give it and the executor input
// has the default's value, or none.
func (p Platform) ComponentDefaults(executorInput string) map[string]json.RawMessage {
	if p.launcher == nil || p.launcher.input == "" {
		return nil
	}
	now := parseExecutorInput(executorInput).Inputs.Parameters
	var defaults map[string]json.RawMessage
	for name, parameter := range p.launcher.spec.Inputs.Parameters {
		if _, given := p.launcher.given.Inputs.Parameters[name]; given || parameter.Default == nil {
			continue
		}
		if value, have := now[name]; have && !sameJSON(value, parameter.Default) {
			continue
		}
		if defaults == nil {
			defaults = map[string]json.RawMessage{}
		}
		defaults[name] = parameter.Default
	}
	return defaults
}

// sameJSON compares values and not texts: the two documents come from different
// writers, which do not agree on spaces, order and 1.0.
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if decode(a, &x) != nil || decode(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

// decode keeps numbers that a float64 would round apart from each other.
func decode(text []byte, into *any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(into)
	*into = numbers(*into)
	return err
}

const exactInFloat = 1 << 53

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := strconv.ParseFloat(string(v), 64); err == nil && f > -exactInFloat && f < exactInFloat {
			return f
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = numbers(v[name])
		}
	}
	return v
}
