package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/cluster"
)

// usualAccounts are those that pipelines run as, the most telling first: of Kubeflow
// Pipelines, of a Kubeflow profile, of a namespace that says nothing.
var usualAccounts = []string{"pipeline-runner", "default-editor", "default"}

// inUse is the service account of the pipelines.
type inUse struct {
	name string
	why  string                 // it is this one
	seen *corev1.ServiceAccount // nil when it is not there
	pods []corev1.Pod           // of it, that read our objects
	kfp  bool                   // Kubeflow Pipelines runs components with it

	unseen error // why the pods are not known
}

func (u inUse) in(namespace string) cluster.Account {
	return cluster.Account{Namespace: namespace, Name: u.name}
}

// account finds out which service account it is: the one that was said, that of most
// pods that read our objects, or the usual one that there is.
func (d *Doctor) account(ctx context.Context) (inUse, error) {
	accounts, err := d.view.ServiceAccounts(ctx, d.Namespace)
	if err != nil {
		return inUse{}, err
	}
	own, err := d.ownPods(ctx)
	if err != nil && d.ServiceAccount == "" {
		return inUse{}, err
	}
	u := d.chosen(accounts, own)
	u.unseen = err
	if i := slices.IndexFunc(accounts, func(a corev1.ServiceAccount) bool { return a.Name == u.name }); i >= 0 {
		u.seen = &accounts[i]
	}
	for _, p := range own {
		if accountOf(p) == u.name {
			u.pods = append(u.pods, p)
		}
	}
	u.kfp = u.name == "pipeline-runner" || u.name == "default-editor" || slices.ContainsFunc(u.pods, isTask)
	return u, nil
}

func (d *Doctor) chosen(accounts []corev1.ServiceAccount, own []corev1.Pod) inUse {
	if d.ServiceAccount != "" {
		return inUse{name: d.ServiceAccount, why: "as asked for"}
	}
	count := map[string]int{}
	for _, p := range own {
		count[accountOf(p)]++
	}
	if len(count) > 0 {
		name := slices.MaxFunc(slices.Sorted(maps.Keys(count)), func(a, b string) int { return cmp.Compare(count[a], count[b]) })
		return inUse{name: name, why: fmt.Sprintf("that of %d of %d pods that read the configuration", count[name], len(own))}
	}
	for _, name := range usualAccounts {
		if slices.ContainsFunc(accounts, func(a corev1.ServiceAccount) bool { return a.Name == name }) {
			return inUse{name: name, why: "the usual one"}
		}
	}
	return inUse{name: "default", why: "that of pods that say nothing"}
}

func accountOf(p corev1.Pod) string { return cmp.Or(p.Spec.ServiceAccountName, "default") }

// isTask reports a pod of Kubeflow Pipelines that runs a component: its launcher talks
// to the API.
func isTask(p corev1.Pod) bool {
	_, v2 := p.Labels[kfpTask]
	_, run := p.Labels["pipeline/runid"]
	return v2 || run
}
