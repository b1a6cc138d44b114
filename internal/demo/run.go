package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/demo/pod"
)

// run is the whole program.
func run(ctx context.Context, p process) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	readme := flags.Bool("readme", false, "write the scenes into README.md")
	if err := flags.Parse(p.args); err != nil {
		return 64
	}
	if err := demo(ctx, p, *readme); err != nil {
		fmt.Fprintf(p.stderr, "demo: error: %v\n", err)
		if h := interface{ Hint() string }(nil); errors.As(err, &h) {
			fmt.Fprintf(p.stderr, "demo: hint: %s\n", h.Hint())
		}
		return 1
	}
	return 0
}

func demo(ctx context.Context, p process, readme bool) error {
	source, err := pod.FindSource(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	played, err := perform(ctx, source, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\nheld: %s (%.1f s)\n", strings.Join(played.held, "; "), time.Since(began).Seconds())
	if !readme {
		return nil
	}
	return updateReadme(source.Path("README.md"), played.blocks)
}

// performance is what was printed, as README.md quotes it, and what was found
// to be true afterwards.
type performance struct {
	blocks map[string]string // by the name of the scene
	held   []string
}

// perform plays the scenes in a directory that is gone afterwards.
func perform(ctx context.Context, source pod.Source, p process) (played performance, err error) {
	dir, err := os.MkdirTemp(p.temp, "flts-demo-")
	if err != nil {
		return performance{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintln(p.stdout, "building flts-run")
	if err := source.Build(ctx, dir); err != nil {
		return performance{}, err
	}
	place, err := pod.New(source, dir, p.path)
	if err != nil {
		return performance{}, err
	}
	dataset, err := source.Dataset()
	if err != nil {
		return performance{}, err
	}
	services, err := startServices(ctx, dataset)
	if err != nil {
		return performance{}, err
	}
	defer services.close()
	stage := &stage{pod: place, services: services, dataset: dataset, out: p.stdout, ports: services.ports()}
	return stage.play(ctx)
}
