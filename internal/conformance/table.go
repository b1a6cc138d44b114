//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"text/tabwriter"
)

// run tries every behaviour with every wrapper and prints the table.
func run(ctx context.Context, w io.Writer, environ []string) error {
	dir, err := os.MkdirTemp("", "flts-conformance-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fltsRun, err := build(ctx, dir, environ)
	if err != nil {
		return err
	}
	wrappers := append(ours(fltsRun), installed()...)
	verdicts, failures := tryAll(ctx, wrappers)
	printTable(w, wrappers, verdicts)
	for _, f := range failures {
		fmt.Fprintln(w, f)
	}
	if len(failures) > 0 {
		return errors.New("flts-run failed")
	}
	return nil
}

// build makes flts-run with the flags of a release.
func build(ctx context.Context, dir string, environ []string) (path string, err error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	make := exec.CommandContext(ctx, "make", "--no-print-directory", "build", "BIN="+dir)
	make.Dir, make.Env = filepath.Dir(string(root)), environ
	if out, err := make.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build flts-run: %w\n%s", err, out)
	}
	return filepath.Join(dir, "flts-run"), nil
}

// tryAll returns a verdict for each behaviour and wrapper, and what went wrong
// with ours.
func tryAll(ctx context.Context, wrappers []wrapper) (verdicts [][]string, failures []string) {
	verdicts = make([][]string, len(behaviours))
	for i, b := range behaviours {
		verdicts[i] = make([]string, len(wrappers))
		errs := make([]error, len(wrappers))
		var all sync.WaitGroup
		for k, w := range wrappers {
			if !b.appliesTo(w) {
				verdicts[i][k] = "-"
				continue
			}
			all.Go(func() { errs[k] = try(ctx, b, w) })
		}
		all.Wait()
		for k, err := range errs {
			switch {
			case verdicts[i][k] == "-":
			case err == nil:
				verdicts[i][k] = "pass"
			default:
				verdicts[i][k] = "FAIL"
				if wrappers[k].ours {
					failures = append(failures, fmt.Sprintf("%s: %s: %v", wrappers[k].name, b.name, err))
				}
			}
		}
	}
	return verdicts, failures
}

func printTable(w io.Writer, wrappers []wrapper, verdicts [][]string) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "BEHAVIOUR\t")
	for _, wrapper := range wrappers {
		fmt.Fprint(table, wrapper.name, "\t")
	}
	fmt.Fprintln(table)
	for i, b := range behaviours {
		fmt.Fprint(table, b.name, "\t")
		for _, v := range verdicts[i] {
			fmt.Fprint(table, v, "\t")
		}
		fmt.Fprintln(table)
	}
	table.Flush()
}
