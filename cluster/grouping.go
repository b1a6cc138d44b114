package cluster

import (
	"cmp"
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// grouping puts pods to what makes them.
type grouping struct {
	by   map[owner]*Workload
	jobs map[string]owner // what a Job belongs to, by its name
}

// add enters a workload with the specs of its pods, and with what they are labelled and
// annotated with where that is one thing for all.
func (g grouping) add(o owner, ended bool, meta *metav1.ObjectMeta, specs ...corev1.PodSpec) *Workload {
	w := &Workload{Kind: o.kind, Name: o.name, Meta: meta, Specs: specs, Ended: ended}
	for i := range specs {
		w.References = append(w.References, References(&specs[i])...)
	}
	g.by[o] = w
	return w
}

func (g grouping) deployment(d *appsv1.Deployment) {
	g.add(owner{"Deployment", d.Name}, false, &d.Spec.Template.ObjectMeta, d.Spec.Template.Spec)
}

func (g grouping) statefulSet(s *appsv1.StatefulSet) {
	g.add(owner{"StatefulSet", s.Name}, false, &s.Spec.Template.ObjectMeta, s.Spec.Template.Spec)
}

func (g grouping) cronJob(c *batchv1.CronJob) {
	t := &c.Spec.JobTemplate.Spec.Template
	g.add(owner{"CronJob", c.Name}, false, &t.ObjectMeta, t.Spec)
}

// job enters a Job; that of a CronJob is known with it.
func (g grouping) job(j *batchv1.Job) {
	of := ownerOf(&j.ObjectMeta)
	if g.by[of] != nil {
		g.jobs[j.Name] = of
		return
	}
	ended := slices.ContainsFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
		return (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue
	})
	g.add(owner{"Job", j.Name}, ended, &j.Spec.Template.ObjectMeta, j.Spec.Template.Spec)
}

func (g grouping) workflow(kind string, w *Workflow) {
	g.add(owner{kind, w.Metadata.Name}, w.ended(), nil, w.podSpecs()...)
}

// pod puts a pod to its workload, or lets it stand for itself: each pod of a Workflow
// is another one, and what a controller makes of an unknown template is known by its
// first pod.
func (g grouping) pod(p *corev1.Pod) {
	of := controllerOfPod(p)
	if job, ok := g.jobs[of.name]; ok && of.kind == "Job" {
		of = job
	}
	switch of.kind {
	case "", "Workflow", "Node": // the Node owns the static pods of its kubelet
		of = owner{"Pod", p.Name}
	}
	w := g.by[of]
	if w == nil {
		w = g.add(of, HasEnded(p), &p.ObjectMeta, p.Spec)
	}
	if !HasEnded(p) {
		w.Pods, w.Ended = append(w.Pods, p), false
	}
}

// finished are the workloads in their order.
func (g grouping) finished() []*Workload {
	all := slices.SortedFunc(maps.Values(g.by), func(a, b *Workload) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	for _, w := range all {
		slices.SortFunc(w.Pods, func(a, b *corev1.Pod) int {
			return cmp.Or(b.CreationTimestamp.Compare(a.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
		})
	}
	return all
}
