package main

import (
	"context"
	"errors"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

// kfp is Kubeflow Pipelines.
func (r *runner) kfp() backend {
	return backend{name: kfpBackend, target: kfpTarget, read: readPipeline, open: r.openKFP}
}

// kfpTarget is a pipeline in a file or, without one, a pipeline on the server.
// With --upload a file has a name and a version there too.
func kfpTarget(s *settings) submit.Target {
	t := submit.Target{File: s.c.Args().First(), Pipeline: s.value(pipelineOption), Version: s.value(pipelineVersionOption)}
	upload := s.boolean(uploadOption)
	switch {
	case s.c.Args().Len() > 1:
		s.problem(usage("a value with spaces needs quotes", "one pipeline is wanted, and %q is there too", s.c.Args().Get(1)))
	case t.File == "" && t.Pipeline == "":
		s.problem(usage("fltsctl submit PIPELINE.yaml, or --pipeline NAME for one that the server has", "no pipeline is given"))
	case t.File == "" && upload:
		s.problem(usage("fltsctl submit PIPELINE.yaml --upload", "--upload has no file to store"))
	case t.File != "" && t.Pipeline != "" && !upload:
		s.problem(usage("leave one of them out, or add --upload to store the file under that name", "both a file and --pipeline are given"))
	case t.Version != "" && t.Pipeline == "" && !upload:
		s.problem(usage("add --pipeline NAME", "--pipeline-version says no pipeline"))
	}
	return t
}

func readPipeline(t submit.Target) (form.Form, string, error) {
	return nil, t.Pipeline, errors.New("not yet")
}

func (r *runner) openKFP(context.Context, *settings) (submit.Backend, error) {
	return nil, errors.New("not yet")
}
