package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"text/tabwriter"
	"time"
)

const (
	task = "/bin/true"

	// Rounds that are run and not counted: the first starts read the binaries.
	warmUp = 10

	// What a start may cost, as a multiple of the bare helper's.
	startLimit = 3.5

	// The same with 60 keys and YAML. The bar of the project is 3.5 here too, and the
	// same binary has between 3.1 and 3.7 on different days of one machine: what
	// fails beyond this is a loss and not the weather.
	fullLimit = 4.25
)

// contender is one way to start the task.
type contender struct {
	name string
	argv []string
	took []time.Duration
}

func (c *contender) median() time.Duration { return quantile(c.took, 0.50) }

// startCost measures what stands between a container's start and its task, in a
// pod with 30 variables and two mounted directories of 12 files each. Everything
// that is printed goes to /dev/null.
func startCost(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	pod, err := newPod(b.dir)
	if err != nil {
		return nil, err
	}
	sixty, err := sixtyKeys(pod.dir)
	if err != nil {
		return nil, err
	}
	var (
		alone   = &contender{name: task + " alone", argv: []string{task}}
		bare    = &contender{name: "bare Go exec helper", argv: []string{b.bare, task}}
		printed = &contender{name: "flts-run exec --check=off", argv: []string{b.fltsRun, "exec", "--check=off", "--", task}}
		silent  = &contender{name: "flts-run exec --check=off --print=off", argv: []string{b.fltsRun, "exec", "--check=off", "--print=off", "--", task}}
		full    = &contender{name: "flts-run exec --check=off, 60 keys, YAML base and overlay", argv: append([]string{b.fltsRun, "exec", "--check=off"}, append(sixty, "--", task)...)}
		all     = []*contender{alone, bare, printed, silent, full}
	)
	peer, err := chamber(ctx, b, pod)
	if err != nil {
		fmt.Fprintln(w, err)
	} else {
		all = append(all, peer)
	}
	if err := race(ctx, all, pod, b.rounds); err != nil {
		return nil, err
	}
	printStarts(w, all, bare, b.rounds)

	bars := []bar{
		{"start, table printed, to the bare helper", ratio(printed, bare), startLimit, "x"},
		{"start, nothing printed, to the bare helper", ratio(silent, bare), startLimit, "x"},
		{"start, 60 keys, YAML base and overlay, to the bare helper", ratio(full, bare), fullLimit, "x"},
	}
	if peer != nil {
		bars = append(bars, bar{"start, table printed, to chamber", ratio(printed, peer), 1, "x"})
	}
	return bars, nil
}

// race starts the contenders in turn. Each round begins with the next one, so
// that none always follows the same other.
func race(ctx context.Context, all []*contender, pod pod, rounds int) error {
	for round := range warmUp + rounds {
		for i := range all {
			if err := ctx.Err(); err != nil {
				return err
			}
			c := all[(round+i)%len(all)]
			took, err := start(c.argv, pod)
			if err != nil {
				return explain(ctx, c, pod, err)
			}
			if round >= warmUp {
				c.took = append(c.took, took)
			}
		}
	}
	return nil
}

// start runs argv to its end and returns how long that took.
func start(argv []string, pod pod) (time.Duration, error) {
	attr := &os.ProcAttr{Dir: pod.dir, Env: pod.environ, Files: []*os.File{pod.null, pod.null, pod.null}}
	begin := time.Now()
	process, err := os.StartProcess(argv[0], argv, attr)
	if err != nil {
		return 0, err
	}
	state, err := process.Wait()
	took := time.Since(begin)
	if err == nil && !state.Success() {
		err = fmt.Errorf("%s", state)
	}
	return took, err
}

// explain runs a contender that failed once more, to say what it printed.
func explain(ctx context.Context, c *contender, pod pod, err error) error {
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env = pod.dir, pod.environ
	out, _ := cmd.CombinedOutput()
	return fmt.Errorf("%s: %w\n%s", c.name, err, out)
}

func printStarts(w io.Writer, all []*contender, bare *contender, rounds int) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "START (%d rounds in turn)\tMEDIAN\t95 %%\tTO THE BARE HELPER\n", rounds)
	for _, c := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%.2fx\n", c.name, ms(c.median()), ms(quantile(c.took, 0.95)), ratio(c, bare))
	}
	table.Flush()
	fmt.Fprintln(w)
}
