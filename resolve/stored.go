package resolve

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flts-run/flts-run/internal/airflowconn"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/secret"
)

// Stored is what a store answered for one id.
type Stored struct {
	ID      string
	Stage   string
	Version string
	Text    secret.String
	Err     error // why there is no text; its Code and Hint, if it has them, are the finding's
	Missing bool  // because there is no such secret
}

// Source makes a source of what a store answered. Every wanted key that it should
// supply and does not says so; where the secret as a whole is not to be had, one
// finding says it for all of them.
func (a Ask) Source(answers []Stored) Source {
	s := Source{Name: storedName(strings.Join(a.IDs, ", ")), Layer: Secret, Fetched: true, Only: a.keys(), Spared: a.Spared, Values: map[string]Value{}}
	if len(a.Wanted) == 0 {
		return s
	}
	got := a.first(answers)
	s.Name = storedName(got.ID)
	if got.Err != nil {
		a.fail(&s, got.Err)
		return s
	}
	if err := a.fill(&s, got); err != nil {
		a.fail(&s, err)
	}
	for name, v := range s.Values {
		v.Origin = s.Name + prefixed(" ", v.Origin) + " (" + got.version() + ")"
		s.Values[name] = v
	}
	return s
}

func storedName(id string) string { return "secretsmanager " + id }

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// first is the answer that counts: that for the first id that is there.
func (a Ask) first(answers []Stored) Stored {
	got := answers[0]
	for _, id := range a.IDs {
		i := slices.IndexFunc(answers, func(s Stored) bool { return s.ID == id })
		if i >= 0 && !answers[i].Missing {
			return answers[i]
		}
	}
	return got
}

// version names the version that was fetched, short as a commit is.
func (s Stored) version() string {
	const enough = 8
	return "version " + s.Version[:min(enough, len(s.Version))] + ", " + cmp.Or(s.Stage, "AWSCURRENT")
}

// keys are the keys that the secret can supply.
func (a Ask) keys() []string {
	var names []string
	for _, v := range a.Secret.variables(a.contract) {
		names = append(names, a.contract.KeyFor(v).Name)
	}
	return names
}

// unfetched is the error of a key whose secret is not to be had. The finding about
// the secret has said why.
type unfetched struct{ why string }

func (e *unfetched) Error() string { return e.why }

func (a Ask) fail(s *Source, err error) {
	f := Finding{Severity: Error, Code: CodeStoredForm}
	var c interface{ Code() string }
	if errors.As(err, &c) {
		f.Code = c.Code()
	}
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		f.Hint = h.Hint()
	}
	var status interface{ Status() int }
	if errors.As(err, &status) {
		f.Status = status.Status()
	}
	for _, v := range a.Wanted {
		s.Values[v] = Value{Origin: s.Name, Err: &unfetched{"could not be fetched: it " + err.Error()}}
		if k := a.contract.KeyFor(v); !slices.Contains(f.Keys, k.Name) {
			f.Keys = append(f.Keys, k.Name)
		}
	}
	f.Key = f.Keys[0]
	f.Message = s.Name + " " + err.Error() + "; not resolved without it: " + someOf(f.Keys)
	s.Findings = append(s.Findings, f)
}

// someOf lists names, and of many the first.
func someOf(names []string) string {
	const enough = 6
	if len(names) <= enough {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:enough], ", ") + " and " + strconv.Itoa(len(names)-enough) + " more"
}

// fill takes the wanted values out of the text of a secret. The Origin of each is its
// place in the secret. An error is about the text as a whole and quotes nothing of it.
func (a Ask) fill(s *Source, got Stored) error {
	switch {
	case a.Secret.Connection != "":
		return a.fillConnection(s, got)
	case a.Secret.Keys != nil:
		return a.fillPaths(s, got)
	}
	object, err := storedObject(got)
	if err != nil {
		return err
	}
	known := 0
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if a.contract.KeyFor(name) == nil {
			s.Others = append(s.Others, name)
			continue
		}
		known++
		if slices.Contains(a.Wanted, name) {
			v, err := storedText(object, name)
			s.Values[name] = Value{Text: secret.New(v), Err: err, Origin: name}
		}
	}
	if known == 0 {
		return &storedError{CodeStoredPath, "has no name in its JSON that is a variable of the contract", "map its names in the contract: secretsmanager: {app: {id: " + got.ID + ", keys: {MINIO_SECRET_KEY: minio.secret}}}"}
	}
	return nil
}

func (a Ask) fillPaths(s *Source, got Stored) error {
	var object map[string]any
	for _, f := range a.Secret.Keys {
		if !slices.Contains(a.Wanted, f.Variable) {
			continue
		}
		if f.Path == "" || f.Path == wholeText {
			s.Values[f.Variable] = Value{Text: got.Text}
			continue
		}
		if object == nil {
			var err error
			if object, err = storedObject(got); err != nil {
				return err
			}
		}
		text, err := storedText(object, f.Path)
		s.Values[f.Variable] = Value{Text: secret.New(text), Err: err, Origin: f.Path}
	}
	return nil
}

func (a Ask) fillConnection(s *Source, got Stored) error {
	n := a.contract.connection(a.Secret.Connection)
	conn, err := airflowconn.ParseStored(got.Text.Reveal())
	if err != nil {
		return &storedError{CodeConnection, "holds no connection that Airflow can read: it " + firstLine(err), connectionHint}
	}
	if !slices.Contains(n.Types, conn.Type) {
		s.Findings = []Finding{n.otherType(s.Name, conn.Type)}
		return nil
	}
	for _, k := range n.Keys {
		if field, value, ok := firstField(conn, k.Values); ok && slices.Contains(a.Wanted, k.Name) {
			s.Values[k.Name] = Value{Text: secret.New(value), Origin: field}
		}
	}
	return nil
}

// storedError is about the text of a secret.
type storedError struct{ code, what, hint string }

func (e *storedError) Error() string { return e.what }
func (e *storedError) Code() string  { return e.code }
func (e *storedError) Hint() string  { return e.hint }

// storedObject reads the text of a secret as a JSON object. Numbers keep their digits.
func storedObject(got Stored) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(got.Text.Reveal()))
	d.UseNumber()
	var object map[string]any
	if d.Decode(&object) != nil || object == nil || d.More() {
		return nil, &storedError{CodeStoredForm, "is no JSON object, and paths lead into one", "write a dot as the path when the secret is the value itself: keys: {MINIO_SECRET_KEY: .}"}
	}
	return object, nil
}

// storedText is the value at a path of names with dots between them; a name may hold
// dots itself. null is "not given".
func storedText(object map[string]any, path string) (string, error) {
	v, ok := object[path]
	if !ok {
		name, rest, inner := strings.Cut(path, ".")
		if next, isObject := object[name].(map[string]any); inner && isObject {
			return storedText(next, rest)
		}
		if _, there := object[name]; inner && there {
			return "", &invalid{CodeStoredPath, fmt.Sprintf("is not in the JSON of the secret: %s is no object there", strconv.Quote(name)), ""}
		}
		return "", &invalid{CodeStoredPath, fmt.Sprintf("is not in the JSON of the secret: there is no name %s", strconv.Quote(name)), nearStored(name, object)}
	}
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return strconv.FormatBool(v), nil
	case map[string]any:
		return "", &invalid{CodeStoredPath, "is an object in the JSON of the secret, and no text", "write the path of a text inside it"}
	}
	return "", &invalid{CodeStoredPath, "is a list in the JSON of the secret, and no text", ""}
}

func nearStored(name string, object map[string]any) string {
	return near.DidYouMean(name, slices.Sorted(maps.Keys(object)), "correct the path in secretsmanager of the contract, or add the name to the secret")
}

// Hidden lists what no output may hold of a stored secret: the text as a whole, and
// every text in it but those that are shown, because they are values of keys that are
// not sensitive. Names that are only secret by their kind are found in connections.
func (a Ask) Hidden(got Stored) []string {
	text := got.Text.Reveal()
	if text == "" {
		return nil
	}
	list := []string{text}
	if a.Secret.Connection != "" {
		return append(list, airflowconn.StoredSecrets(text)...)
	}
	object, err := storedObject(got)
	if err != nil {
		return list
	}
	open := map[string]bool{}
	for _, f := range a.fields() {
		if value, err := storedText(object, f.Path); err == nil && !a.contract.KeyFor(f.Variable).Sensitive {
			open[value] = true
		}
	}
	return append(list, slices.DeleteFunc(textsIn(object), func(t string) bool { return open[t] })...)
}

// fields are the variables of the secret with their paths, for one whose JSON names
// variables too.
func (a Ask) fields() []Field {
	if a.Secret.Keys != nil {
		return a.Secret.Keys
	}
	var fields []Field
	for _, name := range a.Secret.variables(a.contract) {
		fields = append(fields, Field{Variable: name, Path: name})
	}
	return fields
}

// textsIn lists the texts and numbers in a JSON value.
func textsIn(v any) []string {
	var list []string
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, textsIn(v[name])...)
		}
	case []any:
		for _, e := range v {
			list = append(list, textsIn(e)...)
		}
	case string:
		list = append(list, v)
	case json.Number:
		list = append(list, v.String())
	}
	return list
}
