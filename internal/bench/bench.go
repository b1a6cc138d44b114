package main

import (
	"context"
	"errors"
	"io"
	"os"
)

// bench is what every measurement works with.
type bench struct {
	dir     string   // scratch, removed at the end
	root    string   // of the module
	environ []string // of this process, for building
	fltsRun string   // the binary under test, built as for a release
	fltsctl string   // beside it, likewise
	bare    string   // the bare exec helper
	rounds  int
	short   bool
}

// measurement takes figures, prints them to w, and returns the bars they are held
// against. An error means that it could not measure.
type measurement func(ctx context.Context, b bench, w io.Writer) ([]bar, error)

// measurements run in this order. A new bar is a new function here.
var measurements = []measurement{
	startCost,
	storedSecrets,
	shimCost,
	binarySize,
	residue,
	checkCost,
	supervised,
	submission,
	examination,
}

func run(ctx context.Context, w io.Writer, environ []string, short bool) error {
	dir, err := os.MkdirTemp("", "flts-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	b := bench{dir: dir, environ: environ, rounds: 500, short: short}
	if short {
		b.rounds = 100
	}
	if err := b.build(ctx); err != nil {
		return err
	}
	var bars []bar
	for _, measure := range measurements {
		got, err := measure(ctx, b, w)
		if err != nil {
			return err
		}
		bars = append(bars, got...)
	}
	if !printBars(w, bars) {
		return errors.New("a bar was missed")
	}
	return nil
}
