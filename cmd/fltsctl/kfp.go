package main

import (
	"context"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
	"github.com/flts-run/flts-run/submit/kfp"
)

// kfp is Kubeflow Pipelines.
func (r *runner) kfp() backend {
	return backend{name: kfpBackend, runName: runNameOption, target: r.injectedTarget, read: readPipeline, open: r.openKFP}
}

// kfpTarget is a pipeline in a file or, without one, a pipeline on the server.
// With --upload a file has a name and a version there too.
func kfpTarget(s *settings) submit.Target {
	t := submit.Target{File: s.c.Args().First(), Pipeline: s.value(pipelineOption), Version: s.value(pipelineVersionOption)}
	upload := s.boolean(uploadOption)
	switch {
	case s.c.Args().Len() > 1:
		s.problem(usage("a value with spaces needs quotes", "one pipeline is wanted, and %q is there too", s.c.Args().Get(1)))
	case t.File == "" && upload:
		s.problem(usage("fltsctl submit PIPELINE.yaml --upload", "--upload has no file to store"))
	case t.File == "" && t.Pipeline == "":
		s.problem(usage("fltsctl submit PIPELINE.yaml, or --pipeline NAME for one that the server has", "no pipeline is given"))
	case t.File != "" && t.Pipeline != "" && !upload:
		s.problem(usage("leave one of them out, or add --upload to store the file under that name", "both a file and --pipeline are given"))
	case t.File != "" && t.Version != "" && !upload:
		s.problem(usage("add --upload to store the file as that version", "--pipeline-version is given with a file"))
	}
	return t
}

// readPipeline reads a compiled pipeline. What the server has it does not know,
// nor what nobody named.
func readPipeline(t submit.Target) (form.Form, string, error) {
	if t.File == "" {
		return nil, t.Pipeline, nil
	}
	p, err := kfp.Load(t)
	if err != nil {
		return nil, "", err
	}
	return p.Form(), p.Name, nil
}

func (r *runner) openKFP(_ context.Context, s *settings) (submit.Backend, error) {
	o := r.accessOptions(s)
	a, err := access.KFP(o, r.surroundings())
	if err != nil {
		return nil, err
	}
	for _, w := range a.Warnings {
		r.out.Line("warning", w, "")
	}
	return kfp.New(a, kfp.Options{Namespace: s.value(namespaceOption), Pods: r.podLogs(o), Notice: r.notice, Now: r.now}), nil
}
