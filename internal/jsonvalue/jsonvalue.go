// Package jsonvalue reads JSON and YAML texts as JSON values: nil, bool,
// json.Number, string, []any and map[string]any. Numbers keep their digits, texts
// that look like something else stay texts, and what JSON cannot say is an error
// with its place.
package jsonvalue

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

const (
	// maxDepth is how deep lists and mappings may be nested. Compiled pipelines
	// stay below 30.
	maxDepth = 200
	// maxAliased is how much the aliases of a YAML text may add to it, in bytes:
	// nine aliases of nine aliases, a few levels deep, fill any memory.
	maxAliased = 32 << 20
	// valueCost is what a value counts there beside its text, in bytes.
	valueCost = 64
)

// Reader reads one text.
type Reader struct {
	// File is where the text came from, for errors; "" for a text that has no
	// file, as one from a command line.
	File string

	// Moments makes a date without quotes a moment in RFC 3339, in UTC where it
	// names no zone, as the KFP server reads it. Otherwise it is the text that it
	// looks like.
	Moments bool

	// Python is set for what PyYAML has written, as the KFP SDK does. It leaves
	// 1e3, 08 and 0o17 without quotes where texts are meant, because it would not
	// read them as numbers; others would.
	Python bool
}

// Documents reads all documents of a text; empty ones are left out. An error of
// what the text says is a *Fault.
func (r Reader) Documents(data []byte) ([]any, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !utf8.Valid(data) {
		return nil, r.fault(1, 1, "is not UTF-8", "save it as UTF-8")
	}
	v, ok, err := r.json(data)
	if err != nil {
		return nil, err
	}
	if ok {
		return []any{v}, nil
	}
	return r.yaml(data)
}

// One reads a text of one document. An empty text is nil.
func (r Reader) One(data []byte) (any, error) {
	documents, err := r.Documents(data)
	switch {
	case err != nil:
		return nil, err
	case len(documents) > 1:
		return nil, r.fault(1, 1, "has several documents, where one belongs", "")
	case len(documents) == 0:
		return nil, nil
	}
	return documents[0], nil
}

// Fault is what is wrong with a text, and where. It quotes no value of it.
type Fault struct {
	File         string // "" where there is none
	Line, Column int    // from 1
	What         string
	hint         string
}

func (f *Fault) Error() string {
	if f.File == "" {
		return f.What
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.What)
}

// Hint says what to do about it, or is "".
func (f *Fault) Hint() string { return f.hint }

func (r Reader) fault(line, column int, what, hint string) *Fault {
	return &Fault{File: r.File, Line: max(line, 1), Column: max(column, 1), What: what, hint: hint}
}

func tooDeep() string {
	return fmt.Sprintf("is nested more than %d levels deep", maxDepth)
}

func twice(name string) string { return fmt.Sprintf("has the name %q twice", name) }

// Clone is a copy of a JSON value that shares nothing with it that can change.
func Clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, inner := range v {
			m[name] = Clone(inner)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, inner := range v {
			list[i] = Clone(inner)
		}
		return list
	}
	return v
}
