package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

// board is a platform of which everything is written down: the runs, the newest
// first, and the logs of their tasks.
type board struct {
	Known []boardRun        `json:"runs"`
	Texts map[string]string `json:"logs"` // "RUN/TASK" or, of all tasks, "RUN"
	did   []string          // "terminate ID"

	// onTerminate and onRetry answer for the server.
	onTerminate func(context.Context) error
	onRetry     func() error
}

// boardRun is a run and what it will be when it is asked for again and again.
type boardRun struct {
	submit.Run
	Tasks []boardTask
	Then  []submit.Run
	asked int
}

// boardTask is no mapped instance unless it says so.
type boardTask struct {
	submit.Task
	MapIndex *int
}

func readBoard(text []byte) (*board, error) {
	var b board
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&b); err != nil {
		return nil, err
	}
	for i := range b.Known {
		r := &b.Known[i]
		for _, t := range r.Tasks {
			t.Task.MapIndex = -1
			if t.MapIndex != nil {
				t.Task.MapIndex = *t.MapIndex
			}
			r.Run.Tasks = append(r.Run.Tasks, t.Task)
		}
	}
	return &b, nil
}

func (b *board) Kind() string { return "kfp" }

func (b *board) run(id string) (*boardRun, error) {
	for i := range b.Known {
		if b.Known[i].ID == id {
			return &b.Known[i], nil
		}
	}
	return nil, &submit.Error{Kind: submit.NotFound, Message: "run " + id + " not found"}
}

func (b *board) Run(ctx context.Context, id string) (submit.Run, error) {
	r, err := b.run(id)
	if err != nil {
		return submit.Run{}, err
	}
	r.asked++
	if len(r.Then) > 0 && r.asked > 1 {
		return r.Then[min(r.asked-2, len(r.Then)-1)], ctx.Err()
	}
	return r.Run, ctx.Err()
}

func (b *board) Runs(ctx context.Context, q submit.Query) (submit.Page, error) {
	var matching []submit.Run
	for _, r := range b.Known {
		if r.Archived == q.Archived &&
			(q.State == "" || r.State == q.State) &&
			(q.Pipeline == "" || r.Pipeline == q.Pipeline) &&
			(q.Experiment == "" || r.Experiment == q.Experiment) &&
			(q.Namespace == "" || r.Namespace == q.Namespace) {
			matching = append(matching, r.Run)
		}
	}
	from, _ := strconv.Atoi(strings.TrimPrefix(q.Page, "from "))
	to := min(from+cmp.Or(q.Limit, 20), len(matching))
	page := submit.Page{Runs: matching[from:to], Total: len(matching)}
	if to < len(matching) {
		page.Next = fmt.Sprintf("from %d", to)
	}
	return page, ctx.Err()
}

func (b *board) Logs(_ context.Context, q submit.LogQuery, w io.Writer) error {
	key := q.Run
	if q.Task != "" {
		key += "/" + q.Task
	}
	if q.Try > 0 {
		key += fmt.Sprintf(" try %d", q.Try)
	}
	text, there := b.Texts[key]
	if !there {
		return &submit.Error{Kind: submit.Unsupported, Message: "this server keeps no logs", Advice: "kubectl -n kubeflow logs POD -c main"}
	}
	if q.Tail > 0 {
		lines := slices.Collect(strings.Lines(text))
		text = strings.Join(lines[max(len(lines)-q.Tail, 0):], "")
	}
	if q.Follow {
		text += "(and so on until it ends)\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func (b *board) Terminate(ctx context.Context, id string) error {
	b.did = append(b.did, "terminate "+id)
	if b.onTerminate != nil {
		return b.onTerminate(ctx)
	}
	return nil
}

func (b *board) Retry(_ context.Context, id string) error {
	b.did = append(b.did, "retry "+id)
	if b.onRetry != nil {
		return b.onRetry()
	}
	return nil
}

func (b *board) Archive(_ context.Context, id string) error {
	b.did = append(b.did, "archive "+id)
	return nil
}

func (b *board) Form(context.Context, submit.Target) (form.Form, error) { panic("not asked") }

func (b *board) Draft(context.Context, submit.Order) ([]submit.Request, error) { panic("not asked") }

func (b *board) Submit(context.Context, submit.Order) (submit.Receipt, error) { panic("not asked") }

// backendOf is a backend for the command line. The server is where nobody looks.
func backendOf(b submit.Backend) backend {
	return backend{name: kfpBackend, open: func(context.Context, *settings) (submit.Backend, error) { return b, nil }}
}

// noon is when the scripts run.
func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }
