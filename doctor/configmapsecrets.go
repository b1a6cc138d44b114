package doctor

import (
	"context"
	"crypto/subtle"
	"fmt"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

// configMapSecrets looks for credentials in the ConfigMap, which everybody in the
// namespace reads: keys that the contract has as sensitive, names of that kind, and
// values that are known by their looks. How bad that is, the policy says.
func (d *Doctor) configMapSecrets(ctx context.Context) checklist.Finding {
	r := d.plainConfiguration(ctx)
	if r.configErr != nil {
		return d.couldNotLook(r.configErr)
	}
	severity, minds := r.CredentialInConfigMap()
	if !minds {
		return pass("the policy allows them")
	}
	var found []checklist.Finding
	values := texts(r.config)
	for _, name := range names(values) {
		what, whole := d.credential(name, string(values[name]))
		if what == "" {
			continue
		}
		f := fail(resolve.CodeSensConfig, fmt.Sprintf("%s %s, and is in the ConfigMap %s", name, what, d.ConfigMap))
		if severity == resolve.Warning {
			f.State = checklist.Warn
		}
		if _, isText := r.config.Data[name]; whole && isText && r.changeable(resolve.ConfigMap) {
			f = d.movedToSecret(ctx, f, name)
		} else {
			f = hinted(f, "take it out, give it in the Secret "+d.Secret+", and change it: "+d.kubectl(d.Namespace)+" edit configmap "+d.ConfigMap)
		}
		found = append(found, f)
	}
	return merged(found, "none among "+counted(len(values), "key"))
}

// credential says why a value is one, "" when it is none, and whether all of it is.
func (d *Doctor) credential(name, value string) (what string, whole bool) {
	key := d.Contract.KeyFor(name)
	if key == nil {
		if meant, sure := d.Contract.Meant(name); sure {
			key = d.Contract.KeyFor(meant)
		}
	}
	switch {
	case value == "":
		return "", false
	case key != nil && key.Sensitive:
		return "is sensitive", true
	case key == nil && form.IsSecretName(name):
		return "is named like a credential", true
	case form.HoldsSecret(value):
		return "holds a credential, by its looks", false
	}
	return "", false
}

// movedToSecret gives a key to the Secret, unless that has another value of it: then
// somebody must decide, and only he knows which is right.
func (d *Doctor) movedToSecret(ctx context.Context, f checklist.Finding, name string) checklist.Finding {
	s, err := d.view.Secret(ctx, d.Namespace, d.Secret)
	here := d.kubectl(d.Namespace)
	switch {
	case err != nil && !absent(err):
		f.Evidence = append(f.Evidence, "whether the Secret has it is not known: "+err.Error())
		return hinted(f, hint.PatchSecretOf(here, d.Secret, name)+" && "+hint.RemoveFromConfigMap(here, d.ConfigMap, name))
	case err != nil:
		return hinted(f, "make the Secret "+d.Secret+" first: a key that is taken out of the ConfigMap must be somewhere")
	case s.Immutable != nil && *s.Immutable:
		return hinted(f, d.immutableHint(resolve.Secret))
	case len(s.Data[name]) == 0:
		return mended(f, checklist.Command{Line: hint.MoveToSecret(here, d.ConfigMap, d.Secret, name)})
	}
	d.Learn(name, string(s.Data[name]))
	if text, err := d.view.ConfigMap(ctx, d.Namespace, d.ConfigMap); err == nil && subtle.ConstantTimeCompare([]byte(text.Data[name]), s.Data[name]) == 1 {
		f.Detail += "; the Secret has the same"
		return mended(f, checklist.Command{Line: hint.RemoveFromConfigMap(here, d.ConfigMap, name)})
	}
	f.Detail += "; the Secret has another value, which does not count"
	return hinted(f, "where that of the Secret is right: "+hint.RemoveFromConfigMap(here, d.ConfigMap, name))
}
