package doctor

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/checklist"
)

// pullSecrets looks at the Secrets with logins for images. The kubelet passes over one
// that is not there, and pulls without a login.
func (d *Doctor) pullSecrets(ctx context.Context) checklist.Finding {
	u, err := d.account(ctx)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case u.unseen != nil:
		return d.couldNotLook(u.unseen)
	}
	named := pullNames(u)
	if len(named) == 0 {
		return pass(fmt.Sprintf("neither %s nor its %d pods name any: images are pulled without a login", u.name, len(u.pods)))
	}
	var gone, there []string
	for _, name := range named {
		_, err := d.view.SecretMetadata(ctx, d.Namespace, name)
		switch {
		case absent(err):
			gone = append(gone, name)
		case err != nil:
			return d.couldNotLook(err)
		default:
			there = append(there, name)
		}
	}
	if len(gone) > 0 {
		f := warn(codeNoPullLogin, fmt.Sprintf("%d of %d pull secrets are not there: %s", len(gone), len(named), enumerated(gone, itself)))
		return hinted(f, d.kubectl(d.Namespace)+" create secret generic "+gone[0]+" --type="+string(corev1.SecretTypeDockerConfigJson)+" --from-file="+corev1.DockerConfigJsonKey+"=$HOME/.docker/config.json")
	}
	other, err := d.notPullSecrets(ctx, there)
	switch {
	case err != nil:
		return d.couldNotLook(err)
	case len(other) > 0:
		f := warn(codeNotPullType, fmt.Sprintf("pull secret %s is not of the type %s, and the kubelet passes over it", enumerated(other, itself), corev1.SecretTypeDockerConfigJson))
		return hinted(f, d.kubectl(d.Namespace)+" get secret "+other[0]+" -o jsonpath='{.type}'")
	}
	return pass(fmt.Sprintf("%d of %d are there", len(there), len(named)))
}

// pullNames are the names that the account gives its pods, and those of pods that name
// their own.
func pullNames(u inUse) []string {
	refs := slices.Clone(u.seen.ImagePullSecrets)
	for _, p := range u.pods {
		refs = append(refs, p.Spec.ImagePullSecrets...)
	}
	var names []string
	for _, r := range refs {
		names = append(names, r.Name)
	}
	return distinct(names...)
}

// notPullSecrets are those that are of neither type that the kubelet takes. The types
// are learnt from lists of metadata, so that no value is read.
func (d *Doctor) notPullSecrets(ctx context.Context, names []string) ([]string, error) {
	for _, t := range []corev1.SecretType{corev1.SecretTypeDockerConfigJson, corev1.SecretTypeDockercfg} {
		if len(names) == 0 {
			break
		}
		of, err := d.view.SecretsOfType(ctx, d.Namespace, t)
		if err != nil {
			return nil, err
		}
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return slices.ContainsFunc(of, func(m metav1.PartialObjectMetadata) bool { return m.Name == name })
		})
	}
	return names, nil
}
