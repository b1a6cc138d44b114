package kfp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// Run reads one run with its tasks.
func (b *Backend) Run(ctx context.Context, id string) (submit.Run, error) {
	if err := checkID(id); err != nil {
		return submit.Run{}, err
	}
	rec, err := b.client.getRun(ctx, id)
	if err != nil {
		return submit.Run{}, notFound(err, id)
	}
	run, err := b.named(ctx, rec)
	if err != nil {
		return submit.Run{}, err
	}
	spec := rec.Spec
	if rec.PipelineID != "" && rec.VersionID != "" {
		v, err := b.versionOf(ctx, rec.PipelineID, rec.VersionID)
		if err := unlessGone(err); err != nil {
			return submit.Run{}, err
		}
		run.Version, spec = v.Name, v.Spec
	}
	run.Tasks = tasksOf(rec, spec)
	run.Images = imagesOf(spec)
	return run, nil
}

// isID reports whether a text may be an id: those of KFP are UUIDs. Another might
// lead to another path.
func isID(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
}

func checkID(id string) error {
	if !isID(id) {
		return &submit.Error{Kind: submit.Invalid, Message: fmt.Sprintf("%q is no id of a run", id), Advice: "fltsctl runs list shows the ids"}
	}
	return nil
}

func notFound(err error, id string) error {
	if !submit.IsKind(err, submit.NotFound) {
		return err
	}
	return &submit.Error{Kind: submit.NotFound, Err: err, Message: "no run " + id + " on the server", Advice: "fltsctl runs list shows the ids; in a multi-user KFP with --namespace"}
}

// outlined is a run as far as its record tells.
func (b *Backend) outlined(rec record) submit.Run {
	run := submit.Run{
		ID: rec.ID, Name: rec.Name, URL: b.pageOf(rec.ID),
		PipelineID: rec.PipelineID, VersionID: rec.VersionID, ExperimentID: rec.ExperimentID,
		ServiceAccount: rec.ServiceAccount, PipelineRoot: rec.PipelineRoot, Description: rec.Description,
		State: stateOf(rec.State), Native: rec.State,
		Created: rec.Created, Started: startOf(rec), Finished: rec.Finished,
		Parameters: rec.Parameters,
		Error:      errorOf(rec.Error, rec.History),
		Archived:   rec.Storage == "ARCHIVED",
	}
	if rec.Spec != nil {
		run.Pipeline = pipelineName(rec.Spec)
	}
	return run
}

// named is outlined with the names of its experiment and pipeline.
func (b *Backend) named(ctx context.Context, rec record) (submit.Run, error) {
	run := b.outlined(rec)
	if rec.ExperimentID != "" {
		e, err := b.experimentOf(ctx, rec.ExperimentID)
		if err := unlessGone(err); err != nil {
			return run, err
		}
		run.Experiment, run.Namespace = e.Name, e.Namespace
	}
	if rec.PipelineID != "" {
		p, err := b.pipelineOf(ctx, rec.PipelineID)
		if err := unlessGone(err); err != nil {
			return run, err
		}
		run.Pipeline = p.Name
	}
	return run, nil
}

// unlessGone forgives that what a run belongs to was deleted, or may not be read.
func unlessGone(err error) error {
	if submit.IsKind(err, submit.NotFound) || submit.IsKind(err, submit.Refused) {
		return nil
	}
	return err
}

// inner is the pipeline document of what answers have.
func inner(spec any) map[string]any {
	if document := object(spec, "pipeline_spec"); len(document) > 0 {
		return document
	}
	return object(spec)
}

func pipelineName(spec any) string {
	name, _ := object(inner(spec), "pipelineInfo")["name"].(string)
	return name
}

func imagesOf(spec any) map[string]string {
	if spec == nil {
		return nil
	}
	p, err := packageFrom("the run's pipeline", spec)
	if err != nil {
		return nil // a pipeline of another sort: of Argo, from KFP 1
	}
	return p.Images()
}

// stateOf reads a state of KFP. Those of KFP 1 are of runs that are still listed.
func stateOf(native string) submit.State {
	switch s := submit.State(strings.ToUpper(native)); s {
	case submit.Pending, submit.Running, submit.Paused, submit.Canceling,
		submit.Succeeded, submit.Skipped, submit.Failed, submit.Canceled:
		return s
	case "ERROR":
		return submit.Failed
	}
	return submit.Unknown
}

// startOf is when a run began to run. KFP says when it was created and, in its
// history, when it changed.
func startOf(rec record) (started time.Time) {
	for _, m := range rec.History {
		if m.State == string(submit.Running) && !m.At.IsZero() {
			return m.At
		}
	}
	for _, t := range rec.Tasks {
		if !t.Started.IsZero() && (started.IsZero() || t.Started.Before(started)) {
			started = t.Started
		}
	}
	return started
}

// errorOf is what KFP says of a failure, the last word first.
func errorOf(said string, history []moment) string {
	for i := len(history) - 1; said == "" && i >= 0; i-- {
		said = history[i].Error
	}
	return quote(said)
}
