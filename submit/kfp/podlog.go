package kfp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

// PodLogs is Kubernetes as far as logs go. Its errors are *submit.Error where
// there is advice.
type PodLogs interface {
	// Pods lists the pods of a namespace with a label, those that ended too.
	Pods(ctx context.Context, namespace, selector string) ([]Pod, error)
	// Log opens what there is of the log of a container.
	Log(ctx context.Context, namespace, pod, container string) (io.ReadCloser, error)
}

// ErrNoCluster is of PodLogs that know no way to Kubernetes.
var ErrNoCluster = errors.New("no way to Kubernetes is known")

// Pod is a pod of a run.
type Pod struct {
	Name string
	// Node and NodeID are the annotations workflows.argoproj.io/node-name,
	// "flts-train-x7k2p.root.train.executor(1)", and …/node-id.
	Node    string
	NodeID  string
	Created time.Time
}

// openPodLog reads a log through Kubernetes: of the last try unless one is given.
func (b *Backend) openPodLog(ctx context.Context, run submit.Run, task submit.Task, try int) (podLog, error) {
	namespace := namespaceOf(run)
	pods, err := b.o.Pods.Pods(ctx, namespace, "pipeline/runid="+run.ID)
	if err != nil {
		return podLog{}, err
	}
	var meant *Pod
	for i, pod := range pods {
		if try == 0 && pod.NodeID != "" && pod.NodeID == task.Pod {
			meant = &pods[i] // of the tasks of a loop, this one
			break
		}
		name, n := taskOfNode(pod.Node)
		if name != task.Name || try > 0 && n != try {
			continue
		}
		if meant == nil || pod.Created.After(meant.Created) {
			meant = &pods[i]
		}
	}
	switch {
	case meant == nil && try > 0:
		return podLog{}, &submit.Error{Kind: submit.NotFound, Message: fmt.Sprintf("task %s has no try %d whose pod is there", task.Name, try)}
	case meant == nil:
		return podLog{}, errNoPod
	}
	log, err := b.o.Pods.Log(ctx, namespace, meant.Name, "main")
	return podLog{log, meant.Name}, err
}

// taskOfNode is the task of a pipeline that a node of its workflow belongs to, or its
// driver, "train-driver", and which try it is, from 1.
func taskOfNode(node string) (task string, try int) {
	path := strings.Split(node, ".")
	last, try := numbered(path[len(path)-1])
	if last == "executor" && len(path) > 1 {
		last = path[len(path)-2]
		last, _ = numbered(last)
	}
	return last, try
}

// numbered takes the number from "executor(1)". Argo counts from 0.
func numbered(name string) (string, int) {
	before, number, ok := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return name, 1
	}
	return before, n + 1
}
