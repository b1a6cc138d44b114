package kfp

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/fakekfp"
	"github.com/flts-run/flts-run/submit"
)

func TestLogsThroughKFP(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
	fake.SetLog(id, "flts-train-x7k2p-5", "one\ntwo\nthree\n")
	fake.SetLog(id, "flts-train-x7k2p-10", "epoch 1\nepoch 2 of")
	for name, tc := range map[string]struct {
		q    submit.LogQuery
		want string
	}{
		"one":  {submit.LogQuery{Task: "preprocess"}, "one\ntwo\nthree\n"},
		"all":  {submit.LogQuery{}, "preprocess: one\npreprocess: two\npreprocess: three\ntrain: epoch 1\ntrain: epoch 2 of\n"},
		"tail": {submit.LogQuery{Tail: 1}, "preprocess: three\ntrain: epoch 2 of\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			tc.q.Run = id
			require.NoError(t, b.Logs(t.Context(), tc.q, &got))
			require.Equal(t, tc.want, got.String())
		})
	}
}

// What is left out of the logs of all tasks is said.
func TestLogsOfWhichSomeAreGone(t *testing.T) {
	said := &notices{}
	b, fake := serve(t, fakekfp.Options{}, Options{Notice: said.add})
	id := started(t, b, order(t))
	require.ErrorIs(t, b.Logs(t.Context(), submit.LogQuery{Run: id}, io.Discard), submit.Unsupported)
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
	fake.SetLog(id, "flts-train-x7k2p-10", "epoch 1\n")
	var got bytes.Buffer
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id}, &got))
	require.Equal(t, "train: epoch 1\n", got.String())
	require.Equal(t, []string{"preprocess: KFP has no log of it: the pod is gone or has not started, and Argo archives no logs here"}, said.all)
}

func TestLogsThatNobodyHas(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
	for name, tc := range map[string]struct {
		q    submit.LogQuery
		kind submit.Kind
		want string
		hint string
	}{
		"gone": {
			submit.LogQuery{Task: "train"},
			submit.Unsupported,
			"KFP has no log of it: the pod is gone or has not started, and Argo archives no logs here",
			"while the pod is there: kubectl logs -n kubeflow -l pipeline/runid=" + id + " -c main --prefix --tail=-1",
		},
		"misspelt": {submit.LogQuery{Task: "tran"}, submit.NotFound, "run " + id + " has no task tran", "did you mean train?"},
		"group":    {submit.LogQuery{Task: "fit"}, submit.NotFound, "run " + id + " has no task fit", "its tasks: preprocess, train"},
		"try": {
			submit.LogQuery{Task: "train", Try: 2},
			submit.Unsupported, "KFP does not tell the tries of a task apart",
			"kubectl logs -n kubeflow -l pipeline/runid=" + id + " -c main --prefix --tail=-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tc.q.Run = id
			err := b.Logs(t.Context(), tc.q, io.Discard)
			require.ErrorIs(t, err, tc.kind)
			require.EqualError(t, err, tc.want)
			require.Equal(t, tc.hint, err.(*submit.Error).Hint())
		})
	}
}

// growing writes what is written to it to a channel too.
type growing struct {
	mu   sync.Mutex
	text strings.Builder
	grew chan struct{}
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case g.grew <- struct{}{}:
	default:
	}
	return g.text.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

func TestFollowingLogs(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{Pause: time.Millisecond})
	id := started(t, b, order(t))
	tasks := nodes()
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: tasks}))
	const pod = "flts-train-x7k2p-10"
	fake.SetLog(id, pod, "epoch 1\nepoch")
	out := &growing{grew: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() { done <- b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train", Follow: true}, out) }()
	<-out.grew
	require.Equal(t, "epoch 1\n", out.String(), "the end of a line is waited for")
	fake.SetLog(id, pod, "epoch 1\nepoch 2\nlast wor")
	<-out.grew
	tasks[9].State, tasks[9].Finished = "FAILED", noon.Add(time.Hour)
	fake.SetLog(id, pod, "epoch 1\nepoch 2\nlast words")
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: tasks}))
	require.NoError(t, <-done)
	require.Equal(t, "epoch 1\nepoch 2\nlast words\n", out.String())
}

// Who follows a task of a run that has not begun waits for it.
func TestFollowingFromBeforeTheBeginning(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{Pause: time.Millisecond})
	id := started(t, b, order(t))
	asked := len(fake.Calls())
	done := make(chan error, 1)
	out := &growing{grew: make(chan struct{}, 1)}
	go func() { done <- b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train", Follow: true}, out) }()
	require.Eventually(t, func() bool { return len(fake.Calls()) > asked+1 }, 10*time.Second, time.Millisecond)
	fake.SetLog(id, "flts-train-x7k2p-10", "epoch 1\n")
	tasks := nodes()
	tasks[9].State = "SUCCEEDED"
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: tasks}))
	require.NoError(t, <-done)
	require.Equal(t, "epoch 1\n", out.String())

	misspelt := submit.LogQuery{Run: id, Task: "tran", Follow: true}
	require.ErrorIs(t, b.Logs(t.Context(), misspelt, io.Discard), submit.NotFound)
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	b, fake := serve(t, fakekfp.Options{}, Options{Pause: time.Hour})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: nodes()}))
	fake.SetLog(id, "flts-train-x7k2p-10", "epoch 1\n")
	ctx, cancel := context.WithCancel(t.Context())
	out := &growing{grew: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() { done <- b.Logs(ctx, submit.LogQuery{Run: id, Task: "train", Follow: true}, out) }()
	<-out.grew
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

// cluster is Kubernetes with these pods.
type cluster struct {
	mu    sync.Mutex
	pods  []Pod
	err   error
	asked []string
}

func (c *cluster) Pods(_ context.Context, namespace, selector string) ([]Pod, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, namespace+" "+selector)
	return slices.Clone(c.pods), c.err
}

func (c *cluster) add(p Pod) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pods = append(c.pods, p)
}

// The pod of another try has a log of its own, from its beginning.
func TestFollowingATaskThatIsTriedAgain(t *testing.T) {
	kube := &cluster{pods: []Pod{{Name: "first", Node: "w.root.fit.train.executor(0)", Created: noon}}}
	b, fake := serve(t, fakekfp.Options{}, Options{Pods: kube, Pause: time.Millisecond})
	id := started(t, b, order(t))
	tasks := nodes()
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: tasks}))
	out := &growing{grew: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() { done <- b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train", Follow: true}, out) }()
	<-out.grew
	kube.add(Pod{Name: "second", Node: "w.root.fit.train.executor(1)", Created: noon.Add(time.Minute)})
	<-out.grew
	tasks[9].State = "FAILED"
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "RUNNING", Tasks: tasks}))
	require.NoError(t, <-done)
	require.Equal(t, "kubeflow/first/main\nkubeflow/second/main\n", out.String())
}

func (c *cluster) Log(_ context.Context, namespace, pod, container string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(namespace + "/" + pod + "/" + container + "\n")), nil
}

func TestLogsThroughKubernetes(t *testing.T) {
	kube := &cluster{pods: []Pod{
		{Name: "driver", Node: "w.root.train-driver", Created: noon},
		{Name: "first", Node: "w.root.fit.train.executor(0)", Created: noon},
		{Name: "second", Node: "w.root.fit.train.executor(1)", Created: noon.Add(time.Minute)},
		{Name: "importer", Node: "w.root.preprocess", Created: noon},
	}}
	b, fake := serve(t, fakekfp.Options{}, Options{Pods: kube})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "FAILED", Tasks: nodes()}))
	for name, tc := range map[string]struct {
		q    submit.LogQuery
		want string
	}{
		"last try":  {submit.LogQuery{Task: "train"}, "kubeflow/second/main\n"},
		"first try": {submit.LogQuery{Task: "train", Try: 1}, "kubeflow/first/main\n"},
		"all":       {submit.LogQuery{}, "preprocess: kubeflow/importer/main\ntrain: kubeflow/second/main\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			tc.q.Run = id
			require.NoError(t, b.Logs(t.Context(), tc.q, &got))
			require.Equal(t, tc.want, got.String())
			require.Equal(t, "kubeflow pipeline/runid="+id, kube.asked[0])
		})
	}
	err := b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train", Try: 3}, io.Discard)
	require.EqualError(t, err, "task train has no try 3 whose pod is there")

	// The tasks of a loop have one name, and each its node.
	kube.pods = append(kube.pods, Pod{Name: "other", Node: "w.root.fit.train.executor", NodeID: "another-node", Created: noon.Add(time.Hour)},
		Pod{Name: "exact", Node: "w.root.fit.train.executor", NodeID: "flts-train-x7k2p-10", Created: noon})
	var exact bytes.Buffer
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train"}, &exact))
	require.Equal(t, "kubeflow/exact/main\n", exact.String())

	// Of a pod that is gone KFP may still have the log.
	kube.pods = nil
	fake.SetLog(id, "flts-train-x7k2p-10", "archived\n")
	var got bytes.Buffer
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train"}, &got))
	require.Equal(t, "archived\n", got.String())
}

// KFP is asked first, and what Kubernetes says stands behind what KFP said.
func TestLogsOfKFPAndKubernetes(t *testing.T) {
	kube := &cluster{}
	b, fake := serve(t, fakekfp.Options{}, Options{Pods: kube})
	id := started(t, b, order(t))
	require.NoError(t, fake.Report(id, fakekfp.Report{State: "FAILED", Tasks: nodes()}))
	fake.SetLog(id, "flts-train-x7k2p-5", "from KFP\n")
	var got bytes.Buffer
	require.NoError(t, b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "preprocess"}, &got))
	require.Equal(t, "from KFP\n", got.String())
	require.Empty(t, kube.asked)

	const gone = "KFP has no log of it: the pod is gone or has not started, and Argo archives no logs here"
	advice := "kubectl logs -n kubeflow -l pipeline/runid=" + id + " -c main --prefix --tail=-1"
	for name, tc := range map[string]struct {
		err        error
		try        int
		want, hint string
	}{
		"no pods":           {nil, 0, gone, "while the pod is there: " + advice},
		"no cluster":        {ErrNoCluster, 0, gone, "while the pod is there: " + advice},
		"no cluster, a try": {ErrNoCluster, 2, "KFP does not tell the tries of a task apart", advice},
		"refused":           {&submit.Error{Kind: submit.Refused, Message: "may not", Advice: "log in"}, 0, gone + "; may not", "log in"},
		"refused, a try":    {&submit.Error{Kind: submit.Refused, Message: "may not", Advice: "log in"}, 2, "may not", "log in"},
	} {
		t.Run(name, func(t *testing.T) {
			kube.err = tc.err
			err := b.Logs(t.Context(), submit.LogQuery{Run: id, Task: "train", Try: tc.try}, io.Discard)
			require.EqualError(t, err, tc.want)
			require.Equal(t, tc.hint, err.(*submit.Error).Hint())
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("one\ntwo\nthree", 4, 0)
	f.Add("\n\n", 1, 2)
	f.Fuzz(func(t *testing.T, log string, cut, tail int) {
		if cut < 0 || cut > len(log) || strings.Contains(log, "\r") {
			t.Skip()
		}
		// Read in two parts, a log is what it is read in one.
		var whole, parts bytes.Buffer
		require.NoError(t, (&excerpt{}).copy(&whole, strings.NewReader(log), "", true))
		e := &excerpt{}
		require.NoError(t, e.copy(&parts, strings.NewReader(log[:cut]), "", false))
		require.NoError(t, e.copy(&parts, strings.NewReader(log), "", true))
		require.Equal(t, whole.String(), parts.String())
		if tail <= 0 {
			return
		}
		var last bytes.Buffer
		require.NoError(t, (&excerpt{tail: tail}).copy(&last, strings.NewReader(log), "", true))
		require.True(t, strings.HasSuffix(whole.String(), last.String()))
	})
}
