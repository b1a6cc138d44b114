package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/flts-run/flts-run/internal/fakekfp"
)

// What a submission may take beyond the server's own time, the start of the process
// included, as a multiple of the bare helper's start: 60 ms where that takes 3.3, as on
// two cores with nothing else to do.
const submitLimit = 18

// What is submitted by all alike.
const (
	pipelineFile = "testdata/kfp/pipelines/flts-train.yaml"
	dataset      = "ElBorn"
	identifier   = "step10-test-001"
)

// submission measures `fltsctl submit` to a server on loopback, a process for each,
// beside the least that fltsctl does and beside the Python client.
func submission(ctx context.Context, b bench, w io.Writer) ([]bar, error) {
	server := &clockedServer{kfp: fakekfp.New(fakekfp.Options{})}
	web := httptest.NewServer(server)
	defer web.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	pipeline := filepath.Join(b.root, filepath.FromSlash(pipelineFile))
	operator := pod{dir: b.dir, environ: []string{"HOME=" + b.dir, "PATH=/usr/bin:/bin"}, null: null}

	bare := &contender{name: "bare Go exec helper", argv: []string{b.bare, "/bin/true"}}
	version := &contender{name: "fltsctl version", argv: []string{b.fltsctl, "version"}}
	submit := &contender{name: "fltsctl submit", argv: []string{b.fltsctl, "submit", pipeline, "--host", web.URL, "--dataset", dataset, "--identifier", identifier}}
	rounds := b.rounds / 5
	if err := race(ctx, []*contender{bare, version, submit}, operator, rounds); err != nil {
		return nil, err
	}
	own, err := server.perRun(warmUp + rounds)
	if err != nil {
		return nil, err
	}
	python, err := pythonClient(ctx, b, w, operator, web.URL, pipeline)
	if err != nil {
		return nil, err
	}
	if err := printSubmissions(w, b.fltsctl, own, append([]*contender{bare, version, submit}, python...)); err != nil {
		return nil, err
	}
	beyond := float64(submit.median()-own) / float64(bare.median())
	return []bar{{"fltsctl submit, beyond the server's own time, to the bare helper", beyond, submitLimit, "x"}}, nil
}

// clockedServer is a KFP API server that knows how long it was busy.
type clockedServer struct {
	kfp  *fakekfp.Server
	busy atomic.Int64 // ns
}

func (s *clockedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	s.kfp.ServeHTTP(w, r)
	s.busy.Add(int64(time.Since(begin)))
}

// perRun is the server's own time for one of the runs that it has, which must be as
// many as were submitted.
func (s *clockedServer) perRun(submitted int) (time.Duration, error) {
	if runs := len(s.kfp.RunIDs()); runs != submitted {
		return 0, fmt.Errorf("the KFP server has %d runs of %d that were submitted", runs, submitted)
	}
	return time.Duration(s.busy.Load() / int64(submitted)), nil
}

func printSubmissions(w io.Writer, fltsctl string, own time.Duration, all []*contender) error {
	info, err := os.Stat(fltsctl)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "A RUN IS SUBMITTED BY\tROUNDS\tMEDIAN\t95 %")
	for _, c := range all {
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", c.name, len(c.took), ms(c.median()), ms(quantile(c.took, 0.95)))
	}
	table.Flush()
	fmt.Fprintf(w, "the server's own time of each: %s; fltsctl has %.1f MiB\n\n", ms(own), float64(info.Size())/(1<<20))
	return nil
}
