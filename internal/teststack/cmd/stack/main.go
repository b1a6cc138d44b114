// Stack builds the servers that the tests run against, ahead of the tests, and
// prints where they are:
//
//	go run ./internal/teststack/cmd/stack build|clients|kfpsdk|moto|airflow|airflow2 [DIRECTORY]
//
//	go run ./internal/teststack/cmd/stack build|clients|kfpsdk|moto|airflow|airflow2 [DIRECTORY]
//
// "build" is MinIO, the KFP API server and Kubernetes, "clients" the Python clients
// with MLflow, "kfpsdk" the SDK of Kubeflow Pipelines, "moto" the services
// of AWS, the others are an Airflow 3
// and an Airflow 2. Without a directory it is the one the tests look in.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
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
	if len(args) < 1 || len(args) > 2 || !slices.Contains(parts, args[0]) {
		fmt.Fprintf(os.Stderr, "usage: stack %s [DIRECTORY]\n", strings.Join(parts, "|"))
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

// parts are what can be had; see the package's doc.
var parts = []string{"build", "clients", "kfpsdk", "moto", "airflow", "airflow2"}

func have(ctx context.Context, b teststack.Binaries, what string) ([]string, error) {
	switch what {
	case "clients":
		clients, err := b.Clients(ctx)
		return []string{clients.Python()}, err
	case "kfpsdk":
		sdk, err := b.KFPSDK(ctx)
		return []string{sdk.Python()}, err
	case "moto":
		moto, err := b.Moto(ctx)
		return []string{moto.Python()}, err
	case "airflow":
		path, err := b.Airflow(ctx)
		return []string{path}, err
	case "airflow2":
		path, err := b.Airflow2(ctx)
		return []string{path}, err
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
