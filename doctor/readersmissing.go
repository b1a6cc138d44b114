package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
)

// Codes of references to what is not there.
const (
	codeNoObject   = "FLTS-K31" // a ConfigMap or Secret that a pod cannot start without
	codeKeyGone    = "FLTS-K32" // a key that a pod cannot start without
	codeLeftOut    = "FLTS-K33" // an optional reference to what is not there
	codePullSecret = "FLTS-K37" // the login to a registry of images is not there
)

// gap is a reference to what is not there.
type gap struct {
	cluster.Reference
	key     string // that the object has not; "" is the object itself
	present []string
}

// text is what is missing, and where it is wanted: "there is no Secret flts-secrets
// (envFrom of container main)".
func (g gap) text() string {
	if g.key == "" {
		return fmt.Sprintf("there is no %s (%s)", g.Object(), g.Where())
	}
	text := fmt.Sprintf("%s has no key %s (%s)", g.Object(), g.key, g.Where())
	if like := near.Name(g.key, g.present); like != "" {
		text += ", it has " + like
	}
	return text
}

// gaps compares references with what is there. What could not be seen is the error.
func (p present) gaps(ctx context.Context, references []cluster.Reference) (found []gap, unseen []error) {
	for _, r := range references {
		wanted := r.Keys()
		if len(wanted) == 0 {
			record, err := p.record(ctx, r)
			if err != nil {
				unseen = append(unseen, err)
			} else if record == nil {
				found = append(found, gap{Reference: r})
			}
			continue
		}
		have, there, err := p.keys(ctx, r)
		switch {
		case err != nil:
			unseen = append(unseen, err)
		case !there:
			found = append(found, gap{Reference: r})
		default:
			for _, key := range wanted {
				if !slices.Contains(have, key) {
					found = append(found, gap{r, key, have})
				}
			}
		}
	}
	return found, unseen
}

// startsAgain reports whether a workload starts containers that did not run yet. A pod
// that stands alone and runs has what it needs, or had it.
func startsAgain(w *cluster.Workload) bool {
	return w.Kind != "Pod" || slices.ContainsFunc(w.Pods, isWaiting)
}

// readersMissing is about references without which no container starts.
func (d *Doctor) readersMissing(ctx context.Context) checklist.Finding {
	p := d.present(ctx)
	var objects, keys, logins tally
	var unseen []error
	var gone []gap
	looked := 0
	f := d.overReaders(ctx, func(w *cluster.Workload, _ *tally) {
		if !startsAgain(w) {
			return
		}
		needed := slices.DeleteFunc(slices.Clone(w.References), func(r cluster.Reference) bool { return !r.Needed() && r.Way != cluster.Pull })
		looked += len(needed)
		found, errs := p.gaps(ctx, needed)
		unseen = append(unseen, errs...)
		for _, g := range found {
			switch {
			case g.Way == cluster.Pull:
				logins.add(w.Object(), g.text())
				continue
			case g.key == "":
				objects.add(w.Object(), g.text())
			default:
				keys.add(w.Object(), g.text())
			}
			gone = append(gone, g)
		}
	}, func(*tally) checklist.Finding {
		return d.unresolved(objects, keys, logins, gone, looked)
	})
	return d.asFarAsSeen(f, distinctErrors(unseen))
}

func (d *Doctor) unresolved(objects, keys, logins tally, gone []gap, looked int) checklist.Finding {
	var f checklist.Finding
	switch {
	case !objects.empty():
		f = hinted(objects.finding(checklist.Fail, codeNoObject), d.lookFor(gone))
		if !keys.empty() {
			f.Evidence = firstTen(append(objects.lines(), keys.lines()...))
		}
	case !keys.empty():
		f = keys.finding(checklist.Fail, codeKeyGone)
	case !logins.empty():
		return hinted(logins.finding(checklist.Warn, codePullSecret), d.kubectl(d.Namespace)+" get secrets --field-selector type=kubernetes.io/dockerconfigjson")
	default:
		return pass(counted(looked, "reference") + ", nothing is missing")
	}
	f.Explains = []string{codeWaits}
	if f = mended(f, d.addKeys(gone)...); f.Hint == "" {
		f.Hint = fmt.Sprintf("%s describe %s %s", d.kubectl(d.Namespace), strings.ToLower(string(gone[0].Kind)), hint.ShellWord(gone[0].Name))
	}
	return f
}

// lookFor looks for the first object that is not there in all namespaces.
func (d *Doctor) lookFor(gone []gap) string {
	i := slices.IndexFunc(gone, func(g gap) bool { return g.key == "" })
	return fmt.Sprintf("%s get %s -A --field-selector metadata.name=%s", d.kubectl(""), strings.ToLower(string(gone[i].Kind)), hint.ShellWord(gone[i].Name))
}

// addKeys are the commands that give objects the keys that they have not.
func (d *Doctor) addKeys(gone []gap) []checklist.Command {
	var commands []checklist.Command
	for _, g := range gone {
		if g.key == "" {
			continue
		}
		if c, ok := d.addKey(g); ok && !slices.Contains(commands, c) {
			commands = append(commands, c)
		}
	}
	return commands
}

// addKey copies the key of nearly that name, or lets the value be typed. A key of the
// contract that the contract's own object has under another name is left to the check
// of that object, which moves it.
func (d *Doctor) addKey(g gap) (checklist.Command, bool) {
	if len(validation.IsConfigMapKey(g.key)) > 0 {
		return checklist.Command{}, false // no object can have it
	}
	kubectl, kind, name := d.kubectl(d.Namespace), strings.ToLower(string(g.Kind)), hint.ShellWord(g.Name)
	if like := near.Name(g.key, g.present); like != "" {
		line := fmt.Sprintf(`%s patch %s %s --type=json -p '[{"op":"copy","from":"/data/%s","path":"/data/%s"}]'`, kubectl, kind, name, like, g.key)
		return checklist.Command{Line: line}, !d.ours(g.Reference) || d.Contract.KeyFor(g.key) == nil
	}
	typed := "the value of " + g.key
	if g.Kind == cluster.Secret {
		return checklist.Command{Line: hint.PatchSecretOf(kubectl, name, g.key), Input: typed}, true
	}
	if k := d.Contract.KeyFor(g.key); k != nil && k.Sensitive {
		return checklist.Command{}, false // it belongs into a Secret
	}
	line := fmt.Sprintf(`read -r V; [ "$V" ] && kubectl create configmap %s --from-literal=%s="$V" --dry-run=client -o json | %s patch configmap %s --type=merge --patch-file /dev/stdin`, name, g.key, kubectl, name)
	return checklist.Command{Line: line, Input: typed}, true
}

// readersOptional is about references of the contract that leave out what is not
// there, so that a default is used and nobody says so.
func (d *Doctor) readersOptional(ctx context.Context) checklist.Finding {
	p := d.present(ctx)
	var unseen []error
	looked := 0
	f := d.overReaders(ctx, func(w *cluster.Workload, t *tally) {
		optional := slices.DeleteFunc(slices.Clone(w.References), func(r cluster.Reference) bool { return !r.Optional || r.Container == "" || !d.concerns(r) })
		looked += len(optional)
		found, errs := p.gaps(ctx, optional)
		unseen = append(unseen, errs...)
		for _, g := range found {
			t.add(w.Object(), g.text()+", and as that is optional a default is used")
		}
	}, func(t *tally) checklist.Finding {
		if t.empty() {
			return pass(counted(looked, "optional reference") + ", nothing is missing")
		}
		return hinted(t.finding(checklist.Warn, codeLeftOut), d.kubectl(d.Namespace)+" get configmaps,secrets")
	})
	return d.asFarAsSeen(f, distinctErrors(unseen))
}

// concerns reports whether a reference is to an object of the contract, nearly so, or
// for a variable of it.
func (d *Doctor) concerns(r cluster.Reference) bool {
	meant := d.Secret
	if r.Kind == cluster.ConfigMap {
		meant = d.ConfigMap
	}
	return d.ours(r) || near.Name(r.Name, []string{meant}) != "" || r.Way == cluster.Env && d.Contract.KeyFor(r.Variable) != nil
}
