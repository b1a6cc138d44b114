package kfp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/submit"
)

// Logs writes the log of one task, or of all that have one, each line with its
// task in front. It asks KFP, and Kubernetes where that does not have it; KFP has
// logs of pods that are gone only where Argo archives them. Following means to read
// again: KFP does not follow, whatever its query says.
func (b *Backend) Logs(ctx context.Context, q submit.LogQuery, w io.Writer) error {
	read := map[string]*excerpt{}
	for {
		run, err := b.Run(ctx, q.Run)
		if err != nil {
			return err
		}
		begins := len(run.Tasks) == 0 && !run.State.Final()
		tasks, err := tasksMeant(run, q.Task)
		if err != nil && !(q.Follow && begins) {
			return err
		}
		last := !q.Follow || run.State.Final() || q.Task != "" && !begins && allFinal(tasks)
		if err := b.copyLogs(ctx, run, tasks, q, read, last, w); err != nil || last {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(b.o.Pause):
		}
	}
}

func allFinal(tasks []submit.Task) bool {
	return !slices.ContainsFunc(tasks, func(t submit.Task) bool { return !t.State.Final() })
}

// tasksMeant are the tasks that a query means, and that can have a log.
func tasksMeant(run submit.Run, meant string) ([]submit.Task, error) {
	var tasks []submit.Task
	var names []string
	for _, t := range run.Tasks {
		if t.Group {
			continue
		}
		names = append(names, t.Name)
		if meant == "" || t.Name == meant || t.ID == meant {
			tasks = append(tasks, t)
		}
	}
	slices.SortStableFunc(tasks, func(x, y submit.Task) int { return x.Started.Compare(y.Started) })
	if meant != "" && len(tasks) == 0 {
		advice := "it has none yet: a run gets its tasks when it starts"
		switch {
		case len(names) == 0 && run.State.Final():
			advice = "none of its tasks began: fltsctl runs get " + run.ID
		case len(names) > 0:
			advice = near.DidYouMean(meant, names, "its tasks: "+strings.Join(names, ", "))
		}
		return nil, &submit.Error{Kind: submit.NotFound, Message: fmt.Sprintf("run %s has no task %s", run.ID, meant), Advice: advice}
	}
	return tasks, nil
}

// copyLogs writes what the logs of the tasks have got since the last time. A task
// that has no pod yet has no log. In the end it is an error if there is none at
// all, and said of which there is none.
func (b *Backend) copyLogs(ctx context.Context, run submit.Run, tasks []submit.Task, q submit.LogQuery, read map[string]*excerpt, last bool, w io.Writer) error {
	missing := map[string]error{}
	found := false
	for _, task := range tasks {
		log, err := b.openLog(ctx, run, task, q.Try)
		switch {
		case errors.Is(err, errNoPod):
			continue
		case err != nil:
			missing[task.Name] = err
			continue
		}
		found = true
		if read[task.ID] == nil {
			read[task.ID] = &excerpt{tail: q.Tail}
		}
		prefix := ""
		if q.Task == "" {
			prefix = task.Name + ": "
		}
		err = read[task.ID].of(log.pod).copy(w, log, prefix, last)
		_ = log.Close()
		if err != nil {
			return err
		}
	}
	if !last {
		return nil
	}
	names := slices.Sorted(maps.Keys(missing))
	switch {
	case !found && len(names) > 0:
		return missing[names[0]]
	case !found:
		return noLog(run)
	}
	for _, name := range names {
		b.o.Notice(name + ": " + missing[name].Error())
	}
	return nil
}

// errNoPod is a task that has no pod yet, or none any more.
var errNoPod = errors.New("no pod")

// podLog is a log that was opened, and whose it is.
type podLog struct {
	io.ReadCloser
	pod string
}

func (b *Backend) openLog(ctx context.Context, run submit.Run, task submit.Task, try int) (podLog, error) {
	if b.o.Pods != nil {
		return b.openEither(ctx, run, task, try)
	}
	if try > 0 {
		return podLog{}, noTries(run)
	}
	if task.Pod == "" {
		return podLog{}, errNoPod
	}
	return b.openNodeLog(ctx, run, task.Pod)
}

// noLog is a log that nobody has.
func noLog(run submit.Run) error {
	return &submit.Error{
		Kind: submit.Unsupported, Message: "KFP has no log of it: the pod is gone or has not started, and Argo archives no logs here",
		Advice: "while the pod is there: " + kubectlLogs(run),
	}
}

func kubectlLogs(run submit.Run) string {
	return fmt.Sprintf("kubectl logs -n %s -l pipeline/runid=%s -c main --prefix --tail=-1", namespaceOf(run), run.ID)
}

// namespaceOf is where the pods of a run are.
func namespaceOf(run submit.Run) string {
	if run.Namespace == "" {
		return "kubeflow"
	}
	return run.Namespace
}
