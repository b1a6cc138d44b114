package submit_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

// shredder is a backend that has the logs of some tasks.
type shredder struct {
	submit.Backend
	logs map[string]string
}

func (s shredder) Logs(_ context.Context, q submit.LogQuery, w io.Writer) error {
	text, there := s.logs[q.Task]
	if !there {
		return errGone
	}
	_, err := io.WriteString(w, text)
	return err
}

func TestExplain(t *testing.T) {
	failed := func(name string, finished int, change func(*submit.Task)) submit.Task {
		return with(task(name, submit.Failed), func(t *submit.Task) {
			if finished > 0 {
				t.Started, t.Finished = time.Unix(int64(finished-1), 0), time.Unix(int64(finished), 0)
			}
			if change != nil {
				change(t)
			}
		})
	}
	mapped := func(i int) func(*submit.Task) { return func(t *submit.Task) { t.MapIndex = i } }
	b := shredder{logs: map[string]string{"a": "bang\n", "m[1]": "boom\n"}}
	for _, tt := range []struct {
		name  string
		state submit.State
		tasks []submit.Task
		want  []string // "PATH REF: end of the log", the log in question only
	}{
		{"it has not failed", submit.Running, []submit.Task{failed("a", 1, nil)}, nil},
		{"no task has failed", submit.Failed, []submit.Task{task("a", submit.Succeeded)}, nil},
		{"the first to fail comes first", submit.Failed, []submit.Task{failed("a", 5, nil), failed("m", 3, mapped(1))}, []string{"m[1] m[1]: boom", "a a: bang"}},
		{"what never started is not to blame", submit.Failed, []submit.Task{failed("after", 0, nil), failed("a", 5, nil)}, []string{"a a: bang"}},
		{"unless there is nothing else", submit.Failed, []submit.Task{failed("after", 0, nil)}, []string{"after after: no such run"}},
		{"nor a group", submit.Failed, []submit.Task{
			failed("g", 9, func(t *submit.Task) { t.Group = true }),
			failed("a", 5, func(t *submit.Task) { t.Parent = "g" }),
		}, []string{"g/a a: bang"}},
		{"unless there is nothing in it", submit.Failed, []submit.Task{failed("g", 9, func(t *submit.Task) { t.Group = true })}, []string{"g g: no such run"}},
		{"two with one name", submit.Failed, []submit.Task{
			failed("x", 1, func(t *submit.Task) { t.Name = "a" }),
			failed("a", 2, nil),
		}, []string{"a x: no such run", "a a: bang"}},
		{"of the fourth there is no log", submit.Failed, []submit.Task{
			failed("p", 1, nil), failed("q", 2, nil), failed("r", 3, nil), failed("a", 4, nil),
		}, []string{"p p: no such run", "q q: no such run", "r r: no such run", "a a: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range submit.Explain(t.Context(), b, run(tt.state, tt.tasks...)) {
				text := f.Path + " " + f.Ref + ": "
				if f.NoLog != nil {
					text += f.NoLog.Error()
				}
				for _, line := range f.Log.Lines {
					text += line
				}
				got = append(got, text)
			}
			require.Equal(t, tt.want, got)
		})
	}
}
