package doctor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
)

// notFound is that a word means no pod, or several, or no container.
type notFound struct{ text, hint string }

func (e *notFound) Error() string { return e.text }

// Hint is what to type next.
func (e *notFound) Hint() string { return e.hint }

// Status is that of wrong usage.
func (e *notFound) Status() int { return 64 }

// notSeen is that the pod could not be looked at.
type notSeen struct{ finding checklist.Finding }

func (e *notSeen) Error() string { return e.finding.Detail }

// Code is that of the finding.
func (e *notSeen) Code() string { return e.finding.Code }

// Hint is what to type next.
func (e *notSeen) Hint() string { return e.finding.Hint }

// Status is that of something that cannot be used.
func (e *notSeen) Status() int { return 69 }

// runLabels are the labels with the run that a pod belongs to: of Kubeflow Pipelines,
// Argo and Airflow.
var runLabels = []string{"pipeline/runid", "workflows.argoproj.io/workflow", "run_id", "dag_id", "task_id"}

// findPod reads the pod of that name. Where there is none, the names of the others
// decide: pods of pipelines have generated names that nobody types.
func (d *Doctor) findPod(ctx context.Context, word string) (*corev1.Pod, error) {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "pods/"), "pod/") // as kubectl prints them
	if isPodName(word) {
		pod, err := d.view.Pod(ctx, d.Namespace, word)
		if !absent(err) {
			return pod, d.unseen(err)
		}
	}
	all, err := d.view.Pods(ctx, d.Namespace)
	if cluster.Is(err, cluster.Denied) { // its absence was seen, and that is what counts
		return nil, &notFound{"there is no pod " + quoted(word) + " in " + d.Namespace, d.couldNotLook(err).Hint}
	}
	if err != nil {
		return nil, d.unseen(err)
	}
	for _, means := range []func(*corev1.Pod) bool{
		func(p *corev1.Pod) bool { return word != "" && strings.HasPrefix(p.Name, word) },
		func(p *corev1.Pod) bool {
			return slices.ContainsFunc(runLabels, func(l string) bool { return word != "" && p.Labels[l] == word })
		},
	} {
		switch meant := podsThat(all, means); len(meant) {
		case 0:
		case 1:
			return d.withRecord(ctx, meant[0])
		default:
			return nil, &notFound{fmt.Sprintf("%s means %d pods: %s", quoted(word), len(meant), nameSome(meant)), "write more of the name"}
		}
	}
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return nil, &notFound{"there is no pod " + quoted(word) + " in " + d.Namespace, near.DidYouMean(word, names, d.kubectl(d.Namespace)+" get pods")}
}

// withRecord reads a pod of the list anew: it may have ended since.
func (d *Doctor) withRecord(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, error) {
	again, err := d.view.Pod(ctx, d.Namespace, pod.Name)
	if cluster.Is(err, cluster.Denied) {
		return pod, nil
	}
	return again, d.unseen(err)
}

func (d *Doctor) unseen(err error) error {
	if err == nil {
		return nil
	}
	return &notSeen{d.couldNotLook(err)}
}

// podsThat are the pods that a function wants, the newest first.
func podsThat(all []corev1.Pod, want func(*corev1.Pod) bool) []*corev1.Pod {
	var some []*corev1.Pod
	for i := range all {
		if want(&all[i]) {
			some = append(some, &all[i])
		}
	}
	slices.SortFunc(some, func(a, b *corev1.Pod) int {
		if c := b.CreationTimestamp.Compare(a.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return some
}

// nameSome names the first few pods, with what they are at.
func nameSome(pods []*corev1.Pod) string {
	var names []string
	for _, p := range pods[:min(5, len(pods))] {
		names = append(names, p.Name+" ("+string(p.Status.Phase)+")")
	}
	if more := len(pods) - 5; more > 0 {
		names = append(names, "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}

// isPodName reports a word that can be one. Others are never asked for: a slash would
// ask for something else.
func isPodName(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		return c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z')
	}) && strings.Trim(word, ".") != ""
}

// quoted is a word that somebody typed.
func quoted(word string) string { return hint.ShellWord(oneLine(word)) }
