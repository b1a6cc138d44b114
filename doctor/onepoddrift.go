package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
)

// checkDrift looks for objects that changed after the container was started, of what
// is never brought up to date in it: variables, and files that are mounted by
// themselves. Which value it has got is not known.
func (p *OnePod) checkDrift(ctx context.Context) checklist.Finding {
	started := cluster.StartOf(p.Pod, p.Container)
	if started.IsZero() {
		return skip("container " + p.Container + " has not been started")
	}
	var changed []string
	objects, unseen := 0, error(nil)
	for _, o := range p.fixed() {
		meta, err := p.metadata(ctx, o.object)
		switch {
		case absent(err): // said by pod.references
			continue
		case err != nil:
			unseen = err
			continue
		}
		objects++
		if len(meta.ManagedFields) == 0 {
			unseen = &cluster.NotKnown{Reason: "the cluster does not keep when " + o.object.String() + " was changed"}
			continue
		}
		if at := cluster.RecordOf(meta).Changed(o.keys...); at.After(started) {
			changed = append(changed, fmt.Sprintf("%s changed %s after the start (%s)", o.object, at.Sub(started).Round(time.Second), o.what()))
		}
	}
	switch {
	case len(changed) > 0:
		f := hinted(fail(codeStale, changed[0]), p.startAgain())
		if len(changed) > 1 {
			f.Evidence = firstTen(changed)
		}
		return f
	case unseen != nil:
		return p.doctor.couldNotLook(unseen)
	case objects == 0:
		return pass("it reads nothing by env")
	}
	return pass(fmt.Sprintf("%d objects, none changed since %s", objects, started.UTC().Format(time.RFC3339)))
}

// fixedRead is what a container has of an object for good.
type fixedRead struct {
	object cluster.Origin
	keys   []string // nil is all of them
	whole  bool
	by     []string // variables and files, sorted
}

func (r fixedRead) what() string {
	return someOf(r.by, 3)
}

// fixed are the objects that the container reads by env or by a part of a volume,
// sorted, those too that may not be seen.
func (p *OnePod) fixed() []fixedRead {
	all := map[cluster.Origin]*fixedRead{}
	of := func(o cluster.Origin) *fixedRead {
		if all[o.Object()] == nil {
			all[o.Object()] = &fixedRead{object: o.Object()}
		}
		return all[o.Object()]
	}
	for _, v := range p.env.Variables {
		for _, o := range v.Reads {
			r := of(o)
			r.keys, r.by = append(r.keys, o.Key), append(r.by, v.Name)
		}
	}
	for _, f := range p.files.Files {
		if f.SubPath && f.Origin.IsObject() {
			r := of(f.Origin)
			r.keys, r.by = append(r.keys, f.Origin.Key), append(r.by, f.Path)
		}
	}
	for _, from := range p.container.EnvFrom { // of these each key counts: one that came later is no variable yet
		switch {
		case from.ConfigMapRef != nil:
			of(cluster.Origin{Kind: cluster.ConfigMapKind, Name: from.ConfigMapRef.Name}).whole = true
		case from.SecretRef != nil:
			of(cluster.Origin{Kind: cluster.SecretKind, Name: from.SecretRef.Name}).whole = true
		}
	}
	for _, m := range p.files.Mounts {
		for _, o := range m.Origins {
			if m.SubPath && m.Err != nil {
				of(o).whole = true
			}
		}
	}
	list := make([]fixedRead, 0, len(all))
	for _, r := range all {
		slices.Sort(r.by)
		r.by = slices.Compact(r.by)
		if r.whole {
			r.keys = nil
		}
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b fixedRead) int { return strings.Compare(a.object.String(), b.object.String()) })
	return list
}

// metadata is that of an object whose data was read before.
func (p *OnePod) metadata(ctx context.Context, o cluster.Origin) (*metav1.ObjectMeta, error) {
	if o.Kind == cluster.SecretKind {
		s, err := p.doctor.view.Secret(ctx, p.Namespace, o.Name)
		if err != nil {
			return nil, err
		}
		return &s.ObjectMeta, nil
	}
	c, err := p.doctor.view.ConfigMap(ctx, p.Namespace, o.Name)
	if err != nil {
		return nil, err
	}
	return &c.ObjectMeta, nil
}

// startAgain is how a pod like this one is started anew. A Deployment's name is that
// of its ReplicaSet without the hash.
func (p *OnePod) startAgain() string {
	owner := metav1.GetControllerOf(p.Pod)
	if owner == nil {
		return "start it again, or submit a new run: the environment is fixed at the start"
	}
	switch owner.Kind {
	case "ReplicaSet":
		if name, found := strings.CutSuffix(owner.Name, "-"+p.Labels["pod-template-hash"]); found {
			return p.kubectl() + " rollout restart deployment/" + name
		}
	case "StatefulSet", "DaemonSet":
		return p.kubectl() + " rollout restart " + strings.ToLower(owner.Kind) + "/" + owner.Name
	}
	return "submit a new run: the environment is fixed at the start"
}
