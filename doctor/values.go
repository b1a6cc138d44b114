package doctor

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/checklist/codes"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

// Checks that report what the resolution finds.
const (
	configMapAddresses = "configmap.addresses"
	configMapValues    = "configmap.values"
	configMapSecrets   = "configmap.secrets"
	secretKeys         = "secret.keys"
	secretCharacters   = "secret.characters"
	secretEncoding     = "secret.encoding"
	secretValues       = "secret.values"
	policyComplete     = "policy.complete"
	policyCredentials  = "policy.credentials"
	policyTLS          = "policy.tls"
	policyVerification = "policy.verification"
)

// reporter is the check that reports a finding of the resolution. Each has one, so that
// none is lost.
func (r *resolved) reporter(f resolve.Finding) string {
	switch f.Code {
	case resolve.CodeKnownPair, resolve.CodeDevDefault:
		return policyCredentials
	case resolve.CodePlainHTTP:
		return policyTLS
	case resolve.CodeUnverified:
		return policyVerification
	case resolve.CodeMissing:
		return policyComplete
	case resolve.CodeSensConfig:
		return configMapSecrets
	case resolve.CodeHalfPair:
		return secretKeys
	}
	switch r.layer(f.Key) {
	case resolve.ConfigMap:
		if slices.Contains(addressCodes(), f.Code) {
			return configMapAddresses
		}
		return configMapValues
	case resolve.Secret:
		switch f.Code {
		case resolve.CodeStray, resolve.CodeStraySecret, resolve.CodeStrayProof, resolve.CodeNotText:
			return secretCharacters
		case resolve.CodeTwice:
			return secretEncoding
		}
		return secretValues
	}
	return policyComplete
}

func addressCodes() []string {
	return []string{
		resolve.CodeLocalhost, resolve.CodeNumeric, resolve.CodeNoScheme, resolve.CodeScheme, resolve.CodeExtraParts,
		resolve.CodeObjectURI, resolve.CodeServiceLink, resolve.CodeLocalStore,
	}
}

// reported are the findings of the resolution that a check reports.
func (d *Doctor) reported(r *resolved, check string) []checklist.Finding {
	var found []checklist.Finding
	for _, f := range r.Findings {
		if r.reporter(f) == check {
			found = append(found, d.report(r, f))
		}
	}
	return found
}

// report is a finding of the resolution as one of a check, with what mends it.
func (d *Doctor) report(r *resolved, f resolve.Finding) checklist.Finding {
	if r.quotesSecret(f) {
		title, _ := codes.Explain(f.Code)
		f.Message = cmp.Or(strings.Join(f.Keys, ", "), f.Key) + " (Secret " + d.Secret + "): " + title.Title
		f.Hint = "what is no credential belongs into the ConfigMap, where its value may be seen"
	}
	one := warn(f.Code, d.inObject(r, f.Message))
	if f.Severity == resolve.Error {
		one.State = checklist.Fail
	}
	fix := d.mends(r, f)
	// A command of resolve's does not know the name of the Secret.
	advice, _, _ := strings.Cut(f.Hint, "; then kubectl")
	switch {
	case fix == nil && !r.changeable(r.layer(f.Key)):
		one.Hint = d.immutableHint(r.layer(f.Key))
	case fix == nil:
		one.Hint = f.Hint
	case advice != "" && !strings.Contains(advice, "--patch-file"):
		one.Evidence = []string{advice}
	}
	if slices.Contains([]string{resolve.CodeStray, resolve.CodeStraySecret, resolve.CodeStrayProof}, f.Code) && strings.HasSuffix(r.raw(f.Key), "\n") {
		one.Evidence = append(one.Evidence, "a variable has the newline; of a mounted file flts-run takes one newline away, and other programs do not")
	}
	return mended(one, fix...)
}

// quotesSecret reports a finding that may have a value of the Secret in its words, since
// the contract does not have the key as sensitive. Nothing of a Secret is said.
func (r *resolved) quotesSecret(f resolve.Finding) bool {
	return slices.ContainsFunc(slices.Concat(f.Keys, []string{f.Key}), func(key string) bool {
		k := r.Get(key)
		return k != nil && !k.Key.Sensitive && r.gives(resolve.Secret, key)
	})
}

// inObject says of a variable that is no key in which object it is. The resolution knows
// only the environment that both make.
func (d *Doctor) inObject(r *resolved, message string) string {
	name, rest, found := strings.Cut(message, " (env) ")
	if !found || r.config == nil {
		return message
	}
	if _, here := r.config.Data[name]; here {
		return name + " (ConfigMap " + d.ConfigMap + ") " + rest
	}
	return name + " (Secret " + d.Secret + ") " + rest
}

// raw is the value of a key as it is in its object.
func (r *resolved) raw(key string) string {
	switch k := r.Get(key); r.layer(key) {
	case resolve.ConfigMap:
		return r.config.Data[k.Variable()]
	case resolve.Secret:
		return string(r.secret.Data[k.Variable()])
	}
	return ""
}

// mends are the commands that mend a finding about a key; nil when they are not known.
func (d *Doctor) mends(r *resolved, f resolve.Finding) []checklist.Command {
	k := r.Get(f.Key)
	if k == nil {
		return nil
	}
	switch f.Code {
	case resolve.CodeDisagree, resolve.CodePlainHTTP, resolve.CodeUnverified, resolve.CodeStale, resolve.CodeDevDefault:
		return nil // which of two is right, and what a server speaks, nobody can tell from here
	case resolve.CodeKnownPair, resolve.CodeSwapped:
		return d.mendsPair(r, f)
	}
	switch layer := r.layer(f.Key); {
	case layer == 0 && k.Key.Sensitive && r.changeable(resolve.Secret):
		return []checklist.Command{d.typedIntoSecret(f.Key)}
	case layer == 0 && !k.Key.Sensitive && r.changeable(resolve.ConfigMap):
		return []checklist.Command{d.typedIntoConfigMap(f.Key, k.Key.Placeholder(""))}
	case layer == resolve.ConfigMap && !k.Key.Sensitive && r.changeable(layer):
		return []checklist.Command{d.mendsConfigMap(r, k)}
	case layer == resolve.Secret && r.changeable(layer):
		return []checklist.Command{d.mendsSecret(r, k, f.Code)}
	}
	return nil
}

// changeable reports an object that is there and that the API lets somebody change.
func (r *resolved) changeable(layer resolve.Layer) bool {
	switch layer {
	case resolve.Secret:
		return r.secretErr == nil && r.secret != nil && (r.secret.Immutable == nil || !*r.secret.Immutable)
	case resolve.ConfigMap:
		return r.configErr == nil && (r.config.Immutable == nil || !*r.config.Immutable)
	}
	return true // a default, which is in no object
}

// mendedIn is the finding with the commands that mend it in an object, if that takes a
// change.
func (d *Doctor) mendedIn(r *resolved, layer resolve.Layer, f checklist.Finding, commands ...checklist.Command) checklist.Finding {
	if !r.changeable(layer) {
		return hinted(f, d.immutableHint(layer))
	}
	return mended(f, commands...)
}

// immutableHint is for an object that is not changeable.
func (d *Doctor) immutableHint(layer resolve.Layer) string {
	kind, name := d.objectOf(layer)
	return d.kubectl(d.Namespace) + " describe " + kind + " " + name + "   shows its keys; it is immutable, so make another one and name that in the pods"
}

func (d *Doctor) mendsConfigMap(r *resolved, k *resolve.Resolved) checklist.Command {
	variable := k.Variable()
	if values := k.Key.Mended(variable, r.raw(k.Key.Name)); values != nil && values[variable] != r.raw(k.Key.Name) {
		return d.setInConfigMap(values)
	}
	like := k.Key.Placeholder("")
	if d := k.Candidates[len(k.Candidates)-1]; variable == k.Key.Name && d.Layer == resolve.Defaults && !d.Empty {
		like = d.Value.String()
	}
	return d.typedIntoConfigMap(variable, like)
}

// mendsSecret writes a value again without anybody seeing it, where the right one is in
// it, and else has it typed.
func (d *Doctor) mendsSecret(r *resolved, k *resolve.Resolved, code string) checklist.Command {
	variable := k.Variable()
	value := r.raw(k.Key.Name)
	rewritten := func(template string) checklist.Command {
		return checklist.Command{Line: hint.RewriteSecret(d.kubectl(d.Namespace), d.Secret, variable, template)}
	}
	switch bare := strings.TrimRight(value, "\n"); {
	case code == resolve.CodeTwice && !strings.ContainsAny(value, "-_"):
		return rewritten(`{{index .data "` + variable + `"|base64decode|base64decode}}`)
	case bare != value && k.Key.Takes(variable, bare):
		return rewritten(`{{index .data "` + variable + `"|base64decode}}`)
	}
	return d.typedIntoSecret(variable)
}

// mendsPair exchanges two credentials that are in each other's place, and has those typed
// that everybody knows.
func (d *Doctor) mendsPair(r *resolved, f resolve.Finding) []checklist.Command {
	var variables []string
	for _, s := range d.Contract.Services {
		for _, pair := range [][2]string{{s.AccessKey, s.SecretKey}, {s.Username, s.Password}} {
			if pair[0] == f.Key && r.layer(pair[0]) == resolve.Secret && r.layer(pair[1]) == resolve.Secret {
				variables = []string{r.Get(pair[0]).Variable(), r.Get(pair[1]).Variable()}
			}
		}
	}
	switch {
	case variables == nil || !r.changeable(resolve.Secret):
		return nil
	case f.Code == resolve.CodeSwapped:
		const aside = "flts-aside"
		return []checklist.Command{d.patch(resolve.Secret, "json", []step{move(variables[0], aside), move(variables[1], variables[0]), move(aside, variables[1])})}
	}
	return []checklist.Command{d.typedIntoSecret(variables[0]), d.typedIntoSecret(variables[1])}
}

// usable says that nothing is wrong with so many things.
func usable(n int, thing string) string {
	if n == 0 {
		return "no " + thing
	}
	return counted(n, thing) + " usable"
}

// configMapFindings makes the check that reports what the resolution finds of the
// ConfigMap. what is one of those that pass.
func (d *Doctor) configMapFindings(check, what string) func(context.Context) checklist.Finding {
	return func(ctx context.Context) checklist.Finding {
		r := d.plainConfiguration(ctx)
		if r.configErr != nil {
			return d.couldNotLook(r.configErr)
		}
		n := 0
		for _, k := range r.Keys {
			isAddress := k.Key.Type == resolve.Web || k.Key.Type == resolve.HostPort
			if r.layer(k.Key.Name) == resolve.ConfigMap && !k.Key.Sensitive && isAddress == (check == configMapAddresses) {
				n++
			}
		}
		return merged(d.reported(r, check), usable(n, what))
	}
}
