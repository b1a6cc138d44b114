package doctor

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
)

// securityChecks look at what the security checklist asks for, as far as the API lets
// anybody see it. They are advice: a component works without.
func (d *Doctor) securityChecks() []checklist.Check {
	p := &posture{d}
	checks := []checklist.Check{
		p.check("encryption", "the API server is told to encrypt what etcd keeps", p.encryption),
		p.check("external", "a secret manager supplies the Secret", p.external),
		p.check("rotation", "the Secret is not older than 90 days", p.rotation),
		p.check("git", "the Secret lies in no file", p.git),
		p.check("mounted", "the Secret reaches the tasks as files", p.mounted),
		p.check("modes", "the files of the Secret are for the task's user alone", p.modes),
		p.check("environments", "no two environments share the Secret", p.environments),
		p.check("account", "the tasks have a service account of their own", p.account),
		p.check("rbac", "service accounts may read Secrets by name alone", p.rbac),
		p.check("immutable", "in production the ConfigMap is immutable", p.immutable),
		p.check("versioned", "the ConfigMap says which version it is", p.versioned),
		p.check("documented", "the contract describes every key", p.documented),
		p.check("changes", "nobody changed the configuration by hand", p.changes),
		p.check("auditlog", "the API server is told to keep an audit log", p.auditLog),
		p.check("nonroot", "the tasks do not run as root", p.nonRoot),
		p.check("readonly", "the root file systems are read-only", p.readOnly),
		p.check("capabilities", "the tasks have no capabilities", p.capabilities),
		p.check("context", "the tasks cannot gain privileges", p.context),
		p.check("digest", "the images are named by version", p.digest),
		p.check("ingress", "network policies limit who reaches the tasks", p.ingress),
		p.check("egress", "network policies limit what the tasks reach", p.egress),
		p.check("mesh", "a service mesh encrypts between pods", p.mesh),
	}
	for _, a := range asked {
		checks = append(checks, p.check(a.what, a.title, func(context.Context) checklist.Finding {
			return hinted(skip(a.reason), a.command(d))
		}))
	}
	return checks
}

// posture is what the checks of the security checklist share.
type posture struct{ *Doctor }

func (p *posture) check(what, title string, run func(context.Context) checklist.Finding) checklist.Check {
	return checklist.Check{
		ID: "security." + what, Target: "security", Title: title,
		Needs: []string{reached}, Advisory: true, Run: run,
	}
}

// eachReader looks at every workload that reads the configuration. look says what is
// wrong with one, nothing if nothing is.
func (p *posture) eachReader(ctx context.Context, code, wrong, right string, look func(*cluster.Workload) []string) checklist.Finding {
	readers, err := p.readers(ctx)
	var evidence []string
	bad := 0
	for _, w := range readers {
		faults := look(w)
		if len(faults) > 0 {
			bad++
		}
		for _, fault := range faults {
			evidence = append(evidence, shortName(w)+": "+fault)
		}
	}
	switch {
	case bad > 0:
		return fail(code, fmt.Sprintf("%s: %d of %s", wrong, bad, counted(len(readers), "reader")), firstTen(evidence)...)
	case err != nil:
		return p.couldNotLook(err)
	case len(readers) == 0:
		return skip(p.nobody(ctx))
	}
	return pass(fmt.Sprintf("%s (%s)", right, counted(len(readers), "reader")))
}

// nobody is the reason when there is no reader to look at.
func (p *posture) nobody(ctx context.Context) string {
	reason := fmt.Sprintf("nothing that runs in %s reads %s or %s", p.Namespace, p.ConfigMap, p.Secret)
	all, _ := p.workloads(ctx)
	if ended := len(slices.DeleteFunc(all, func(w *cluster.Workload) bool { return !w.Ended })); ended > 0 {
		reason += fmt.Sprintf("; %s ended", counted(ended, "reader has", "readers have"))
	}
	return reason
}

// secretMetadata is the Secret without its values, or the finding when there is none
// to be seen.
func (p *posture) secretMetadata(ctx context.Context) (*metav1.PartialObjectMetadata, *checklist.Finding) {
	m, err := p.view.SecretMetadata(ctx, p.Namespace, p.Secret)
	return m, p.notSeen("Secret "+p.Secret, err)
}

// notSeen is the finding of a check whose object was not read; nil when it was.
func (p *posture) notSeen(what string, err error) *checklist.Finding {
	var f checklist.Finding
	switch {
	case err == nil:
		return nil
	case absent(err):
		f = skip("there is no " + what)
	default:
		f = p.couldNotLook(err)
	}
	return &f
}

// hintedIfFailed is the finding with something to type if it is about readers that
// are not as they should be.
func hintedIfFailed(f checklist.Finding, line string) checklist.Finding {
	if f.State == checklist.Fail {
		f.Hint = line
	}
	return f
}
