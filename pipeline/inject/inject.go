// Package inject puts flts-run and its configuration into compiled KFP pipelines, and
// takes them out again.
//
// Every container of the user's starts under flts-run then: its command gets the program
// in front, and the platform document gives it the ConfigMap and the Secret of the
// contract. Importers and the tasks that make volumes start no such container.
//
// A file goes this way:
//
//	text ─► tree ─► edits ─► text
//
// The edits are made on the nodes of the file (container.go, platform.go). What they add
// and take away is then done to the lines of the text (lines.go), so that all else in it
// stays as it was, byte for byte; and the outcome is read again and held against the
// edited nodes. Where that is not possible, as in JSON, the file is written anew.
//
// What was added is noted in a variable of each container (mark.go), which is all that
// Remove needs.
package inject

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
)

// Result is a file after a change.
type Result struct {
	// Text is the file. It is the same bytes where there was nothing to change.
	Text []byte
	// Anew is set where the file was written anew, and not only the lines of it that
	// changed: what it says is kept, and how it was laid out is not.
	Anew bool
	// Executors are the containers of the pipeline, in the order of the file.
	Executors []Executor
	// Notes are about the pipeline as a whole.
	Notes []string
}

// Executor is what became of one container.
type Executor struct {
	Label string   // exec-train
	Tasks []string // the paths of the tasks that start it, sorted
	State State
	// Added says what was added or taken away, in the order in which it is worth reading.
	Added []string
	// Notes say what was left as the pipeline had it, and why.
	Notes []string
}

// State is what became of a container.
type State string

// What becomes of a container.
const (
	Wrapped  State = "wrapped"  // it starts under flts-run now
	Kept     State = "kept"     // its author starts it under flts-run; it got the configuration
	Skipped  State = "skipped"  // somebody asked for that
	NotOurs  State = "not ours" // it starts no container of the user's
	Restored State = "restored" // what was added was taken away
	Plain    State = "plain"    // there was nothing to take away
)

// Count is how many containers have one of these states.
func (r Result) Count(states ...State) int {
	n := 0
	for _, e := range r.Executors {
		if slices.Contains(states, e.State) {
			n++
		}
	}
	return n
}

// Inject adds what the options say to the text of a pipeline in YAML or JSON. What an
// earlier injection added is taken away first, so a second one changes nothing. The error
// is that of pipeline.Read, or a *Refusal with all that stands against it.
func Inject(text []byte, o Options) (Result, error) {
	o = o.withDefaults()
	given, bare, err := remove(o.File, text)
	if err != nil {
		return Result{}, err
	}
	t := given
	if !bytes.Equal(bare.Text, text) {
		if t, err = parse(o.File, bare.Text); err != nil {
			return Result{}, err
		}
	}
	i := injection{Options: o, tree: t}
	i.checkOptions()
	i.executors()
	if len(i.problems) > 0 {
		return Result{}, &Refusal{i.problems}
	}
	written, anew, err := t.write()
	if err != nil {
		return Result{}, err
	}
	result := Result{Text: written, Anew: anew || bare.Anew, Executors: i.done, Notes: i.notes}
	if reflect.DeepEqual(given.values, t.written) {
		result.Text, result.Anew = text, false
	}
	return result, nil
}

// Remove takes away what Inject has added. The name is for messages.
func Remove(name string, text []byte) (Result, error) {
	_, result, err := remove(name, text)
	return result, err
}

// remove is Remove, with what was read.
func remove(name string, text []byte) (*tree, Result, error) {
	t, err := parse(name, text)
	if err != nil {
		return nil, Result{}, err
	}
	r := removal{tree: t}
	r.executors()
	if len(r.problems) > 0 {
		return nil, Result{}, &Refusal{r.problems}
	}
	written, anew, err := t.write()
	return t, Result{Text: written, Anew: anew, Executors: r.done}, err
}

// injection is one use of Inject.
type injection struct {
	Options
	*tree
	problems []Problem
	done     []Executor
	notes    []string
}

// executors changes all containers, unless the options are wrong: each of them would say
// so again.
func (i *injection) executors() {
	all := i.containers()
	i.checkSkips(all)
	i.checkImages(all)
	if len(i.problems) > 0 {
		return
	}
	for _, e := range all {
		done := Executor{Label: e.label, Tasks: e.paths()}
		switch {
		case !e.isUsers():
			done.State = NotOurs
		case i.skips(e):
			done.State = Skipped
		default:
			done = i.container(e)
		}
		i.done = append(i.done, done)
	}
	if len(i.problems) == 0 && i.By == Variables && i.optionalVariables() {
		i.notes = append(i.notes, "the variables are optional, which KFP reads from "+sinceOptionalVariables.String()+" on")
	}
}

// sortedNames are the names of a map.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
