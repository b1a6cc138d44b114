package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/flts-run/flts-run/pipeline"
)

// shimCost measures a Python component as the KFP SDK compiled it, with and without the
// shims of sh and python3 first in its PATH. Three programs of these names become one
// another: sh, which has pip install packages, sh, which writes the source to a file, and
// python3. In place of python3 and pip is /bin/true: what they take is the same in both.
//
// The bar of the project is 10 ms more than bare. Here it is what a start of flts-run may
// cost, to the bare helper, because a busy machine takes longer for both: that is 10 ms
// where the helper takes 2.9.
func shimCost(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	pod, err := newPod(filepath.Join(b.dir, "shims"))
	if err != nil {
		return nil, err
	}
	command, err := compiledCommand(b.root)
	if err != nil {
		return nil, err
	}
	tools, shims := filepath.Join(pod.dir, "tools"), filepath.Join(pod.dir, "bin")
	if err := standIns(tools, "python3", "pip"); err != nil {
		return nil, err
	}
	if err := os.Mkdir(shims, 0o755); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, b.fltsRun, "install", "--shim", "sh,python3", shims).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("flts-run install: %w\n%s", err, out)
	}
	// The launcher looks its program up in the PATH of the container, and so does env.
	under := func(path string, wrapper ...string) []string {
		return slices.Concat([]string{"/usr/bin/env", "PATH=" + path + ":/usr/bin:/bin", "TMPDIR=" + pod.dir, "FLTS_CHECK=off"}, wrapper, command)
	}
	bare := &contender{name: "bare", argv: under(tools)}
	wrapped := &contender{name: "flts-run exec -- before its command", argv: under(tools, b.fltsRun, "exec", "--")}
	shimmed := &contender{name: "shims of sh and python3", argv: under(shims + ":" + tools)}
	helper := &contender{name: "bare Go exec helper of " + task, argv: []string{b.bare, task}}
	all := []*contender{helper, bare, wrapped, shimmed}
	if err := race(ctx, all, pod, b.rounds); err != nil {
		return nil, err
	}

	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "PYTHON COMPONENT OF KFP (%d rounds in turn)\tMEDIAN\t95 %%\n", b.rounds)
	for _, c := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.name, ms(c.median()), ms(quantile(c.took, 0.95)))
	}
	table.Flush()
	fmt.Fprintln(w)
	more := shimmed.median() - bare.median()
	fmt.Fprintf(w, "the shims add %s\n\n", ms(more))
	return []bar{{"a Python component of KFP under the shims, beyond bare, to the bare helper", float64(more) / float64(helper.median()), startLimit, "x"}}, nil
}

// standIns fills a directory with programs that do nothing.
func standIns(dir string, names ...string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Symlink(task, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// compiledCommand is the command of a component with all the SDK's defaults, as the
// launcher starts it.
func compiledCommand(root string) ([]string, error) {
	p, err := pipeline.Load(filepath.Join(root, "testdata/kfp/pipelines/python-bare.yaml"))
	if err != nil {
		return nil, err
	}
	const input = `{"inputs":{"parameterValues":{"text":"a","gateway_url":"http://gateway.run:8000"}},"outputs":{"outputFile":"/dev/null"}}`
	command := p.Tasks()[0].Command
	for i, word := range command {
		command[i] = strings.ReplaceAll(word, "{{$}}", input)
	}
	return command, nil
}
