package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/near"
)

// labelled is something whose pods a Service may be meant for.
type labelled struct {
	kind, name string // "deployment", "minio"
	labels     map[string]string
	replicas   int32
}

// noPods is a Service whose selector no pod has: because nothing runs, or because the
// labels are others.
func (d *Doctor) noPods(ctx context.Context, svc *corev1.Service, pods []corev1.Pod) checklist.Finding {
	all, unseen := d.labelled(ctx, svc.Namespace, pods)
	for _, w := range all {
		switch {
		case unmatched(svc.Spec.Selector, w.labels) > 0:
		case w.replicas == 0:
			return hinted(fail(codeNotReady, fmt.Sprintf("Service %s has no pods: %s %s is scaled to 0", svc.Name, w.kind, w.name)),
				d.kubectl(svc.Namespace)+" scale "+w.kind+" "+w.name+" --replicas=1")
		default:
			return hinted(fail(codeNotReady, fmt.Sprintf("Service %s has no pods: %s %s makes none", svc.Name, w.kind, w.name)),
				d.kubectl(svc.Namespace)+" describe "+w.kind+" "+w.name)
		}
	}
	like := likeLabelled(svc, all)
	evidence := slices.Clone(unseen)
	for _, w := range like {
		evidence = append(evidence, fmt.Sprintf("%s %s has %s", w.kind, w.name, labelText(w.labels)))
	}
	text := fmt.Sprintf("no pod in %s has the labels that Service %s selects, %s", svc.Namespace, svc.Name, labelText(svc.Spec.Selector))
	if len(like) != 1 || len(unseen) > 0 {
		return hinted(fail(codeNoPods, text, firstTen(evidence)...), d.kubectl(svc.Namespace)+" get pods --show-labels")
	}
	f := fail(codeNoPods, text+fmt.Sprintf("; %s %s has others", like[0].kind, like[0].name), evidence...)
	other, ok := differing(svc.Spec.Selector, like[0].labels)
	if !ok {
		return hinted(f, d.kubectl(svc.Namespace)+" edit service "+svc.Name+"   (spec.selector)")
	}
	return mended(f, d.patchObject(svc.Namespace, "service", svc.Name, "merge", map[string]any{"spec": map[string]any{"selector": other}}))
}

// differing are the labels that a selector wants of another value. It is refused where
// one is not there at all: that would have to be taken out of the selector.
func differing(selector, labels map[string]string) (map[string]string, bool) {
	other := map[string]string{}
	for key, value := range selector {
		given, ok := labels[key]
		if !ok {
			return nil, false
		}
		if given != value {
			other[key] = given
		}
	}
	return other, true
}

// labelled are the Deployments and StatefulSets of a namespace, and the pods that
// belong to nobody and are not over. What could not be seen is said in the second list.
func (d *Doctor) labelled(ctx context.Context, namespace string, pods []corev1.Pod) (all []labelled, unseen []string) {
	count := func(n *int32) int32 {
		if n == nil {
			return 1
		}
		return *n
	}
	deployments, err := d.view.Deployments(ctx, namespace)
	if err != nil {
		unseen = append(unseen, err.Error())
	}
	for _, w := range deployments {
		all = append(all, labelled{"deployment", w.Name, w.Spec.Template.Labels, count(w.Spec.Replicas)})
	}
	stateful, err := d.view.StatefulSets(ctx, namespace)
	if err != nil {
		unseen = append(unseen, err.Error())
	}
	for _, w := range stateful {
		all = append(all, labelled{"statefulset", w.Name, w.Spec.Template.Labels, count(w.Spec.Replicas)})
	}
	for _, p := range pods {
		if len(p.OwnerReferences) == 0 && !cluster.HasEnded(&p) {
			all = append(all, labelled{"pod", p.Name, p.Labels, 1})
		}
	}
	return all, unseen
}

// likeLabelled are those that come nearest to what a Service selects: with a label of
// nearly its value, and the fewest that differ.
func likeLabelled(svc *corev1.Service, all []labelled) []labelled {
	var like []labelled
	best := len(svc.Spec.Selector)
	for _, w := range all {
		if !resembles(svc.Spec.Selector, w.labels) {
			continue
		}
		switch n := unmatched(svc.Spec.Selector, w.labels); {
		case n < best || n == best && like == nil:
			best, like = n, []labelled{w}
		case n == best:
			like = append(like, w)
		}
	}
	slices.SortFunc(like, func(a, b labelled) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name)) })
	return like
}

// resembles reports a label of nearly a wanted value. Under another key, a value of three
// letters says nothing.
func resembles(selector, labels map[string]string) bool {
	for key, wanted := range selector {
		for given, value := range labels {
			isValue := value == wanted || value != "" && (strings.Contains(wanted, value) || strings.Contains(value, wanted)) || near.Name(wanted, []string{value}) != ""
			if isValue && (given == key || len(wanted) > 3) {
				return true
			}
		}
	}
	return false
}

func labelText(labels map[string]string) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		all = append(all, key+"="+labels[key])
	}
	return strings.Join(all, ",")
}
