package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/flts-run/flts-run/internal/teststack"
)

// pythonSubmits is the shortest script that submits.
const pythonSubmits = `import sys, kfp
host, file, dataset, identifier = sys.argv[1:]
kfp.Client(host).create_run_from_pipeline_package(file, {"dataset": dataset, "identifier": identifier})`

// pythonClient submits the same with the KFP SDK: as a script, a process for each,
// and from a process that has the SDK imported. Where it is not installed, nothing is
// compared, and that is said.
func pythonClient(ctx context.Context, b bench, w io.Writer, operator pod, host, pipeline string) ([]*contender, error) {
	sdk, err := teststack.Binaries{}.InstalledKFPSDK(ctx)
	if err != nil {
		fmt.Fprintln(w, "the Python client:", err)
		return nil, nil
	}
	script := &contender{name: "a Python script with the kfp client", argv: []string{sdk.Python(), "-W", "ignore", "-c", pythonSubmits, host, pipeline, dataset, identifier}}
	for range b.rounds / 50 {
		took, err := start(script.argv, operator)
		if err != nil {
			return nil, explain(ctx, script, operator, err)
		}
		script.took = append(script.took, took)
	}
	imported, err := importedClient(ctx, b, sdk, teststack.Submission{
		Host: host, File: pipeline, Parameters: map[string]any{"dataset": dataset, "identifier": identifier},
	})
	return []*contender{script, imported}, err
}

func importedClient(ctx context.Context, b bench, sdk teststack.KFPSDK, what teststack.Submission) (c *contender, err error) {
	python, err := sdk.Start(ctx, b.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, python.Stop()) }()
	c = &contender{name: fmt.Sprintf("the kfp client %s, once it is imported", python.Versions["kfp"])}
	for range warmUp + b.rounds/10 {
		_, took, err := python.Submit(what)
		if err != nil {
			return nil, err
		}
		c.took = append(c.took, took)
	}
	c.took = c.took[warmUp:]
	return c, nil
}
