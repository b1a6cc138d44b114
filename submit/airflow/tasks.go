package airflow

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// instance is a task instance in the answers of both versions.
type instance struct {
	Task     string    `json:"task_id"`
	MapIndex int       `json:"map_index"` // -1 of a task that is not mapped
	State    string    `json:"state"`     // null before the scheduler has seen it
	Try      int       `json:"try_number"`
	Start    time.Time `json:"start_date"`
	End      time.Time `json:"end_date"`

	// Weight is larger the more tasks come behind it, unless the DAG says otherwise.
	Weight float64 `json:"priority_weight"`
}

// id is unique in a run.
func (i instance) id() string {
	if i.MapIndex < 0 {
		return i.Task
	}
	return fmt.Sprintf("%s[%d]", i.Task, i.MapIndex)
}

func (i instance) state() submit.State { return taskState(i.State) }

// instances lists the tasks of a run.
func (s *server) instances(ctx context.Context, r ref) ([]instance, error) {
	var all []instance
	for range mostPages {
		var page struct {
			Instances []instance `json:"task_instances"`
			Total     int        `json:"total_entries"`
		}
		err := s.ask(ctx, call{
			doing: "list the tasks of run " + shownName(r.String()), method: http.MethodGet, path: runPath(r, "taskInstances"),
			query: pageQuery(pageLimit, len(all), ""),
		}, &page)
		if isStatus(err, http.StatusNotFound) {
			return nil, noRun(r)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, page.Instances...)
		if len(page.Instances) == 0 || len(all) >= page.Total {
			break
		}
	}
	return inOrder(all), nil
}

// inOrder puts instances in the order in which they start, as far as that can be
// told, and leaves out what two pages both had because the list grew in between.
func inOrder(all []instance) []instance {
	slices.SortStableFunc(all, func(a, b instance) int {
		switch {
		case a.Start.IsZero() && !b.Start.IsZero():
			return 1
		case b.Start.IsZero() && !a.Start.IsZero():
			return -1
		}
		return cmp.Or(
			a.Start.Compare(b.Start), cmp.Compare(b.Weight, a.Weight),
			cmp.Compare(a.Task, b.Task), cmp.Compare(a.MapIndex, b.MapIndex),
		)
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(i instance) bool {
		twice := seen[i.id()]
		seen[i.id()] = true
		return twice
	})
}

// tasksOf is the tasks with the groups that they are in. The public API does not
// list task groups; their tasks have their ids in front, with dots between.
func tasksOf(instances []instance) []submit.Task {
	ids := map[string]bool{}
	for _, i := range instances {
		ids[i.Task] = true
	}
	var groups []string
	members := map[string][]instance{}
	for _, i := range instances {
		for group := groupOf(i.Task); group != "" && !ids[group]; group = groupOf(group) {
			if members[group] == nil {
				groups = append(groups, group)
			}
			members[group] = append(members[group], i)
		}
	}
	var tasks []submit.Task
	for _, group := range groups {
		tasks = append(tasks, groupTask(group, members[group]))
	}
	for _, i := range instances {
		tasks = append(tasks, submit.Task{
			ID: i.id(), Name: lastPart(i.Task), Parent: groupOf(i.Task),
			State: i.state(), Native: i.State, Started: i.Start, Finished: i.End,
			Try: i.Try, MapIndex: i.MapIndex,
		})
	}
	return tasks
}

// groupOf is the id of the group that a task or group is in, "" at the root.
func groupOf(id string) string { return id[:max(strings.LastIndexByte(id, '.'), 0)] }

func lastPart(id string) string { return id[strings.LastIndexByte(id, '.')+1:] }

// groupTask is a task group as far as its tasks tell of it.
func groupTask(id string, members []instance) submit.Task {
	t := submit.Task{ID: id, Name: lastPart(id), Parent: groupOf(id), Group: true, MapIndex: -1}
	count := map[submit.State]int{}
	for _, i := range members {
		count[i.state()]++
		if !i.Start.IsZero() && (t.Started.IsZero() || i.Start.Before(t.Started)) {
			t.Started = i.Start
		}
		if i.End.After(t.Finished) {
			t.Finished = i.End
		}
	}
	final := count[submit.Succeeded] + count[submit.Failed] + count[submit.Skipped]
	switch {
	case count[submit.Pending] == len(members):
		t.State = submit.Pending
	case final < len(members):
		t.State = submit.Running
	case count[submit.Failed] > 0:
		t.State = submit.Failed
	case count[submit.Skipped] == len(members):
		t.State = submit.Skipped
	default:
		t.State = submit.Succeeded
	}
	if final < len(members) {
		t.Finished = time.Time{}
	}
	return t
}
