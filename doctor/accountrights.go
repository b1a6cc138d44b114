package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// artifactSecret is what the launcher of Kubeflow Pipelines reads where nothing else is
// configured.
const artifactSecret = "mlpipeline-minio-artifact"

// RunnerRights are those that the launcher of Kubeflow Pipelines has use for in the
// namespace of the runs, where secret is the Secret of the contract. Whoever reads the
// objects by envFrom or from a volume needs none: the kubelet does that.
func RunnerRights(namespace, secret string) (configMaps, secrets []cluster.Right) {
	for _, verb := range []string{"get", "list", "watch"} {
		configMaps = append(configMaps, cluster.Right{Verb: verb, Resource: "configmaps", Namespace: namespace})
	}
	for _, name := range distinct(artifactSecret, secret) {
		secrets = append(secrets, cluster.Right{Verb: "get", Resource: "secrets", Namespace: namespace, Name: name})
	}
	return configMaps, secrets
}

func (d *Doctor) accountRights(ctx context.Context) checklist.Finding {
	u, err := d.account(ctx)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case !u.kfp && u.unseen != nil:
		return d.couldNotLook(u.unseen)
	case !u.kfp:
		return skip("no component of Kubeflow Pipelines was seen; others need no rights to get a ConfigMap or a Secret")
	}
	configMaps, secrets := RunnerRights(d.Namespace, d.Secret)
	var missing []string
	var fixes []checklist.Command
	for _, wanted := range []struct {
		role   string
		rights []cluster.Right
	}{{u.name + "-reads-configmaps", configMaps}, {u.name + "-reads-secrets", secrets}} {
		lacking, err := d.lacking(ctx, u, wanted.rights)
		if err != nil {
			return d.couldNotLook(err)
		}
		if len(lacking) > 0 {
			fixes = append(fixes, d.grant(u, wanted.role, lacking)...)
			missing = append(missing, rightTexts(lacking)...)
		}
	}
	if len(missing) > 0 {
		return mended(fail(codeMayTooFew, fmt.Sprintf("service account %s may not %s", u.name, strings.Join(missing, ", nor "))), fixes...)
	}
	return pass(fmt.Sprintf("%s may %s", u.name, strings.Join(append(rightTexts(configMaps), rightTexts(secrets)...), ", ")))
}

// lacking are the rights that the account does not have.
func (d *Doctor) lacking(ctx context.Context, u inUse, rights []cluster.Right) ([]cluster.Right, error) {
	var lacking []cluster.Right
	for _, r := range rights {
		may, err := d.view.MayAccount(ctx, u.in(d.Namespace), r)
		if err != nil {
			return nil, err
		}
		if !may {
			lacking = append(lacking, r)
		}
	}
	return lacking, nil
}

// grant are the commands that give rights to one resource, by a role of their own. What
// that role has already, it keeps.
func (d *Doctor) grant(u inUse, role string, rights []cluster.Right) []checklist.Command {
	var verbs, names []string
	for _, r := range rights {
		if !slices.Contains(verbs, r.Verb) {
			verbs = append(verbs, r.Verb)
		}
		if r.Name != "" {
			names = append(names, " --resource-name="+hint.ShellWord(r.Name))
		}
	}
	add := func(object string) checklist.Command {
		return checklist.Command{Line: d.kubectl(d.Namespace) + " create " + object + " --dry-run=client -o yaml | " + d.kubectl(d.Namespace) + " auth reconcile -f -"}
	}
	return []checklist.Command{
		add("role " + role + " --verb=" + strings.Join(verbs, ",") + " --resource=" + rights[0].Resource + strings.Join(names, "")),
		add("rolebinding " + role + " --role=" + role + " --serviceaccount=" + d.Namespace + ":" + u.name),
	}
}

// rightTexts says rights as kubectl auth can-i takes them, those to one object
// together: "get,list configmaps", "get secrets/flts-secrets".
func rightTexts(rights []cluster.Right) []string {
	var all []string
	verbs, last := "", ""
	for _, r := range rights {
		object := r.Resource
		if r.Subresource != "" {
			object += "/" + r.Subresource
		}
		if r.Name != "" {
			object += "/" + r.Name
		}
		if object == last {
			verbs += "," + r.Verb
			all[len(all)-1] = verbs + " " + object
			continue
		}
		verbs, last = r.Verb, object
		all = append(all, verbs+" "+object)
	}
	return all
}
