//go:build linux

// Command conformance starts tasks behind flts-run, in both modes, and behind
// other programs that stand in front of a task, does to all of them what happens
// to a task in a container, and prints who behaved.
//
//	go run ./internal/conformance
//
// tini, dumb-init and catatonit are in the table when they are installed (apt-get
// install tini dumb-init catatonit). It ends with status 1 when flts-run failed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Environ())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}
