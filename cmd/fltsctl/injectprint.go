package main

import (
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/pipeline/inject"
)

// injectionDocument is the JSON of what became of a pipeline.
type injectionDocument struct {
	Schema   string `json:"schema"`
	Pipeline string `json:"pipeline"` // its file
	// Rewritten: the file was written anew, and not only the lines that changed.
	Rewritten bool                `json:"rewritten"`
	Executors []injectedContainer `json:"executors"`
	Notes     []string            `json:"notes"`
}

// injectedContainer is one executor. Its state is wrapped, kept, skipped, not ours, restored
// or plain.
type injectedContainer struct {
	Label string   `json:"label"`
	Tasks []string `json:"tasks"`
	State string   `json:"state"`
	Added []string `json:"added"`
	Notes []string `json:"notes"`
}

func injectionDocumentOf(name string, result inject.Result) injectionDocument {
	doc := injectionDocument{Schema: documentSchema, Pipeline: name, Rewritten: result.Anew, Executors: []injectedContainer{}, Notes: append([]string{}, result.Notes...)}
	for _, e := range result.Executors {
		doc.Executors = append(doc.Executors, injectedContainer{
			Label: e.Label, Tasks: append([]string{}, e.Tasks...), State: string(e.State),
			Added: append([]string{}, e.Added...), Notes: append([]string{}, e.Notes...),
		})
	}
	return doc
}

// sayInjected writes what became of each task to stderr.
func (r *runner) sayInjected(s *settings, name string, result inject.Result) {
	rows := [][]string{{"TASK", "STATE", "WHAT"}}
	for _, e := range result.Executors {
		what := strings.Join(append(append([]string{}, e.Added...), e.Notes...), "; ")
		if e.State == inject.NotOurs {
			rows = append(rows, []string{e.Label, string(e.State), "no task starts a container of yours with it"})
		}
		for _, task := range e.Tasks {
			rows = append(rows, []string{task, string(e.State), what})
		}
	}
	if len(rows) > 1 {
		r.out.Print(table(rows))
	}
	r.out.Print(summary(result) + "\n")
	for _, note := range result.Notes {
		r.out.Line("note", note, "")
	}
	if result.Anew {
		r.out.Line("note", "the file is written anew: what it says is kept, and how it was laid out is not", "")
	}
	if result.Count(inject.Wrapped, inject.Kept) > 0 {
		file := "PIPELINE"
		if out := s.value(outOption); out != "" {
			file = hint.ShellWord(out)
		}
		r.warnOfCache(name, result.Text, "fltsctl submit "+file+" --no-cache")
	}
}

// summary counts what became of the containers.
func summary(result inject.Result) string {
	var parts []string
	for _, state := range []inject.State{inject.Wrapped, inject.Kept, inject.Skipped, inject.Restored, inject.Plain, inject.NotOurs} {
		if n := result.Count(state); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	if len(parts) == 0 {
		return "no containers"
	}
	return numbered(len(result.Executors), "container") + ": " + strings.Join(parts, ", ")
}

func numbered(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
