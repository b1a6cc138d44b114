// Command bench measures what flts-run and fltsctl cost, prints the figures, and
// holds them against the bars of the project. It ends with status 1 when a bar is
// missed.
//
//	go run ./internal/bench [-short]
//
// Commands that are compared run in turn, in one run (A B C, B C A, …): what
// else the machine does then falls on all of them alike. Figures from two runs
// must not be compared.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	short := flag.Bool("short", false, "fewer rounds, and no look-up of peers that are not installed")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Environ(), *short)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
