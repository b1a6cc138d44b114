package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// Codes of who reads the objects, and how.
const (
	codeNoReader = "FLTS-K30" // nothing reads the ConfigMap or the Secret
	codeSubPath  = "FLTS-S08" // a file that is mounted by itself and never updated
)

// readerChecks look at who reads the ConfigMap and the Secret, and how.
func (d *Doctor) readerChecks() []checklist.Check {
	check := func(what, title string, run func(context.Context) checklist.Finding) checklist.Check {
		return checklist.Check{ID: "readers." + what, Target: "readers", Title: title, Needs: []string{reached}, Run: run}
	}
	return []checklist.Check{
		check("found", "something reads the ConfigMap and the Secret", d.readersFound),
		check("missing", "what pods are to read is there", d.readersMissing),
		check("optional", "nothing is silently left out", d.readersOptional),
		check("mode", "the user of the container can read the mounted files", d.readersMode),
		check("names", "each variable has one source", d.readersNames),
		check("subpath", "mounted files follow a change", d.readersSubPath),
		check("stale", "no container runs with an older configuration", d.readersStale),
	}
}

// ours reports whether it is the ConfigMap or the Secret of the contract.
func (d *Doctor) ours(r cluster.Reference) bool {
	return r.Kind == cluster.ConfigMap && r.Name == d.ConfigMap || r.Kind == cluster.Secret && r.Name == d.Secret
}

// readersFound is about those that will run or do; what has ended shows that somebody
// did read, between two runs of a pipeline.
func (d *Doctor) readersFound(ctx context.Context) checklist.Finding {
	seen, err := d.view.Workloads(ctx, d.Namespace)
	if err != nil {
		return d.couldNotLook(err)
	}
	var unread []string
	for _, o := range []struct {
		kind cluster.Kind
		name string
	}{{cluster.ConfigMap, d.ConfigMap}, {cluster.Secret, d.Secret}} {
		if !anyReads(seen.All, o.kind, o.name) {
			unread = append(unread, string(o.kind)+" "+o.name)
		}
	}
	var readers, past kindCount
	for _, w := range seen.All {
		if w.Reads(cluster.ConfigMap, d.ConfigMap) || w.Reads(cluster.Secret, d.Secret) {
			if w.Ended {
				past.add(w.Kind)
			} else {
				readers.add(w.Kind)
			}
		}
	}
	var who []string
	if len(readers) > 0 {
		who = append(who, readers.String())
	}
	if len(past) > 0 {
		who = append(who, past.String()+" that ended")
	}
	if len(unread) == 0 {
		return pass("read by " + strings.Join(who, ", and by "))
	}
	detail := "nothing in " + d.Namespace + " reads " + strings.Join(unread, " or ")
	if len(unread) == 1 && len(who) > 0 {
		detail += "; the other one is read by " + strings.Join(who, ", and by ")
	}
	return d.asFarAsSeen(hinted(warn(codeNoReader, detail), d.injects(unread[0])), seen.Unseen)
}

// injects is how an object gets into a Deployment; a pipeline has other ways, which the
// text of the code names.
func (d *Doctor) injects(object string) string {
	kind, name, _ := strings.Cut(object, " ")
	return fmt.Sprintf("%s set env deployment/NAME --from=%s/%s", d.kubectl(d.Namespace), strings.ToLower(kind), hint.ShellWord(name))
}

func anyReads(all []*cluster.Workload, kind cluster.Kind, name string) bool {
	for _, w := range all {
		if w.Reads(kind, name) {
			return true
		}
	}
	return false
}

// readersSubPath is about files that stay as they were when their object changes.
func (d *Doctor) readersSubPath(ctx context.Context) checklist.Finding {
	return d.overReaders(ctx, func(w *cluster.Workload, t *tally) {
		for _, r := range w.References {
			if d.ours(r) && r.Way == cluster.Volumes && r.SubPath != "" {
				t.add(w.Object(), fmt.Sprintf("container %s mounts %s by subPath at %s, which never updates", r.Container, r.Object(), r.Path))
			}
		}
	}, func(t *tally) checklist.Finding {
		if t.empty() {
			return pass("no subPath")
		}
		return hinted(t.finding(checklist.Warn, codeSubPath), "mount the directory and delete subPath: "+d.kubectl(d.Namespace)+" explain pod.spec.containers.volumeMounts")
	})
}

// overReaders looks at each workload that has not ended, and says what came of it as
// far as they could be seen.
func (d *Doctor) overReaders(ctx context.Context, look func(*cluster.Workload, *tally), say func(*tally) checklist.Finding) checklist.Finding {
	seen, err := d.view.Workloads(ctx, d.Namespace)
	if err != nil {
		return d.couldNotLook(err)
	}
	var t tally
	for _, w := range seen.All {
		if !w.Ended {
			look(w, &t)
		}
	}
	return d.asFarAsSeen(say(&t), seen.Unseen)
}

// asFarAsSeen is a finding about workloads of which some could not be seen: that all
// is well is not known then, and neither is that nobody does something. What was found
// wrong stays wrong.
func (d *Doctor) asFarAsSeen(f checklist.Finding, unseen []error) checklist.Finding {
	if len(unseen) == 0 {
		return f
	}
	var lines []string
	for _, err := range unseen {
		lines = append(lines, "not looked at: "+err.Error())
	}
	if f.State == checklist.Pass || f.Code == codeNoReader {
		u := d.couldNotLook(unseen[0])
		u.Evidence = append([]string{"as far as could be seen: " + f.Detail}, lines[1:]...)
		return u
	}
	f.Evidence = append(f.Evidence, lines...)
	return f
}
