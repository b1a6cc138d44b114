package cluster

import (
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Workload is something that runs pods, named once however many they are: a
// Deployment, and not its forty pods.
type Workload struct {
	Kind string // "Deployment", "CronJob", "Workflow", "Pod" for one that stands alone
	Name string

	// Specs are of the pods that it makes; a Workflow has one for each template. What
	// stands alone has that of its pod.
	Specs      []corev1.PodSpec
	References []Reference // of all specs

	// Meta has the labels and annotations of its pods; nil for a Workflow, which has other
	// ones for each template.
	Meta *metav1.ObjectMeta

	Pods  []*corev1.Pod // that came of it and have not ended, the newest first
	Ended bool          // it makes no pod any more
}

// Object is its kind and name: "Deployment train".
func (w *Workload) Object() string { return w.Kind + " " + w.Name }

// Typed is how kubectl takes it: "deployment/train".
func (w *Workload) Typed() string { return strings.ToLower(w.Kind) + "/" + w.Name }

// Reads reports whether it refers to that ConfigMap or Secret, or one of its pods does:
// admission can give a pod more than its template has.
func (w *Workload) Reads(kind Kind, name string) bool {
	is := func(r Reference) bool { return r.Kind == kind && r.Name == name }
	return slices.ContainsFunc(w.References, is) ||
		slices.ContainsFunc(w.Pods, func(p *corev1.Pod) bool { return slices.ContainsFunc(References(&p.Spec), is) })
}

// Workloads are all of a namespace, ordered by kind and name, as far as they could be
// seen.
type Workloads struct {
	All    []*Workload
	Unseen []error // of the kinds that could not be listed
}

// Workloads lists what runs pods in a namespace. An error says that nothing could be
// listed. Where Argo is not installed nothing of it is missed.
func (v *View) Workloads(ctx context.Context, namespace string) (Workloads, error) {
	return v.workloads.ask(object{namespace: namespace}, func() (Workloads, error) {
		g := grouping{by: map[owner]*Workload{}, jobs: map[string]owner{}}
		kinds := []func() error{
			listed(ctx, namespace, v.Deployments, g.deployment),
			listed(ctx, namespace, v.StatefulSets, g.statefulSet),
			listed(ctx, namespace, v.CronJobs, g.cronJob),
			listed(ctx, namespace, v.Jobs, g.job),
		}
		for _, kind := range []string{"Workflow", "WorkflowTemplate", "CronWorkflow"} {
			workflows := func(ctx context.Context, namespace string) ([]Workflow, error) {
				return v.Workflows(ctx, namespace, strings.ToLower(kind)+"s")
			}
			kinds = append(kinds, listed(ctx, namespace, workflows, func(w *Workflow) { g.workflow(kind, w) }))
		}
		kinds = append(kinds, listed(ctx, namespace, v.Pods, g.pod)) // last, when their owners are known
		var seen Workloads
		looked := false
		for _, list := range kinds {
			if err := list(); err == nil {
				looked = true
			} else if !Is(err, NoSuchKind) {
				seen.Unseen = append(seen.Unseen, err)
			}
		}
		if !looked {
			return Workloads{}, seen.Unseen[0]
		}
		seen.All = g.finished()
		return seen, nil
	})
}

// listed gives what a list has to a function, one by one.
func listed[T any](ctx context.Context, namespace string, list func(context.Context, string) ([]T, error), add func(*T)) func() error {
	return func() error {
		all, err := list(ctx, namespace)
		for i := range all {
			add(&all[i])
		}
		return err
	}
}

// owner is what a pod may belong to.
type owner struct{ kind, name string }

// ownerOf is who answers for an object.
func ownerOf(m *metav1.ObjectMeta) owner {
	if c := metav1.GetControllerOfNoCopy(m); c != nil {
		return owner{c.Kind, c.Name}
	}
	return owner{}
}

// controllerOfPod is the Deployment in the place of its ReplicaSet, which has its name
// from both.
func controllerOfPod(p *corev1.Pod) owner {
	o := ownerOf(&p.ObjectMeta)
	if o.kind == "ReplicaSet" {
		if name, ok := strings.CutSuffix(o.name, "-"+p.Labels["pod-template-hash"]); ok && name != "" {
			return owner{"Deployment", name}
		}
	}
	return o
}

// HasEnded reports a pod whose containers have run, and will not again.
func HasEnded(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}
