// Command supervisor is the smallest caller of launch.Supervisor:
//
//	supervisor [-pipes] [-orders FILE [-held FILE]] [-runs N] [-residue FILE] [-grace D] ENDING CMD [ARG…]
//
// It runs the task and writes the endings into the file ENDING, as JSON, and into
// the file of -residue what it holds after the first run and after the last. With
// -pipes the outputs pass through us and come out in capitals. FILE is a fifo of
// orders, a line each: the number of a signal, a space, and who wants it. With -held
// they wait for a handler, and those that have to are written into that file.
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
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/launch"
)

func main() {
	pipes := flag.Bool("pipes", false, "")
	orders := flag.String("orders", "", "")
	held := flag.String("held", "", "")
	runs := flag.Int("runs", 1, "")
	residue := flag.String("residue", "", "")
	grace := flag.Duration("grace", 10*time.Second, "")
	flag.Parse()

	task := launch.Task{Argv: flag.Args()[1:], Env: os.Environ(), Grace: *grace}
	if *pipes {
		task.Stdout, task.Stderr = capitals{os.Stdout}, capitals{os.Stderr}
	}
	if *orders != "" {
		task.Orders = ordersFrom(*orders, *held)
	}
	os.Exit(run(context.Background(), task, *runs, flag.Arg(0), *residue))
}

func run(ctx context.Context, task launch.Task, runs int, file, residue string) int {
	path, err := launch.Lookup(task.Argv[0], task.Env, "")
	if err != nil {
		return fail(err)
	}
	task.Path = path
	supervisor, err := launch.Supervise()
	if err != nil {
		return fail(err)
	}
	var endings []launch.Ending
	var held []string
	for i := range runs {
		ending, err := supervisor.Run(ctx, task)
		if err != nil {
			return fail(err)
		}
		endings = append(endings, ending)
		if i == 0 || i == runs-1 {
			held = append(held, holding())
		}
	}
	text, err := json.Marshal(endings)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err == nil && residue != "" {
		err = os.WriteFile(residue, []byte(strings.Join(held, "\n")), 0o600)
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

// kept are the goroutines that stay between two runs: the one of main and that of the
// signals.
const kept = 2

// holding counts what a run may leave behind in us. Goroutines that are about to end have
// some time for it: on a busy machine that takes longer than the run.
func holding() string {
	for range 50 {
		time.Sleep(100 * time.Millisecond)
		if runtime.NumGoroutine() <= kept {
			break
		}
	}
	descriptors, _ := os.ReadDir("/proc/self/fd")
	children, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid()))
	return fmt.Sprintf("%d descriptors, %d goroutines, children: %q", len(descriptors), runtime.NumGoroutine(), children)
}

type capitals struct{ to io.Writer }

func (c capitals) Write(text []byte) (int, error) { return c.to.Write(bytes.ToUpper(text)) }

func ordersFrom(file, heldFile string) <-chan launch.Order {
	orders := make(chan launch.Order)
	var held chan syscall.Signal
	if heldFile != "" {
		held = make(chan syscall.Signal, 1)
		go note(held, heldFile)
	}
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
			orders <- launch.Order{Signal: syscall.Signal(sig), By: by, Held: held}
		}
	}()
	return orders
}

func note(held <-chan syscall.Signal, file string) {
	f, err := os.Create(file)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	for sig := range held {
		fmt.Fprintln(f, sig)
	}
}
