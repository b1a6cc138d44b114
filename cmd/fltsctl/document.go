package main

import (
	"bytes"
	"encoding/json"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/submit"
)

// documentSchema names the form of our JSON and YAML. What it has keeps its name
// and meaning; there may be more of it later.
const documentSchema = "fltsctl/v1"

// runDocument is a run as our JSON shows it. Times are RFC 3339 in UTC; what is
// not known, or not yet, is left out.
type runDocument struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	State          string `json:"state"`
	Native         string `json:"native_state,omitempty"`
	URL            string `json:"url,omitempty"`
	Pipeline       string `json:"pipeline,omitempty"`
	PipelineID     string `json:"pipeline_id,omitempty"`
	Version        string `json:"pipeline_version,omitempty"`
	VersionID      string `json:"pipeline_version_id,omitempty"`
	Experiment     string `json:"experiment,omitempty"`
	ExperimentID   string `json:"experiment_id,omitempty"`
	Namespace      string `json:"namespace,omitempty"`
	ServiceAccount string `json:"service_account,omitempty"`
	PipelineRoot   string `json:"pipeline_root,omitempty"`
	Description    string `json:"description,omitempty"`
	Created        string `json:"created,omitempty"`
	Started        string `json:"started,omitempty"`
	Finished       string `json:"finished,omitempty"`
	Error          string `json:"error,omitempty"`
}

func newRunDocument(r submit.Run) runDocument {
	return runDocument{
		ID: r.ID, Name: r.Name, State: string(r.State), Native: r.Native, URL: r.URL,
		Pipeline: r.Pipeline, PipelineID: r.PipelineID, Version: r.Version, VersionID: r.VersionID,
		Experiment: r.Experiment, ExperimentID: r.ExperimentID, Namespace: r.Namespace,
		ServiceAccount: r.ServiceAccount, PipelineRoot: r.PipelineRoot, Description: r.Description,
		Created: rfc3339(r.Created), Started: rfc3339(r.Started), Finished: rfc3339(r.Finished),
		Error: r.Error,
	}
}

// rfc3339 is "" for a time that is not yet.
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// writeDocument writes a value to stdout as "json", with indents, or as "yaml".
func (r *runner) writeDocument(format string, value any) error {
	data, err := encodeJSON(value, "  ")
	if err == nil && format == "yaml" {
		data, err = asYAML(data)
	}
	if err != nil {
		return err
	}
	return r.product(string(data))
}

// product writes what the command is for to stdout. Credentials of known shape do
// not pass: a server may say anything.
func (r *runner) product(text string) error {
	_, err := r.stdout.Write([]byte(r.out.Mask.Mask(text)))
	return err
}

func encodeJSON(value any, indent string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	err := e.Encode(value)
	return b.Bytes(), err
}

// asYAML writes JSON as YAML: the same data, no digit of a number lost.
func asYAML(data []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, err
	}
	plain(&doc)
	return yaml.Dump(&doc)
}

// plain takes away JSON's brackets and quotes; the writer puts back quotes that
// are needed.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}
