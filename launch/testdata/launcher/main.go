// Command launcher is the smallest caller of package launch:
//
//	launcher [-wait] [-again] [-busy] [-say] CMD [ARG…]
//
// With -wait it waits for a stop signal or a line, having said so on stdout; with
// -again it first fails to exec something else; with -busy it leaves sockets and
// files open, so that leaks show, and does its work on another thread than the
// first; with -say it says on stdout that Exec comes next.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/flts-run/flts-run/launch"
)

func main() {
	args := os.Args[1:]
	var wait, again, aside, say bool
	for len(args) > 0 {
		switch args[0] {
		case "-wait":
			wait = true
		case "-again":
			again = true
		case "-busy":
			aside = true
		case "-say":
			say = true
		default:
			os.Exit(run(args, wait, again, aside, say))
		}
		args = args[1:]
	}
}

func run(argv []string, wait, again, aside, say bool) int {
	if !aside {
		return start(argv, wait, again, say)
	}
	runtime.LockOSThread() // keeps the first thread from the goroutine below
	busy()
	status := make(chan int)
	go func() { status <- start(argv, wait, again, say) }()
	return <-status
}

func start(argv []string, wait, again, say bool) int {
	ctx, stop := launch.WatchStop(context.Background())
	if wait {
		fmt.Println("waiting")
		line := make(chan struct{})
		go func() { _, _ = bufio.NewReader(os.Stdin).ReadByte(); close(line) }()
		select {
		case <-ctx.Done():
		case <-line:
		}
	}
	if again {
		if err := launch.Exec(ctx, func() {}, "/", []string{"first"}, nil); err == nil {
			return 1
		}
	}
	path, err := launch.Lookup(argv[0], os.Environ(), "")
	if err != nil {
		return fail(err)
	}
	if say {
		fmt.Println("going")
	}
	return fail(launch.Exec(ctx, stop, path, argv, os.Environ()))
}

func fail(err error) int {
	text := err.Error()
	var c interface{ Code() string }
	if errors.As(err, &c) {
		text += " [" + c.Code() + "]"
	}
	fmt.Fprintln(os.Stderr, text)
	var s interface{ Status() int }
	if errors.As(err, &s) {
		return s.Status()
	}
	return 125
}

func busy() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err != nil {
		panic(err)
	}
	if _, err := os.Open("/dev/null"); err != nil {
		panic(err)
	}
}
