package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

func (p *posture) immutable(ctx context.Context) checklist.Finding {
	config, err := p.view.ConfigMap(ctx, p.Namespace, p.ConfigMap)
	if f := p.notSeen("ConfigMap "+p.ConfigMap, err); f != nil {
		return *f
	}
	env, err := p.appEnv(ctx)
	switch {
	case err != nil:
		return p.couldNotLook(err)
	case config.Immutable != nil && *config.Immutable:
		return pass(p.ConfigMap + " is immutable")
	case env != resolve.Prod:
		return skip("APP_ENV is not prod")
	}
	return hinted(fail(codeMutableConfig, p.ConfigMap+" can be changed under running tasks"),
		p.kubectl("")+" explain configmap.immutable")
}

// versionLabels are where the tools in use write which version of a configuration an
// object is, or which they keep it equal to; in labels or in annotations.
var versionLabels = []string{
	"app.kubernetes.io/version", "version", "helm.sh/chart",
	"argocd.argoproj.io/instance", "argocd.argoproj.io/tracking-id", "kustomize.toolkit.fluxcd.io/name",
}

func (p *posture) versioned(ctx context.Context) checklist.Finding {
	config, err := p.view.ConfigMap(ctx, p.Namespace, p.ConfigMap)
	if f := p.notSeen("ConfigMap "+p.ConfigMap, err); f != nil {
		return *f
	}
	for _, name := range versionLabels {
		for _, on := range []map[string]string{config.Labels, config.Annotations} {
			if value := on[name]; value != "" {
				return pass(fmt.Sprintf("%s has %s %q", p.ConfigMap, name, value))
			}
		}
	}
	return hinted(fail(codeUnversionedConfig, p.ConfigMap+" has no label that says which version it is"),
		p.kubectl(p.Namespace)+" label configmap "+hint.ShellWord(p.ConfigMap)+" app.kubernetes.io/version=VERSION")
}

func (p *posture) documented(ctx context.Context) checklist.Finding {
	config, err := p.view.ConfigMap(ctx, p.Namespace, p.ConfigMap)
	if f := p.notSeen("ConfigMap "+p.ConfigMap, err); f != nil {
		return *f
	}
	var undescribed []string
	known := 0
	for name := range texts(config) {
		switch key := p.Contract.KeyFor(name); {
		case key != nil && key.Doc != "", name == "APP_ENV":
			known++
		default:
			undescribed = append(undescribed, name)
		}
	}
	slices.Sort(undescribed)
	if undescribed != nil {
		return hinted(fail(codeUndescribedKey, fmt.Sprintf("%s of %s without a description in the contract",
			counted(len(undescribed), "key"), p.ConfigMap), firstTen(undescribed)...), "fltsctl doctor --contract FILE")
	}
	return pass(counted(known, "key") + " of " + p.ConfigMap + ", all described")
}

// byHand are the names under which tools write that people change one object with.
var byHand = []string{"kubectl-edit", "kubectl-patch", "kubectl-replace", "node-fetch", "k9s", "rancher", "dashboard", "Mozilla"}

// changes looks for keys that somebody changed in the cluster, beside what the object
// is made from: the next apply, or nobody, puts them back.
func (p *posture) changes(ctx context.Context) checklist.Finding {
	config, configErr := p.view.ConfigMap(ctx, p.Namespace, p.ConfigMap)
	secret, secretErr := p.view.SecretMetadata(ctx, p.Namespace, p.Secret)
	var changed, seen []string
	look := func(what string, meta metav1.ObjectMeta) {
		if all := cluster.RecordOf(&meta).Changes(); len(all) > 0 {
			seen = append(seen, what+" by "+all[0].By)
			changed = append(changed, changedByHand(what, all)...)
		}
	}
	if configErr == nil {
		look("ConfigMap "+p.ConfigMap, config.ObjectMeta)
	}
	if secretErr == nil {
		look("Secret "+p.Secret, secret.ObjectMeta)
	}
	switch {
	case changed != nil:
		return hinted(fail(codeChangedByHand, counted(len(changed), "change")+" by hand", firstTen(changed)...), p.managedFields("configmap", p.ConfigMap))
	case absent(configErr) && absent(secretErr):
		return skip("there is neither " + p.ConfigMap + " nor " + p.Secret)
	case configErr != nil && !absent(configErr):
		return p.couldNotLook(configErr)
	case secretErr != nil && !absent(secretErr):
		return p.couldNotLook(secretErr)
	case seen == nil:
		return unknown("", "the API does not say who changed them")
	}
	return pass("written last: " + strings.Join(seen, ", "))
}

// changedByHand says what was changed of an object that comes from somewhere else. One
// that is kept by hand alone has nothing that it could differ from.
func changedByHand(what string, changes []cluster.Change) []string {
	isHand := func(c cluster.Change) bool { return slices.Contains(byHand, c.By) }
	i := slices.IndexFunc(changes, func(c cluster.Change) bool { return !isHand(c) })
	if i < 0 {
		return nil
	}
	var all []string
	for _, c := range changes {
		if isHand(c) {
			all = append(all, fmt.Sprintf("%s, made by %s: %s by %s", what, changes[i].By, strings.Join(firstTen(c.Keys), ", "), c.By))
		}
	}
	return all
}
