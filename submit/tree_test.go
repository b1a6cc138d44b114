package submit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/submit"
)

func TestTree(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	tasks := []submit.Task{
		{ID: "6", Name: "report", MapIndex: -1},
		{ID: "4", Name: "train", Parent: "3", MapIndex: 1, Started: at(4)},
		{ID: "4", Name: "train", Parent: "3", MapIndex: 0, Started: at(4)},
		{ID: "3", Name: "fold", Group: true, MapIndex: -1, Started: at(3)},
		{ID: "2", Name: "prepare", MapIndex: -1, Started: at(2)},
		{ID: "5", Name: "lost", Parent: "nowhere", MapIndex: -1, Started: at(9)},
		{ID: "7", Name: "own", Parent: "7", MapIndex: -1, Started: at(10)},
		{ID: "8", Name: "chicken", Parent: "9", MapIndex: -1, Started: at(11)},
		{ID: "9", Name: "egg", Parent: "8", MapIndex: -1, Started: at(12)},
		{ID: "10", Name: "feather", Parent: "8", MapIndex: -1},
	}
	var b strings.Builder
	for _, n := range submit.Tree(tasks) {
		fmt.Fprintf(&b, "%s%s = %s\n", strings.Repeat("  ", n.Depth), n.Task.Label(), n.Path)
	}
	require.Equal(t, `prepare = prepare
fold = fold
  train[0] = fold/train[0]
  train[1] = fold/train[1]
lost = lost
own = own
chicken = chicken
  feather = chicken/feather
egg = egg
report = report
`, b.String())
}

// No task is lost and none is there twice, whatever a server says of parents.
func FuzzTree(f *testing.F) {
	f.Add("a b c", " a a")
	f.Add("a b c", "b c a")
	f.Add("a a b", "b b a")
	f.Fuzz(func(t *testing.T, ids, parents string) {
		var tasks []submit.Task
		of := strings.Split(parents, " ")
		for i, id := range strings.Split(ids, " ") {
			tasks = append(tasks, submit.Task{ID: id, Parent: of[i%len(of)], Name: fmt.Sprint(i), MapIndex: -1})
		}
		got := map[string]bool{}
		for _, n := range submit.Tree(tasks) {
			require.False(t, got[n.Task.Name], "twice: %s", n.Task.Name)
			got[n.Task.Name] = true
		}
		require.Len(t, got, len(tasks))
	})
}
