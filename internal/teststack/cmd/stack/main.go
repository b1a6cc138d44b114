// Stack builds the servers that the tests run against, ahead of the tests, and
// prints where they are:
//
//	go run ./internal/teststack/cmd/stack build [DIRECTORY]
//
// Without a directory it is the one the tests look in.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/flts-run/flts-run/internal/teststack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string) int {
	if len(args) < 1 || len(args) > 2 || args[0] != "build" {
		fmt.Fprintln(os.Stderr, "usage: stack build [DIRECTORY]")
		return 64
	}
	binaries := teststack.Binaries{Progress: os.Stderr}
	if len(args) == 2 {
		binaries.Cache = args[1]
	}
	paths, err := binaries.Build(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stack: error:", err)
		return 1
	}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		fmt.Println(paths[name])
	}
	return 0
}
