package airflow

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/pause"
	"github.com/flts-run/flts-run/submit"
)

// Logs writes the log of one task, task[3] of a mapped one, or of all that there
// are; with several, each line has its task in front. Following goes on over new
// tries, and never asks more than once in Options.Pause.
func (b *Backend) Logs(ctx context.Context, q submit.LogQuery, w io.Writer) error {
	s, r, err := b.open(ctx, q.Run)
	if err != nil {
		return err
	}
	l := &logs{server: s, ref: r, query: q, pause: b.o.Pause, out: &lineWriter{w: w, tail: q.Tail}}
	err = l.write(ctx)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx) // the same, whether it ended in a request or in a pause
	}
	return err
}

// write writes what there is, and what comes.
func (l *logs) write(ctx context.Context) error {
	if err := l.look(ctx); err != nil {
		return err
	}
	for first := true; ; first = false {
		if err := l.read(ctx); err != nil {
			return err
		}
		over := !l.query.Follow || l.over()
		if over {
			if err := l.close(); err != nil {
				return err
			}
		}
		if first {
			if err := l.out.flush(); err != nil {
				return err
			}
		}
		if over {
			return l.nothing()
		}
		l.paced = true
		if err := l.look(ctx); err != nil {
			return err
		}
	}
}

// logs is the logs of one or several tasks of a run, while they are read.
type logs struct {
	*server
	ref     ref
	query   submit.LogQuery
	out     *lineWriter
	readers []*logReader

	ended bool // the run has
	pause time.Duration
	paced bool // we have caught up: from here on a request waits for its turn
}

// logReader is the log of one task.
type logReader struct {
	instance
	lineSplitter
	try   int // that is being read, 0 before there is one
	token string
	whole bool // there is no more of this try
	done  bool
}

// turn waits until another request may be made.
func (l *logs) turn(ctx context.Context) error {
	if !l.paced {
		return nil
	}
	return pause.For(ctx, l.pause)
}

// look finds the tasks that are meant, and how they are.
func (l *logs) look(ctx context.Context) error {
	if err := l.turn(ctx); err != nil {
		return err
	}
	all, err := l.instances(ctx, l.ref)
	if err != nil {
		return err
	}
	meant := slices.DeleteFunc(slices.Clone(all), func(i instance) bool { return !i.isMeant(l.query.Task) })
	if len(meant) == 0 || l.stuck(meant) {
		if err := l.turn(ctx); err != nil {
			return err
		}
		run, err := l.readRun(ctx, l.ref)
		if err != nil {
			return err
		}
		l.ended = runState(run.State).Final()
	}
	if len(meant) == 0 && l.query.Task != "" {
		return noTask(l.ref, l.query.Task, all)
	}
	for _, i := range meant {
		l.take(i, len(meant) > 1)
	}
	return nil
}

// isMeant reports whether a word of a command line means the task: its id, its id
// without the index, its last part, or a group that it is in.
func (i instance) isMeant(word string) bool {
	short := lastPart(i.Task)
	return word == "" || word == i.id() || word == i.Task || word == short || strings.HasPrefix(i.Task, word+".") ||
		i.MapIndex >= 0 && word == fmt.Sprintf("%s[%d]", short, i.MapIndex)
}

// stuck reports that tasks have not ended, and none runs: the run may have ended
// before them.
func (l *logs) stuck(meant []instance) bool {
	waits := false
	for _, i := range meant {
		if i.state() == submit.Running {
			return false
		}
		waits = waits || !i.state().Final()
	}
	return l.query.Follow && waits
}

// take notes how a task is now.
func (l *logs) take(i instance, several bool) {
	at := slices.IndexFunc(l.readers, func(r *logReader) bool { return r.id() == i.id() })
	if at >= 0 {
		l.readers[at].instance = i
		return
	}
	r := &logReader{instance: i, lineSplitter: lineSplitter{to: l.out}, try: l.query.Try}
	if several || l.query.Task == "" {
		r.prefix = i.id() + ": "
	}
	l.readers = append(l.readers, r)
}

// read reads what there is by now.
func (l *logs) read(ctx context.Context) error {
	for _, r := range l.readers {
		if r.done {
			continue
		}
		if err := l.readOne(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// readOne reads what a task has written since the last time. Its end was told
// before that, so there is no more behind it.
func (l *logs) readOne(ctx context.Context, r *logReader) error {
	over := l.ended || r.state().Final()
	if err := l.drain(ctx, r); err != nil {
		return err
	}
	if l.query.Try == 0 && r.Try > r.try {
		if err := r.next(); err != nil {
			return err
		}
		if err := l.drain(ctx, r); err != nil {
			return err
		}
	}
	r.done = over || l.query.Try > 0 && r.Try > l.query.Try
	return nil
}

// next turns to the last try.
func (r *logReader) next() error {
	if err := r.end(); err != nil {
		return err
	}
	if r.try > 0 {
		if err := r.to.line(fmt.Sprintf("%s--- try %d", r.prefix, r.Try)); err != nil {
			return err
		}
	}
	r.try, r.token, r.whole = r.Try, "", false
	return nil
}

// drain reads a try up to where it is now. A page without anything in it is its
// end for now.
func (l *logs) drain(ctx context.Context, r *logReader) error {
	for r.try > 0 && !r.whole {
		if err := l.turn(ctx); err != nil {
			return err
		}
		page, err := l.logPage(ctx, l.ref, r.instance, r.try, r.token)
		if isStatus(err, http.StatusNotFound) {
			return nil // it has not begun to write
		}
		if err != nil {
			return err
		}
		if err := r.write(page.text); err != nil {
			return err
		}
		if page.token != "" {
			r.token = page.token
		} else {
			r.whole = !page.empty || r.state().Final()
		}
		if page.token == "" || page.empty {
			return nil
		}
	}
	return nil
}

func (l *logs) over() bool {
	for _, r := range l.readers {
		if !r.done {
			return false
		}
	}
	return len(l.readers) > 0 || l.ended
}

// close writes the lines that ended without saying so.
func (l *logs) close() error {
	for _, r := range l.readers {
		if err := r.end(); err != nil {
			return err
		}
	}
	return nil
}

// nothing says why there was no line at all, if there was none.
func (l *logs) nothing() error {
	if l.out.any || len(l.readers) == 0 {
		return nil
	}
	r := l.readers[0]
	e := &submit.Error{Kind: submit.NotFound, Message: fmt.Sprintf("task %s has no log: it has not run", shownName(r.id()))}
	switch {
	case l.query.Try > 0:
		e.Message = fmt.Sprintf("task %s has no log of try %d", shownName(r.id()), l.query.Try)
		e.Advice = fmt.Sprintf("it has been tried %d times", r.Try)
	case r.Try > 0:
		e.Message = fmt.Sprintf("Airflow has no log of task %s", shownName(r.id()))
		e.Advice = "its worker may be gone, and remote logging off"
	case r.State != "":
		e.Message += " (" + shownName(r.State) + ")"
	}
	return e
}

func noTask(r ref, word string, all []instance) error {
	var names []string
	for _, i := range all {
		if !slices.Contains(names, i.Task) {
			names = append(names, i.Task)
		}
	}
	advice := "it has none yet"
	if len(names) > 0 {
		advice = near.DidYouMean(word, names, "its tasks: "+shownName(strings.Join(names, ", ")))
	}
	return &submit.Error{Kind: submit.NotFound, Message: fmt.Sprintf("run %s has no task %s", shownName(r.String()), shownName(word)), Advice: advice}
}
