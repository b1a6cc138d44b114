// Command supervisor is the smallest caller of launch.Supervisor:
//
//	supervisor [-pipes] [-orders FILE] [-runs N] [-grace D] ENDING CMD [ARG…]
//
// It runs the task and writes the endings into the file ENDING, as JSON. With
// -pipes the outputs pass through us and come out in capitals. FILE is a fifo of
// orders, a line each: the number of a signal, a space, and who wants it.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/launch"
)

func main() {
	pipes := flag.Bool("pipes", false, "")
	orders := flag.String("orders", "", "")
	runs := flag.Int("runs", 1, "")
	grace := flag.Duration("grace", 10*time.Second, "")
	flag.Parse()

	task := launch.Task{Argv: flag.Args()[1:], Env: os.Environ(), Grace: *grace}
	if *pipes {
		task.Stdout, task.Stderr = capitals{os.Stdout}, capitals{os.Stderr}
	}
	if *orders != "" {
		task.Orders = ordersFrom(*orders)
	}
	os.Exit(run(context.Background(), task, *runs, flag.Arg(0)))
}

func run(ctx context.Context, task launch.Task, runs int, file string) int {
	path, err := launch.Lookup(task.Argv[0], task.Env, "")
	if err != nil {
		return fail(err)
	}
	task.Path = path
	supervisor, err := launch.Supervise()
	if err != nil {
		return fail(err)
	}
	defer supervisor.Release()
	var endings []launch.Ending
	for range runs {
		ending, err := supervisor.Run(ctx, task)
		if err != nil {
			return fail(err)
		}
		endings = append(endings, ending)
	}
	text, err := json.Marshal(endings)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return fail(err)
	}
	return endings[len(endings)-1].Status
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	var s interface{ Status() int }
	if errors.As(err, &s) {
		return s.Status()
	}
	return 125
}

type capitals struct{ to io.Writer }

func (c capitals) Write(text []byte) (int, error) { return c.to.Write(bytes.ToUpper(text)) }

func ordersFrom(file string) <-chan launch.Order {
	orders := make(chan launch.Order)
	go func() {
		defer close(orders)
		f, err := os.Open(file)
		if err != nil {
			panic(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			number, by, _ := strings.Cut(lines.Text(), " ")
			sig, err := strconv.Atoi(number)
			if err != nil {
				panic(err)
			}
			orders <- launch.Order{Signal: syscall.Signal(sig), By: by}
		}
	}()
	return orders
}
