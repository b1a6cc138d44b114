// Stack builds the servers that the tests run against, ahead of the tests, and
// prints where they are:
//
//	go run ./internal/teststack/cmd/stack build|clients [DIRECTORY]
//
// "build" is MinIO and the KFP API server, "clients" the Python clients with
// MLflow. Without a directory it is the one the tests look in.
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
	if len(args) < 1 || len(args) > 2 || args[0] != "build" && args[0] != "clients" {
		fmt.Fprintln(os.Stderr, "usage: stack build|clients [DIRECTORY]")
		return 64
	}
	binaries := teststack.Binaries{Progress: os.Stderr}
	if len(args) == 2 {
		binaries.Cache = args[1]
	}
	paths, err := have(ctx, binaries, args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, "stack: error:", err)
		return 1
	}
	for _, path := range paths {
		fmt.Println(path)
	}
	return 0
}

func have(ctx context.Context, b teststack.Binaries, what string) ([]string, error) {
	if what == "clients" {
		clients, err := b.Clients(ctx)
		return []string{clients.Python()}, err
	}
	paths, err := b.Build(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		list = append(list, paths[name])
	}
	return list, nil
}
