// Command demo shows flts-run at work on this machine, with nothing but Go,
// make and curl: an S3 server that verifies signatures, stand-ins for MLflow and
// the gateway, a mounted ConfigMap and Secret, and a real component. It plays
// three scenes, one that works and two that must not, prints what is typed and
// what is answered, and looks afterwards whether it was true.
//
//	go run ./internal/demo            plays the scenes; 0 only if everything held
//	go run ./internal/demo -readme    and writes them into README.md
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// process is what the demo has of the operating system.
type process struct {
	args           []string // without the program's own name
	path           string   // PATH
	temp           string   // where a directory of ours may be made
	stdout, stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, process{
		args:   os.Args[1:],
		path:   os.Getenv("PATH"),
		temp:   os.TempDir(),
		stdout: os.Stdout,
		stderr: os.Stderr,
	})
	stop()
	os.Exit(status)
}
