package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

const secretIsThere = "secret.present"

// codeType is of a Secret that is made for something else.
const codeType = "FLTS-K25"

// secretChecks look at the Secret. Only the first does without its values.
func (d *Doctor) secretChecks() []checklist.Check {
	check := func(id, title string, run func(context.Context) checklist.Finding) checklist.Check {
		return checklist.Check{ID: id, Target: "secret", Title: title, Needs: []string{secretIsThere}, Run: run}
	}
	present := check(secretIsThere, "the Secret is in the namespace", d.secretPresent)
	present.Needs = []string{reached}
	return []checklist.Check{
		present,
		check("secret.type", "the Secret is of a type that holds keys of one's own", d.secretType),
		check(secretKeys, "the Secret has its keys under the names of the contract", d.secretKeys),
		check(secretCharacters, "no credential has an extra character", d.secretFindings(secretCharacters)),
		check(secretEncoding, "no credential is encoded twice", d.secretFindings(secretEncoding)),
		check(secretValues, "the credentials are usable", d.secretFindings(secretValues)),
		check("secret.size", "the Secret is below the limits of its size", d.secretSize),
	}
}

func (d *Doctor) secretPresent(ctx context.Context) checklist.Finding {
	_, err := d.view.SecretMetadata(ctx, d.Namespace, d.Secret)
	if cluster.Is(err, cluster.Denied) {
		// Who may not read a Secret may yet be allowed to see which there are.
		if list, listErr := d.view.Secrets(ctx, d.Namespace); listErr == nil {
			for _, m := range list {
				if m.Name == d.Secret {
					return pass(d.Secret + " is there")
				}
			}
			err = &cluster.Fault{Cause: cluster.NotFound, Verb: "get", Resource: "secrets", Namespace: d.Namespace, Name: d.Secret}
		}
	}
	switch {
	case err == nil:
		return pass(d.Secret + " is there")
	case !absent(err):
		return d.couldNotLook(err)
	}
	o := object{kind: "secret", title: "Secret", name: d.Secret, code: codeNoSecret, list: d.view.Secrets, explains: []string{"policy/" + resolve.CodeMissing, "policy/" + resolve.CodeDevDefault}}
	o.seen = func(ctx context.Context, namespace string) error {
		_, err := d.view.SecretMetadata(ctx, namespace, d.Secret)
		return err
	}
	f := d.missing(ctx, o)
	if f.Fix == nil {
		f.Hint = d.kubectl(d.Namespace) + " create secret generic " + d.Secret + " --from-env-file=/dev/stdin   (then type " + d.assignments() + ", a new line and Ctrl-D)"
	}
	return f
}

// assignments are the lines of a new Secret.
func (d *Doctor) assignments() string {
	var all []string
	for _, k := range d.Contract.Keys {
		if k.Sensitive && k.Required {
			all = append(all, k.Name+"=VALUE")
		}
	}
	return strings.Join(all, ", a new line, ")
}

// secretType looks for a Secret that was made for something else: to pull images, to
// serve TLS, to log in as a service account.
func (d *Doctor) secretType(ctx context.Context) checklist.Finding {
	s, err := d.view.Secret(ctx, d.Namespace, d.Secret)
	if err != nil {
		return d.couldNotLook(err)
	}
	mapped := slices.ContainsFunc(names(s.Data), d.Contract.Maps)
	fitting := mapped || s.Type == "" || s.Type == corev1.SecretTypeOpaque || s.Type == corev1.SecretTypeBasicAuth || !strings.Contains(string(s.Type), "kubernetes.io/")
	if fitting {
		return pass("type " + cmp.Or(string(s.Type), string(corev1.SecretTypeOpaque)))
	}
	f := fail(codeType, fmt.Sprintf("%s is of type %s, which is not for credentials of one's own", s.Name, s.Type))
	if slices.ContainsFunc(names(s.Data), func(name string) bool { return d.Contract.KeyFor(name) != nil }) {
		f.State = checklist.Warn
	}
	return hinted(f, d.kubectl(d.Namespace)+" get secrets   shows which other one was meant; the type of a Secret cannot be changed")
}

// secretKeys looks for keys that were meant and have another name, for half a login, and
// for keys that nothing else gives.
func (d *Doctor) secretKeys(ctx context.Context) checklist.Finding {
	r := d.configuration(ctx)
	if r.secretErr != nil {
		return d.couldNotLook(r.secretErr)
	}
	found, said := d.misnamed(r, resolve.Secret)
	for _, f := range r.Findings {
		if r.reporter(f) == secretKeys && !said[f.Key] {
			found, said[f.Key] = append(found, d.report(r, f)), true
		}
	}
	for _, k := range d.notGiven(r) {
		switch {
		case said[k.Key.Name]:
		case r.configErr == nil || absent(r.configErr):
			found = append(found, d.missingCredential(r, k))
		case len(found) == 0:
			return d.couldNotLook(r.configErr) // it says what APP_ENV is, and may have the key
		}
	}
	have, all := r.given(resolve.Secret)
	return merged(found, fmt.Sprintf("%d of %s", have, counted(all, "key")))
}

// notGiven are the required credentials that no object gives. In development their
// defaults do.
func (d *Doctor) notGiven(r *resolved) []*resolve.Resolved {
	var all []*resolve.Resolved
	for _, k := range r.Keys {
		if k.Key.Sensitive && k.Key.Required && (k.Winner < 0 || k.IsDevDefault() && r.AppEnv != resolve.Dev) {
			all = append(all, k)
		}
	}
	return all
}

func (d *Doctor) missingCredential(r *resolved, k *resolve.Resolved) checklist.Finding {
	f := fail(resolve.CodeMissing, fmt.Sprintf("%s has no key %s, which is required", d.Secret, k.Key.Name))
	if k.IsDevDefault() {
		f = warn(resolve.CodeDevDefault, fmt.Sprintf("%s has no key %s, so that of development is used", d.Secret, k.Key.Name))
	}
	f.Explains = []string{"policy/" + f.Code}
	return d.mendedIn(r, resolve.Secret, f, d.typedIntoSecret(k.Key.Name))
}

// secretFindings makes the check that reports what the resolution finds of the Secret.
func (d *Doctor) secretFindings(check string) func(context.Context) checklist.Finding {
	return func(ctx context.Context) checklist.Finding {
		r := d.configuration(ctx)
		if r.secretErr != nil {
			return d.couldNotLook(r.secretErr)
		}
		have, _ := r.given(resolve.Secret)
		passed := map[string]string{secretCharacters: "no extra characters", secretEncoding: "not encoded twice", secretValues: usable(have, "credential")}
		return merged(d.reported(r, check), passed[check])
	}
}

// typedIntoSecret gives a key the value that is typed.
func (d *Doctor) typedIntoSecret(variable string) checklist.Command {
	return checklist.Command{Line: hint.PatchSecretOf(d.kubectl(d.Namespace), d.Secret, variable), Input: "the value of " + variable}
}
