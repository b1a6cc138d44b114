package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
)

// place is somewhere to look from: a container of a pod that runs, or the template of
// one.
type place struct {
	name      string // "pod trainer-x", "deployment trainer"
	pod       string // that runs; "" is none
	template  cluster.Template
	container corev1.Container
	reads     bool // the ConfigMap or the Secret of the contract
}

// vantage is how results from there are marked.
func (p place) vantage() string {
	if p.pod != "" {
		return p.name
	}
	return "a pod like " + p.name
}

// rank is lower for what tells more: who reads the configuration, who is known to have
// flts-run, who runs already.
func (p place) rank() int {
	rank := 0
	for i, good := range []bool{p.pod != "", ownWord(wordsOf(p.container)) >= 0, p.reads} {
		if !good {
			rank += 1 << i
		}
	}
	return rank
}

// place chooses. The finding is why there is none.
func (d *Doctor) place(ctx context.Context, o InsideOptions) (place, *checklist.Finding) {
	if o.Image != "" && o.Pod == "" && o.Workload == "" {
		return d.madeUp(o), nil
	}
	all, unseen := d.places(ctx, o)
	wanted := slices.DeleteFunc(all, func(p place) bool { return !o.names(p) })
	if len(wanted) == 0 {
		f := d.nowhere(o, unseen)
		return place{}, &f
	}
	slices.SortStableFunc(wanted, func(a, b place) int { return cmp.Or(a.rank()-b.rank(), strings.Compare(a.name, b.name)) })
	best := wanted[0]
	if o.Image != "" {
		best.pod = "" // what runs has its own image
	}
	return best, nil
}

// names reports whether a place is the one that was asked for; without a name it is one
// that reads the configuration.
func (o InsideOptions) names(p place) bool {
	kind, name, _ := strings.Cut(p.name, " ")
	switch {
	case o.Container != "" && o.Container != p.container.Name:
		return false
	case o.Pod != "":
		return kind == "pod" && name == o.Pod
	case o.Workload != "":
		return workloadName(o.Workload) == p.name
	}
	return p.reads && (kind != "pod" || p.pod != "")
}

// workloadName is "deployment trainer" for what kubectl also calls deploy/trainer.
func workloadName(typed string) string {
	kind, name, _ := strings.Cut(strings.ToLower(typed), "/")
	for _, k := range [][]string{
		{"deployment", "deploy", "deployments", "deployment.apps"},
		{"statefulset", "sts", "statefulsets", "statefulset.apps"},
		{"cronjob", "cj", "cronjobs", "cronjob.batch"},
	} {
		if slices.Contains(k, kind) {
			kind = k[0]
		}
	}
	return kind + " " + name
}

func (d *Doctor) nowhere(o InsideOptions, unseen error) checklist.Finding {
	named := cmp.Or(o.Pod, o.Workload)
	switch {
	case unseen != nil:
		return d.couldNotLook(unseen)
	case named != "" && o.Container != "":
		return hinted(unknown(codeNowhere, fmt.Sprintf("there is no %s with a container %s in %s", named, o.Container, d.Namespace)), d.kubectl(d.Namespace)+" get pods,deployments,statefulsets,cronjobs -o wide")
	case named != "":
		return hinted(unknown(codeNowhere, fmt.Sprintf("there is no %s in %s", named, d.Namespace)), d.kubectl(d.Namespace)+" get pods,deployments,statefulsets,cronjobs")
	}
	return hinted(unknown(codeNowhere, fmt.Sprintf("no pod that runs and no Deployment, StatefulSet or CronJob in %s reads %s or %s", d.Namespace, d.ConfigMap, d.Secret)),
		"name the component's image: fltsctl doctor -n "+d.Namespace+" --from-inside --image IMAGE")
}

// places are all there are, and what kept some from being seen.
func (d *Doctor) places(ctx context.Context, o InsideOptions) (all []place, unseen error) {
	note := func(err error) { unseen = cmp.Or(unseen, err) }
	pods, err := d.view.Pods(ctx, d.Namespace)
	note(err)
	for _, p := range pods {
		if cluster.IsTemporary(&p) {
			continue
		}
		all = append(all, d.inPod(&p)...)
	}
	if o.Pod != "" {
		return all, unseen
	}
	deployments, err := d.view.Deployments(ctx, d.Namespace)
	note(err)
	for _, w := range deployments {
		all = append(all, d.inTemplate("apps/v1", "Deployment", w.ObjectMeta, w.Spec.Template)...)
	}
	stateful, err := d.view.StatefulSets(ctx, d.Namespace)
	note(err)
	for _, w := range stateful {
		own := d.inTemplate("apps/v1", "StatefulSet", w.ObjectMeta, w.Spec.Template)
		for i := range own {
			own[i].template.Owner = nil // it gives up pods whose name is not of its making
		}
		all = append(all, own...)
	}
	cronjobs, err := d.view.CronJobs(ctx, d.Namespace)
	note(err)
	for _, w := range cronjobs {
		all = append(all, d.inTemplate("batch/v1", "CronJob", w.ObjectMeta, w.Spec.JobTemplate.Spec.Template)...)
	}
	return all, unseen
}

func (d *Doctor) inPod(p *corev1.Pod) []place {
	all := d.inTemplate("v1", "Pod", p.ObjectMeta, corev1.PodTemplateSpec{ObjectMeta: p.ObjectMeta, Spec: p.Spec})
	for i := range all {
		runs := slices.ContainsFunc(p.Status.ContainerStatuses, func(s corev1.ContainerStatus) bool {
			return s.Name == all[i].container.Name && s.State.Running != nil
		})
		if runs && p.DeletionTimestamp == nil {
			all[i].pod = p.Name
		}
	}
	return all
}

// inTemplate is a place for each container.
func (d *Doctor) inTemplate(version, kind string, of metav1.ObjectMeta, t corev1.PodTemplateSpec) []place {
	var all []place
	for _, c := range t.Spec.Containers {
		all = append(all, place{
			name: strings.ToLower(kind) + " " + of.Name,
			template: cluster.Template{
				Owner:  &metav1.OwnerReference{APIVersion: version, Kind: kind, Name: of.Name, UID: of.UID},
				Labels: t.Labels, Annotations: t.Annotations, Spec: t.Spec,
			},
			container: c, reads: d.reads(&t.Spec, c.Name),
		})
	}
	return all
}

// madeUp is a component that nobody deployed yet, with the configuration by envFrom.
func (d *Doctor) madeUp(o InsideOptions) place {
	optional := true
	c := corev1.Container{Name: cmp.Or(o.Container, "main"), EnvFrom: []corev1.EnvFromSource{
		{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: d.ConfigMap}, Optional: &optional}},
		{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: d.Secret}, Optional: &optional}},
	}}
	// What the strictest Pod Security level wants; flts-run needs no user of its own.
	yes, no, user := true, false, int64(65532)
	c.SecurityContext = &corev1.SecurityContext{
		RunAsNonRoot: &yes, RunAsUser: &user, AllowPrivilegeEscalation: &no,
		Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	return place{name: "image " + o.Image, template: cluster.Template{Spec: corev1.PodSpec{Containers: []corev1.Container{c}}}, container: c, reads: true}
}
