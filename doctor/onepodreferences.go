package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
)

// checkReferences looks for what the containers name and the namespace does not have.
func (p *OnePod) checkReferences(ctx context.Context) checklist.Finding {
	var missing []cluster.Missing
	var unseen error
	named := map[cluster.Origin]bool{}
	for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
		env := p.doctor.view.Environment(ctx, p.Pod, &c)
		files := p.doctor.view.Files(ctx, p.Pod, &c, &env)
		for _, m := range slices.Concat(env.Missing, files.Missing) {
			if !slices.ContainsFunc(missing, func(o cluster.Missing) bool { return o.Origin == m.Origin }) {
				missing = append(missing, m)
			}
		}
		unseen = errors.Join(unseen, unseenIn(env, files))
		for _, v := range env.Variables {
			for _, o := range v.Reads {
				named[o.Object()] = true
			}
		}
		for _, m := range files.Mounts {
			for _, o := range m.Origins {
				named[o] = true
			}
		}
	}
	if len(missing) > 0 {
		return p.missing(ctx, missing)
	}
	if fault, ok := errors.AsType[*cluster.Fault](unseen); ok {
		return p.doctor.couldNotLook(fault)
	}
	var names []string
	for o := range named {
		names = append(names, o.String())
	}
	if len(names) == 0 {
		return pass("it names no ConfigMap and no Secret")
	}
	slices.Sort(names)
	return pass(strings.Join(names, ", "))
}

// unseenIn are the faults that kept something from being seen.
func unseenIn(env cluster.Environment, files cluster.Files) error {
	var all []error
	for _, u := range env.Unseen {
		if u.Origin.IsObject() { // nobody names a Service here
			all = append(all, u.Err)
		}
	}
	for _, v := range env.Variables {
		all = append(all, v.Err)
	}
	for _, m := range files.Mounts {
		all = append(all, m.Err)
	}
	for _, f := range files.Files {
		all = append(all, f.Err)
	}
	return errors.Join(all...)
}

// missing is the finding of references that lead nowhere. A container that was started
// has what was there then; it cannot be started again.
func (p *OnePod) missing(ctx context.Context, all []cluster.Missing) checklist.Finding {
	var texts []string
	var fixes []checklist.Command
	for _, m := range all {
		text, fix := p.missingText(ctx, m)
		texts = append(texts, text)
		fixes = append(fixes, fix...)
	}
	found := fail
	if !cluster.StartOf(p.Pod, p.Container).IsZero() {
		found = warn
	}
	f := found(codePodReference, texts[0])
	newest, _ := p.newestEvent(ctx) // pod.phase says it where events may not be seen
	if s, is := stuckOn(p.Pod, newest, p.doctor.Now()); is && s.missing {
		f.Explains = []string{"pod/" + codeStuck}
	}
	if len(texts) > 1 {
		f.Detail += fmt.Sprintf("; %d more below", len(texts)-1)
		f.Evidence = firstTen(texts)
	}
	if len(fixes) == len(all) {
		return mended(f, fixes...)
	}
	return hinted(f, p.kubectl()+" get configmaps,secrets")
}

func (p *OnePod) missingText(ctx context.Context, m cluster.Missing) (string, []checklist.Command) {
	if m.Origin.Key == "" {
		return m.Where + ": there is no " + m.Origin.String(), nil
	}
	text := fmt.Sprintf("%s: %s has no key %s", m.Where, m.Origin.Object(), m.Origin.Key)
	var keys []string
	var fix []checklist.Command
	if m.Origin.Kind == cluster.SecretKind {
		s, err := p.doctor.view.Secret(ctx, p.Namespace, m.Origin.Name)
		if err != nil {
			return "there is no " + m.Origin.Object().String() + ", of which " + m.Where + " wants key " + m.Origin.Key, nil
		}
		keys = slices.Collect(maps.Keys(s.Data))
		fix = []checklist.Command{{
			Line:  hint.PatchSecretOf(p.kubectl(), m.Origin.Name, m.Origin.Key),
			Input: "the value of " + m.Origin.Key,
		}}
	} else {
		c, err := p.doctor.view.ConfigMap(ctx, p.Namespace, m.Origin.Name)
		if err != nil {
			return "there is no " + m.Origin.Object().String() + ", of which " + m.Where + " wants key " + m.Origin.Key, nil
		}
		keys = slices.Collect(maps.Keys(c.Data))
	}
	slices.Sort(keys)
	if n := near.Name(m.Origin.Key, keys); n != "" {
		text += ", it has " + n
	}
	return text, fix
}
