package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/pipeline"
)

// demand is a key of an object, or with no key the object, that tasks want.
type demand struct {
	object   pipeline.Object // Optional where no task insists on it
	key      string
	wantedBy string // the first task
}

// demandsOf are what the tasks want of the cluster, by name. later counts the tasks with
// an object whose name only a run knows.
func demandsOf(tasks []pipeline.Task) (all []demand, later int) {
	add := func(o pipeline.Object, key, task string) {
		same := func(d demand) bool {
			return d.object.Kind == o.Kind && d.object.Name.Text() == o.Name.Text() && d.key == key
		}
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i].object.Optional = all[i].object.Optional && o.Optional
			return
		}
		all = append(all, demand{o, key, task})
	}
	for _, t := range tasks {
		for _, v := range t.Injected.Variables {
			if v.Field == "" && v.Object.Name.Text() != "" {
				add(v.Object, v.Key, t.Path)
			}
		}
		for _, v := range t.Injected.Volumes {
			if v.Name.Text() != "" {
				add(v.Object, "", t.Path)
			}
		}
		if slices.ContainsFunc(t.Objects(), func(o pipeline.Object) bool { return o.Name.Text() == "" }) {
			later++
		}
	}
	slices.SortStableFunc(all, func(a, b demand) int {
		return cmp.Or(strings.Compare(a.object.Kind, b.object.Kind), strings.Compare(a.object.Name.Text(), b.object.Name.Text()), strings.Compare(a.key, b.key))
	})
	return all, later
}

// pipelineReferences looks for what the platform document names. A pod that wants an
// object or a key that is not there waits for it, and the run with it.
func (d *Doctor) pipelineReferences(ctx context.Context, tasks []pipeline.Task) checklist.Finding {
	demands, later := demandsOf(tasks)
	namespace, _ := d.kfpRuns(ctx)
	var required, optional, hints []string
	var unseen error
	for _, t := range tasks {
		for _, name := range t.Repeated() {
			required = append(required, fmt.Sprintf("task %s gets the variable %s from two places, and Kubernetes takes no such pod", t.Path, name))
			hints = append(hints, "take one of them out of the pipeline")
		}
	}
	for _, want := range demands {
		lack, look, err := d.lackOf(ctx, namespace, want)
		switch {
		case err != nil:
			unseen = cmp.Or(unseen, err)
		case lack == "":
		case want.object.Optional:
			optional = append(optional, lack+" (optional)")
		default:
			required, hints = append(required, lack), append(hints, look)
		}
	}
	required, optional = slices.Compact(required), slices.Compact(optional) // an object that is not there, by each of its keys
	switch all := firstTen(append(required, optional...)); {
	case len(required) > 0:
		return hinted(fail(codeNotThere, required[0], all...), hints[0])
	case unseen != nil:
		return d.couldNotLook(unseen)
	case len(optional) > 0:
		return warn(codeNotThere, optional[0], all...)
	case len(demands) == 0 && later == 0:
		return skip("the pipeline takes nothing from the cluster by its platform document")
	}
	detail := fmt.Sprintf("%d of %d keys and objects are in %s", len(demands), len(demands), namespace)
	if later > 0 {
		detail += fmt.Sprintf("; %d tasks name an object that only a run knows", later)
	}
	return pass(detail)
}

// lackOf is what is not there of a demand, and where to look; "" is nothing.
func (d *Doctor) lackOf(ctx context.Context, namespace string, want demand) (lack, look string, err error) {
	name := want.object.Name.Text()
	kind := strings.ToLower(want.object.Kind)
	data, err := d.dataOf(ctx, want.object)
	switch {
	case absent(err):
		return fmt.Sprintf("task %s wants %s %s, which is not in %s", want.wantedBy, want.object.Kind, name, namespace),
			d.kubectl("") + " get " + kind + "s -A | grep " + hint.ShellWord(name), nil
	case err != nil:
		return "", "", err
	}
	if _, has := data[want.key]; has || want.key == "" {
		return "", "", nil
	}
	return fmt.Sprintf("task %s wants the key %s of %s %s in %s, which has none of that name", want.wantedBy, want.key, want.object.Kind, name, namespace),
		d.kubectl(namespace) + " describe " + kind + " " + hint.ShellWord(name), nil
}
