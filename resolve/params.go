package resolve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ParamsFlag reads the values of --param K=V. Every problem is reported at
// once: no '=', a name that the contract does not know, two different values
// for one key. Values are not quoted in errors, they may be secret.
func ParamsFlag(c *Contract, flags []string) (Source, error) {
	s := Source{Name: "param", Layer: Parameters, Params: true, Values: map[string]Value{}}
	var problems []error
	for i, flag := range flags {
		name, text, ok := strings.Cut(flag, "=")
		switch {
		case !ok && c.KeyForParam(flag) == nil:
			problems = append(problems, fmt.Errorf("--param number %d has no '=': write --param NAME=VALUE", i+1))
		case !ok:
			problems = append(problems, fmt.Errorf("--param %s has no '=': write --param %s=VALUE", flag, flag))
		case c.KeyForParam(name) == nil:
			problems = append(problems, fmt.Errorf("--param %s: no such parameter in the contract%s", name, didYouMean(name, c.ParamNames())))
		case s.Values[name].Text.Reveal() != text && s.has(name):
			problems = append(problems, fmt.Errorf("--param %s is given twice with different values", name))
		default:
			s.Values[name] = Plain(text)
		}
	}
	return s, errors.Join(problems...)
}

func (s *Source) has(name string) bool {
	_, ok := s.Values[name]
	return ok
}

// ParamsJSON reads a JSON object of pipeline parameters, such as Airflow's
// {{ params | tojson }}. Parameters that the contract does not know belong to
// the task and are left alone. Numbers keep their digits, null is "not given",
// and a list or an object is kept as JSON text. name is the source's name and
// stands for the text in errors, which do not quote it.
func ParamsJSON(c *Contract, name string, text []byte) (Source, error) {
	s := Source{Name: name, Layer: Parameters, Params: true, Values: map[string]Value{}}
	values := map[string]json.RawMessage{}
	if err := decodeOne(text, &values); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, s.addJSON(c, values)
}

// ExecutorInput reads the parameters out of the executor input of Kubeflow
// Pipelines, the JSON that the launcher puts in place of {{$}}.
func ExecutorInput(c *Contract, text []byte) (Source, error) {
	s := Source{Name: "executor-input", Layer: Parameters, Params: true, Values: map[string]Value{}}
	if t := strings.TrimSpace(string(text)); t == "{{$}}" {
		return s, errors.New("executor-input: the placeholder {{$}} was not replaced: the command was not started by the launcher of Kubeflow Pipelines")
	}
	var doc struct {
		Inputs struct {
			ParameterValues map[string]json.RawMessage `json:"parameterValues"`
		} `json:"inputs"`
	}
	if err := decodeOne(text, &doc); err != nil {
		return s, fmt.Errorf("executor-input: %w", err)
	}
	return s, s.addJSON(c, doc.Inputs.ParameterValues)
}

// decodeOne decodes one JSON document and nothing behind it.
func decodeOne(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	err := dec.Decode(into)
	if err == nil {
		if _, end := dec.Token(); !errors.Is(end, io.EOF) {
			return fmt.Errorf("is no single JSON object: more text follows at byte %d", dec.InputOffset())
		}
		return nil
	}
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		// Its own text quotes a character, which may be one of a secret.
		return fmt.Errorf("is no valid JSON: syntax error at byte %d", syntax.Offset)
	case errors.As(err, &typed):
		return fmt.Errorf("is no JSON object but %s at byte %d", typed.Value, typed.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("is no valid JSON: it ends too early")
	}
	return errors.New("is no valid JSON")
}

func (s *Source) addJSON(c *Contract, values map[string]json.RawMessage) error {
	for name, raw := range values {
		if c.KeyForParam(name) == nil {
			s.Others = append(s.Others, name)
			continue
		}
		text, given, err := jsonText(raw)
		if err != nil {
			return fmt.Errorf("%s %s: %w", s.Name, name, err)
		}
		if given {
			s.Values[name] = Plain(text)
		}
	}
	return nil
}

// jsonText writes a JSON value as an environment variable holds it.
func jsonText(raw json.RawMessage) (text string, given bool, err error) {
	switch raw = bytes.TrimSpace(raw); {
	case bytes.Equal(raw, []byte("null")):
		return "", false, nil
	case raw[0] == '"':
		err = json.Unmarshal(raw, &text)
		return text, true, err
	case raw[0] == '{' || raw[0] == '[':
		var b bytes.Buffer
		err = json.Compact(&b, raw)
		return b.String(), true, err
	}
	return string(raw), true, nil
}
