package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// json reads a text of one JSON document. It is not left to the reader of YAML,
// which refuses the surrogate pairs that Python writes. ok is false where the
// text is no JSON.
func (r Reader) json(data []byte) (v any, ok bool, err error) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return nil, false, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err = r.jsonValue(d, data, 0)
	var fault *Fault
	if errors.As(err, &fault) {
		return nil, false, err
	}
	if err != nil {
		return nil, false, nil
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false, nil
	}
	return v, true, nil
}

func (r Reader) jsonValue(d *json.Decoder, data []byte, depth int) (any, error) {
	if depth > maxDepth {
		return nil, r.jsonFault(d, data, tooDeep())
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	var v any
	switch t {
	case json.Delim('{'):
		v, err = r.jsonMapping(d, data, depth)
	case json.Delim('['):
		v, err = r.jsonList(d, data, depth)
	default:
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = d.Token() // the closing bracket
	return v, err
}

func (r Reader) jsonMapping(d *json.Decoder, data []byte, depth int) (map[string]any, error) {
	m := map[string]any{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, errors.New("a name that is no text")
		}
		if _, have := m[name]; have {
			return nil, r.jsonFault(d, data, twice(name))
		}
		if m[name], err = r.jsonValue(d, data, depth+1); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (r Reader) jsonList(d *json.Decoder, data []byte, depth int) ([]any, error) {
	list := []any{}
	for d.More() {
		v, err := r.jsonValue(d, data, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (r Reader) jsonFault(d *json.Decoder, data []byte, what string) error {
	read := data[:d.InputOffset()]
	line := 1 + bytes.Count(read, []byte("\n"))
	return r.fault(line, len(read)-bytes.LastIndexByte(read, '\n'), what, "")
}
