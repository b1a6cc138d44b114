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
	"runtime"
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

// atOnce is how many trials there are at a time for each processor. Most of them
// only wait, those of a wrapper that never gets there for a long time.
const atOnce = 4

// tryAll returns a verdict for each behaviour and wrapper, and what went wrong
// with ours.
func tryAll(ctx context.Context, wrappers []wrapper) (verdicts [][]string, failures []string) {
	verdicts = make([][]string, len(behaviours))
	errs := make([][]error, len(behaviours))
	slots := make(chan struct{}, atOnce*runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i, b := range behaviours {
		verdicts[i], errs[i] = make([]string, len(wrappers)), make([]error, len(wrappers))
		for k, w := range wrappers {
			if !b.appliesTo(w) {
				verdicts[i][k] = "-"
				continue
			}
			slots <- struct{}{}
			all.Go(func() {
				errs[i][k] = try(ctx, b, w)
				<-slots
			})
		}
	}
	all.Wait()
	for i, b := range behaviours {
		for k, err := range errs[i] {
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
