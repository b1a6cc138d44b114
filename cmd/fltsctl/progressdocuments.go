package main

import (
	"time"

	"github.com/flts-run/flts-run/submit"
)

// progressDocuments writes an object for each change: JSON Lines, or a stream of
// YAML documents. The last one is the run as it was last seen.
type progressDocuments struct {
	write func(string) error
	yaml  bool
}

// eventDocument is one change. Its run is that of "run" and "end", the latter with
// its tasks and why it failed.
type eventDocument struct {
	Schema string        `json:"schema"`
	Event  string        `json:"event"` // run, task, trouble, recovered or end
	Time   string        `json:"time"`  // by the server's clock, as far as that is known
	RunID  string        `json:"run_id"`
	Was    string        `json:"was,omitempty"` // the state before
	Task   *taskDocument `json:"task,omitempty"`
	Run    any           `json:"run,omitempty"`
	Error  string        `json:"error,omitempty"`
}

func (p *progressDocuments) event(e submit.Event) error {
	doc := eventDocument{Event: string(e.Kind), Time: rfc3339(e.Now), RunID: e.Run.ID, Was: string(e.Was)}
	switch e.Kind {
	case submit.TaskChanged:
		doc.Task = newTaskDocument(e.Task)
	case submit.RunChanged:
		doc.Run = newRunDocument(e.Run)
	case submit.Troubled:
		doc.Error = troubleText(e.Err)
	}
	return p.document(doc)
}

func (p *progressDocuments) tick(time.Time) error { return nil }

func (p *progressDocuments) aside(say func()) error {
	say()
	return nil
}

func (p *progressDocuments) end(run submit.Run, now time.Time, failures []submit.Failure) error {
	return p.document(eventDocument{
		Event: "end", Time: rfc3339(now), RunID: run.ID,
		Run: newRunDetails(run, failures),
	})
}

func (p *progressDocuments) document(doc eventDocument) error {
	doc.Schema = documentSchema
	text, err := streamed(doc, p.yaml)
	if err != nil {
		return err
	}
	return p.write(text)
}

// streamed is a value as one of many: a line of JSON, or a document of YAML.
func streamed(value any, yaml bool) (string, error) {
	data, err := encodeJSON(value, "")
	if err == nil && yaml {
		data, err = asYAML(data)
		data = append([]byte("---\n"), data...)
	}
	return string(data), err
}
