package doctor

import (
	"context"
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
	"github.com/flts-run/flts-run/resolve"
)

// secretManagers are those who make Secrets of what they keep, by the API group of the
// object that owns such a Secret.
var secretManagers = map[string]string{
	"external-secrets.io":   "External Secrets Operator",
	"bitnami.com":           "Sealed Secrets",
	"secrets.hashicorp.com": "Vault Secrets Operator",
	"onepassword.com":       "1Password Operator",
	"isindir.github.com":    "SOPS Secrets Operator",
}

// managedLabels are what a secret manager leaves on a Secret that it owns otherwise.
var managedLabels = map[string]string{
	"reconcile.external-secrets.io/managed": "External Secrets Operator",
	"secrets-store.csi.k8s.io/managed":      "Secrets Store CSI driver",
}

func (p *posture) external(ctx context.Context) checklist.Finding {
	m, f := p.secretMetadata(ctx)
	if f == nil {
		if manager := secretManager(m.ObjectMeta); manager != "" {
			return pass(fmt.Sprintf("%s comes from %s", p.Secret, manager))
		}
	}
	readers, err := p.readers(ctx)
	for _, w := range readers {
		if manager := injector(w); manager != "" {
			return pass(fmt.Sprintf("%s puts secrets into %s", manager, shortName(w)))
		}
	}
	switch {
	case f != nil:
		return *f
	case err != nil:
		return p.couldNotLook(err)
	}
	return hinted(fail(codeHandmadeSecret, p.Secret+" comes from no secret manager that we know"),
		p.kubectl("")+" api-resources --api-group=external-secrets.io")
}

func secretManager(o metav1.ObjectMeta) string {
	for _, owner := range o.OwnerReferences {
		group, _, _ := strings.Cut(owner.APIVersion, "/")
		if name := secretManagers[group]; name != "" {
			return name
		}
	}
	for _, label := range slices.Sorted(maps.Keys(managedLabels)) {
		if o.Labels[label] == "true" {
			return managedLabels[label]
		}
	}
	return ""
}

// injector is what brings secrets into a pod past the Secrets of Kubernetes.
func injector(w *cluster.Workload) string {
	if w.Meta.Annotations["vault.hashicorp.com/agent-inject"] == "true" {
		return "the Vault agent"
	}
	if slices.ContainsFunc(w.Specs[0].Volumes, func(v corev1.Volume) bool {
		return v.CSI != nil && v.CSI.Driver == "secrets-store.csi.k8s.io"
	}) {
		return "the Secrets Store CSI driver"
	}
	return ""
}

// rotationDays is how old the seed lets a credential become.
const rotationDays = 90

func (p *posture) rotation(ctx context.Context) checklist.Finding {
	m, f := p.secretMetadata(ctx)
	if f != nil {
		return *f
	}
	changes := cluster.RecordOf(&m.ObjectMeta).Changes()
	if len(changes) == 0 {
		return hinted(unknown("", "the API does not say when "+p.Secret+" was changed"), p.managedFields("secret", p.Secret))
	}
	last := changes[0]
	days := int(p.Now().Sub(last.At) / (24 * time.Hour))
	detail := fmt.Sprintf("%s was last written %s ago, by %s", p.Secret, counted(days, "day"), last.By)
	if days <= rotationDays {
		return pass(detail)
	}
	var keys []string
	for _, c := range changes {
		keys = append(keys, c.Keys...)
	}
	slices.Sort(keys)
	return hinted(fail(codeOldSecret, detail), hint.PatchSecretOf(p.kubectl(p.Namespace), p.Secret, p.firstSensitive(keys)))
}

// firstSensitive is the first key that the contract keeps secret, else the first.
func (p *posture) firstSensitive(keys []string) string {
	for _, name := range keys {
		if k := p.Contract.KeyFor(name); k != nil && k.Sensitive {
			return name
		}
	}
	return keys[0]
}

// managedFields is the command that shows who wrote what of an object, and no values.
func (p *posture) managedFields(kind, name string) string {
	return p.kubectl(p.Namespace) + " get " + kind + " " + hint.ShellWord(name) + " -o jsonpath='{.metadata.managedFields}'"
}

// git cannot see a repository. A copy of the Secret that kubectl apply left in it is
// the proof that somebody has it in a file.
func (p *posture) git(ctx context.Context) checklist.Finding {
	const search = "git log --all --oneline -G 'kind: *Secret'"
	m, f := p.secretMetadata(ctx)
	if f != nil {
		return *f
	}
	if _, applied := m.Annotations[corev1.LastAppliedConfigAnnotation]; applied {
		return hinted(fail(codeSecretInFile, p.Secret+" was made by kubectl apply of a file, and has a copy of it in an annotation"), search)
	}
	return hinted(skip("the Secret has no copy of a file, and repositories cannot be seen from here"), search)
}

func (p *posture) mounted(ctx context.Context) checklist.Finding {
	f := p.eachReader(ctx, codeSecretVariable, "the Secret is in the environment of the task", "no task has the Secret in its environment", func(w *cluster.Workload) []string {
		var faults []string
		for c := range cluster.Containers(&w.Specs[0]) {
			if variables := p.secretVariables(w, c.Name); variables != nil {
				faults = append(faults, fmt.Sprintf("container %s: %s", c.Name, strings.Join(firstTen(variables), ", ")))
			}
		}
		return faults
	})
	return hintedIfFailed(f, p.kubectl("")+" explain pod.spec.volumes.secret")
}

// secretVariables are the variables that a container has of the Secret; "*" is all of it.
func (p *posture) secretVariables(w *cluster.Workload, container string) []string {
	var all []string
	for _, r := range w.References {
		if r.Container != container || r.Object() != "Secret "+p.Secret {
			continue
		}
		switch r.Way {
		case cluster.EnvFrom:
			all = append(all, r.Prefix+"*")
		case cluster.Env:
			all = append(all, r.Variable)
		}
	}
	return all
}

// forOthers are the bits of a mode that let somebody read who is neither the owner nor
// of the pod's group, or anybody but the owner write.
const forOthers = 0o037

func (p *posture) modes(ctx context.Context) checklist.Finding {
	f := p.eachReader(ctx, resolve.CodeOpenFile, "every user of the container can read the Secret", "the Secret is mounted for its user alone, or not at all", func(w *cluster.Workload) []string {
		var faults []string
		last := "" // a volume stands again for each container that mounts it
		for _, r := range w.References {
			if r.Way != cluster.Volumes || r.Object() != "Secret "+p.Secret || r.Volume == last {
				continue
			}
			modes := r.Modes()
			if i := slices.IndexFunc(modes, func(mode int32) bool { return mode&forOthers != 0 }); i >= 0 {
				faults = append(faults, fmt.Sprintf("volume %s has mode %#o", r.Volume, modes[i]))
				last = r.Volume
			}
		}
		return faults
	})
	return hintedIfFailed(f, p.kubectl("")+" explain pod.spec.volumes.secret.defaultMode")
}

func (p *posture) environments(ctx context.Context) checklist.Finding {
	own, err := p.appEnv(ctx)
	if err != nil {
		return p.couldNotLook(err)
	}
	of := map[string][]string{}
	readers, err := p.readers(ctx)
	for _, w := range readers {
		if env := environmentOf(w, own); env != "" {
			of[env] = append(of[env], shortName(w))
		}
	}
	var evidence, environments []string
	for env, names := range of {
		environments = append(environments, env)
		evidence = append(evidence, env+": "+strings.Join(firstTen(names), ", "))
	}
	slices.Sort(environments)
	slices.Sort(evidence)
	switch {
	case len(environments) > 1:
		return hinted(fail(codeSharedSecret, fmt.Sprintf("%s read the same objects", strings.Join(environments, " and ")), firstTen(evidence)...),
			p.kubectl(p.Namespace)+" get deploy,sts,cronjob,pods -L environment")
	case err != nil:
		return p.couldNotLook(err)
	case len(readers) == 0:
		return skip(p.nobody(ctx))
	case len(environments) == 0:
		return skip("nothing says which environment this is: APP_ENV, or a label environment")
	}
	return pass(fmt.Sprintf("%s alone reads them", environments[0]))
}

// environmentOf is what a workload says it belongs to, or what the namespace is.
func environmentOf(w *cluster.Workload, own resolve.AppEnv) string {
	said := own
	for _, label := range []string{"environment", "env", "app.kubernetes.io/environment"} {
		if text := w.Meta.Labels[label]; text != "" {
			said = resolve.AppEnv(text)
			if env, err := resolve.ParseAppEnv(text); err == nil {
				said = env // production is prod
			}
		}
	}
	for c := range cluster.Containers(&w.Specs[0]) {
		for _, e := range c.Env {
			if env, err := resolve.ParseAppEnv(e.Value); e.Name == "APP_ENV" && err == nil && env != "" {
				said = env
			}
		}
	}
	return string(said)
}
