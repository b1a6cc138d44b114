package doctor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/resolve"
)

// Codes of one pod.
const (
	codePodStuck     = "FLTS-K07" // it does not get to run
	codePodDrift     = "FLTS-K45" // an object has changed since its container was started
	codePodNoStart   = "FLTS-K46" // flts-run did not start the task
	codePodFailed    = "FLTS-K47" // the task failed, or was ended
	codePodUnwrapped = "FLTS-K48" // it does not start under flts-run
	codePodReference = "FLTS-K49" // what it names is not there
)

// describe is the command that shows the pod.
func (p *OnePod) describe() string {
	return p.kubectl() + " describe pod " + p.Name
}

func (p *OnePod) kubectl() string { return p.doctor.kubectl(p.Namespace) }

// checkPhase looks whether the pod gets to run.
func (p *OnePod) checkPhase(ctx context.Context) checklist.Finding {
	newest, eventsErr := p.newestEvent(ctx)
	if s, is := stuckOn(p.Pod, newest); is {
		f := hinted(fail(codePodStuck, s.text()), p.describe())
		if s.missing {
			f.Explains = []string{"pod/" + codePodReference}
		}
		return f
	}
	state := string(p.Status.Phase)
	switch {
	case p.Status.Phase != corev1.PodPending:
	case eventsErr != nil:
		return p.doctor.couldNotLook(eventsErr)
	default:
		f := hinted(unknown("", "it has not started yet, "+p.since(p.CreationTimestamp.Time)+" after it was made"), p.describe())
		f.Transient = true
		return f
	}
	if p.DeletionTimestamp != nil {
		state += ", being deleted"
	}
	if p.Status.Phase == corev1.PodRunning {
		ready := 0
		for _, s := range p.Status.ContainerStatuses {
			if s.Ready {
				ready++
			}
		}
		state += fmt.Sprintf(", %d of %d containers ready", ready, len(p.Spec.Containers))
	}
	return pass(state)
}

// newestEvent is the last warning about the pod.
func (p *OnePod) newestEvent(ctx context.Context) (*corev1.Event, error) {
	all, err := p.doctor.view.Events(ctx, p.Namespace)
	var newest *corev1.Event
	for i := range all {
		e := &all[i]
		if e.InvolvedObject.Name == p.Name && (newest == nil || eventTime(e).After(eventTime(newest))) {
			newest = e
		}
	}
	return newest, err
}

func eventTime(e *corev1.Event) time.Time {
	for _, t := range []time.Time{e.LastTimestamp.Time, e.EventTime.Time} {
		if !t.IsZero() {
			return t
		}
	}
	return e.CreationTimestamp.Time
}

func (p *OnePod) since(t time.Time) string { return p.doctor.Now().Sub(t).Round(time.Second).String() }

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
		all = append(all, u.Err)
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
	if cluster.StartOf(p.Pod, p.Container) != (time.Time{}) {
		found = warn
	}
	f := found(codePodReference, texts[0])
	if len(texts) > 1 {
		f.Detail += fmt.Sprintf("; %d more below", len(texts)-1)
		f.Evidence = firstOf(texts)
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

// checkConfiguration says what flts-run would say in the container.
func (p *OnePod) checkConfiguration(context.Context) checklist.Finding {
	var errs, warnings []string
	first := resolve.Finding{}
	for _, err := range p.problems {
		errs = append(errs, oneLine(err.Error()))
	}
	for _, f := range p.findings {
		text := f.Message + " [" + f.Code + "]"
		if f.Severity == resolve.Error {
			errs = append(errs, text)
		} else {
			warnings = append(warnings, text)
		}
		if first.Code == "" || first.Severity != resolve.Error && f.Severity == resolve.Error {
			first = f
		}
	}
	unsure, unseen := 0, error(nil)
	for _, k := range p.Keys {
		if k.unseen != nil && (unseen == nil || cluster.Is(k.unseen, cluster.Denied)) {
			unseen = k.unseen
		}
		if k.unseen != nil {
			unsure++
		}
	}
	texts := slices.Concat(errs, warnings)
	var f checklist.Finding
	switch {
	case len(errs) > 0:
		f = hinted(fail(first.Code, errs[0]), first.Hint)
	case unsure > 0:
		f = p.doctor.couldNotLook(unseen)
		f.Detail = fmt.Sprintf("%d keys are not known: %s", unsure, f.Detail)
	case len(warnings) > 0:
		f = hinted(warn(first.Code, warnings[0]), first.Hint)
	default:
		return pass(fmt.Sprintf("%d of %d keys have a value", p.set(), len(p.Keys)))
	}
	if len(texts) > 1 || len(texts) == 1 && texts[0] != f.Detail {
		f.Evidence = firstOf(texts)
	}
	return f
}

func (p *OnePod) set() int {
	n := 0
	for _, k := range p.Keys {
		if k.Set {
			n++
		}
	}
	return n
}

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
		if at := cluster.Changed(meta, o.keys...); at.After(started) {
			changed = append(changed, fmt.Sprintf("%s changed %s after the start (%s)", o.object, at.Sub(started).Round(time.Second), o.what()))
		}
	}
	switch {
	case len(changed) > 0:
		f := hinted(fail(codePodDrift, changed[0]), p.startAgain())
		if len(changed) > 1 {
			f.Evidence = firstOf(changed)
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
	by     []string // variables and files, sorted
}

func (r fixedRead) what() string {
	if len(r.by) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(r.by[:3], ", "), len(r.by)-3)
	}
	return strings.Join(r.by, ", ")
}

// fixed are the objects that the container reads by env or by a part of a volume,
// sorted.
func (p *OnePod) fixed() []fixedRead {
	all := map[cluster.Origin]*fixedRead{}
	add := func(o cluster.Origin, by string) {
		if !o.IsObject() {
			return
		}
		r := all[o.Object()]
		if r == nil {
			r = &fixedRead{object: o.Object()}
			all[o.Object()] = r
		}
		r.keys, r.by = append(r.keys, o.Key), append(r.by, by)
	}
	for _, v := range p.env.Variables {
		for _, o := range v.Reads {
			add(o, v.Name)
		}
	}
	for _, f := range p.files.Files {
		if f.SubPath {
			add(f.Origin, f.Path)
		}
	}
	for _, from := range p.container.EnvFrom { // a key that came later is no variable yet
		for _, r := range all {
			if from.ConfigMapRef != nil && r.object == (cluster.Origin{Kind: cluster.ConfigMapKind, Name: from.ConfigMapRef.Name}) ||
				from.SecretRef != nil && r.object == (cluster.Origin{Kind: cluster.SecretKind, Name: from.SecretRef.Name}) {
				r.keys = nil
			}
		}
	}
	var list []fixedRead
	for _, r := range all {
		slices.Sort(r.by)
		r.by = slices.Compact(r.by)
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

// checkWrapper looks whether flts-run starts the task.
func (p *OnePod) checkWrapper(context.Context) checklist.Finding {
	c := p.command
	switch {
	case c.wrapped:
		return pass("flts-run starts the task")
	case len(c.words) == 0 || len(c.task) > 0 && c.task[0] == "":
		return hinted(unknown("", "the image has the command, and the spec does not say it"), p.kubectl()+" exec "+p.Name+" -c "+p.Container+" -- tr '\\0' ' ' </proc/1/cmdline")
	}
	name := "the command of container " + p.Container
	if len(c.task) > 0 {
		name = hint.ShellWord(oneLine(c.task[0]))
	}
	return hinted(fail(codePodUnwrapped, name+" is started without flts-run, unless that is a shim of the image"),
		"make flts-run the first word: command: [flts-run, exec, --, …]; what the components of a compiled pipeline start with, fltsctl submit can change")
}
