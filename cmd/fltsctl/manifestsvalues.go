package main

import (
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/internal/places"
	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/manifests"
	"github.com/flts-run/flts-run/resolve"
)

// sharedOptions are what the environments have in common.
type sharedOptions struct {
	contract *resolve.Contract
	set      resolve.Source  // of --set
	dotenv   *resolve.Source // of --env-file; nil is none
	store    manifests.Store
	egress   manifests.Egress
	parts    []manifests.Kind
}

func (r *runner) sharedManifests(s *settings) sharedOptions {
	shared := sharedOptions{parts: s.wantedParts(), egress: s.egress(), store: s.store()}
	for _, p := range shared.parts {
		if !slices.Contains(manifests.Kinds, p) {
			s.problem(usage(near.DidYouMean(string(p), partNames(), "they are "+strings.Join(partNames(), ", ")), "--only %s is no part", p))
		}
	}
	contract, err := contractPlaces{contract: s.value(madeContractOption)}.readContract()
	if s.check(err); err != nil {
		return shared
	}
	shared.contract = s.contractWithNames(contract)
	for _, name := range []string{shared.contract.Objects.ConfigMap, shared.contract.Objects.Secret, s.value(madeAccountOption)} {
		if wrong := validation.IsDNS1123Subdomain(name); wrong != nil {
			s.problem(usage("write small letters, digits, '-' and '.'", "%q cannot be the name of an object", name))
		}
	}
	shared.set = s.setValues(contract)
	if file := s.value(secretFileOption); file != "" {
		shared.dotenv = r.secretFile(s, contract, file)
	}
	return shared
}

// setValues are those of --set, above all others. Variables of this machine are not
// asked: what they say of certificates and hosts is about this machine.
func (s *settings) setValues(c *resolve.Contract) resolve.Source {
	data := map[string][]byte{}
	given := s.pairs(setOption)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch k := c.KeyFor(name); {
		case k == nil:
			s.problem(usage(near.DidYouMean(name, c.Names(), "flts-run config lists the keys"), "--set %s: there is no such key in the contract", name))
		case k.Sensitive:
			s.problem(usage("give it by --env-file, or - for stdin", "--set %s: it is sensitive, and a command line is for everybody to see", name))
		}
		data[name] = []byte(given[name])
	}
	return resolve.ReadObject(c, "--set", resolve.ConfigMap, data)
}

// secretFile reads the values of the Secret. What the mask learns here is never shown.
func (r *runner) secretFile(s *settings, c *resolve.Contract, file string) *resolve.Source {
	text, err := r.readInput(file)
	switch {
	case err != nil:
		s.problem(usage("", "cannot read --env-file %s: %w", file, err))
		return nil
	case len(text) > maxParams:
		s.problem(usage("", "--env-file %s is larger than %d MiB", file, maxParams>>20))
		return nil
	}
	name := file
	if file == "-" {
		name = "stdin"
	}
	src, err := resolve.ParseDotenv(c, name, string(text))
	if err != nil {
		s.problem(usage("", "--env-file: %w", err))
	}
	for name, value := range src.Values {
		if c.KeyFor(name).Sensitive {
			r.out.Mask.Add(name, value.Text.Reveal())
		}
	}
	if len(src.Others) > 0 {
		r.out.Line("warning", fmt.Sprintf("the contract does not know %s of %s, and the Secret has nothing of it", strings.Join(src.Others, ", "), name), "")
	}
	return &src
}

// manifestsOf is what is made for one environment.
func (r *runner) manifestsOf(s *settings, shared sharedOptions, env string) manifests.Options {
	appEnv, err := resolve.ParseAppEnv(env)
	if err != nil {
		s.problem(usage("set APP_ENV to dev, staging or prod", "%w", err))
		return manifests.Options{}
	}
	if s.boolean(kustomizeOption) {
		// In a tree, the Secret of dev is made of a file, and those of the others come
		// from the store.
		if appEnv == resolve.Dev {
			shared.store = manifests.Store{}
		} else {
			shared.dotenv = nil
		}
	}
	namespace := s.namespaceIn(madeNamespaceOption, appEnv)
	values, err := s.valuesIn(shared, appEnv, namespace)
	if err != nil {
		s.problem(err)
		return manifests.Options{}
	}
	r.judgeValues(s, values, shared.dotenv)
	o := manifests.Options{
		Contract: shared.contract, Values: values, Namespace: namespace, Kinds: shared.parts,
		Account: s.value(madeAccountOption), Rights: func(secret string) []rbacv1.PolicyRule { return runnerRules(namespace, secret) },
		Keys: s.list(secretKeyOption), Store: shared.store, Immutable: s.boolean(immutableOption), Egress: shared.egress,
	}
	if strings.Contains(o.Store.Remote, appEnvInName) && appEnv == "" {
		s.problem(usage("add --app-env", "--remote %s names APP_ENV, which is not set", o.Store.Remote))
	}
	o.Store.Remote = inEnvironment(o.Store.Remote, appEnv)
	if group := s.value(doctorGroupOption); group != "" {
		o.Grants = []manifests.Grant{doctorGrant(o, group)}
	}
	if shared.dotenv != nil {
		o.Credentials = credentialsOf(values)
	}
	return o
}

// valuesIn are the values that flts-run has in an environment, in a pod of a namespace.
func (s *settings) valuesIn(shared sharedOptions, env resolve.AppEnv, namespace string) (*resolve.Resolution, error) {
	at := contractPlaces{
		contract: s.value(madeContractOption), appEnv: string(env), configDir: s.value(madeConfigDirOption), yamlDir: s.value(madeYAMLDirOption),
		namespace: s.namespaceIn(servicesSpaceOption, env), inPod: true,
		also: places.Sources{places.ConfigMapPrefixed: {shared.set}},
	}
	if at.namespace == "" && shared.contract.FromPod {
		at.namespace = namespace
	}
	if shared.dotenv != nil {
		at.also.Put(places.DotenvFile, *shared.dotenv)
	}
	_, values, err := at.resolve()
	return values, err
}

// namespaceIn is the value of an option that is a namespace.
func (s *settings) namespaceIn(o option, env resolve.AppEnv) string {
	name := inEnvironment(s.value(o), env)
	if wrong := validation.IsDNS1123Label(name); name != "" && wrong != nil {
		mend := "write small letters, digits and '-'"
		if env == "" && name != s.value(o) {
			mend = "add --app-env"
		}
		s.problem(usage(mend, "--%s: %q cannot be the name of a namespace", o.flag, name))
	}
	return name
}

// judgeValues says what flts-run will say of the values. What is wrong with a value that
// was given for the Secret is a problem; what the environment forbids about the others
// is only said, since a ConfigMap can be changed.
func (r *runner) judgeValues(s *settings, values *resolve.Resolution, dotenv *resolve.Source) {
	shapes := redact.Set{}
	shapes.AddKnownShapes()
	for _, k := range values.Keys {
		switch text := k.Value.Reveal(); {
		case !k.Key.Sensitive && shapes.Mask(text) != text:
			s.problem(usage("give it by a sensitive key, or take it out of "+k.Key.Name, "%s (%s) holds a credential, and a ConfigMap is for everybody to read", k.Key.Name, k.Origin()))
		case dotenv != nil && k.Key.Sensitive && k.Key.Required && k.Set && !givenForSecret(k) && !k.IsDevDefault():
			s.problem(usage("add it to the file", "%s is required, and --env-file does not give it", k.Key.Name))
		}
	}
	for _, f := range values.Findings {
		k := values.Get(f.Key)
		switch {
		case k != nil && k.Key.Sensitive && dotenv == nil && (!k.Set || k.IsDevDefault()):
			// There will be a Secret.
		case k != nil && k.Key.Sensitive && f.Severity == resolve.Error:
			s.problem(usage(f.Hint, "%s [%s]", f.Message, f.Code))
		case f.Severity == resolve.Error:
			r.out.Line("warning", fmt.Sprintf("with APP_ENV=%s no task will start: %s [%s]", values.AppEnv, f.Message, f.Code), f.Hint)
		default:
			r.out.Line("warning", fmt.Sprintf("%s [%s]", f.Message, f.Code), f.Hint)
		}
	}
}

// givenForSecret reports a value that belongs into the Secret: one that came as such.
func givenForSecret(k *resolve.Resolved) bool {
	return k.Set && k.Key.Sensitive && k.Candidates[k.Winner].Layer == resolve.Secret
}

// credentialsOf are the values that were given for the Secret.
func credentialsOf(values *resolve.Resolution) map[string]string {
	data := map[string]string{}
	for _, k := range values.Keys {
		if givenForSecret(k) {
			data[k.Key.Name] = k.Value.Reveal()
		}
	}
	return data
}

// runnerRules are the rights that doctor holds an account to.
func runnerRules(namespace, secret string) []rbacv1.PolicyRule {
	configMaps, secrets := doctor.RunnerRights(namespace, secret)
	return []rbacv1.PolicyRule{ruleOf(configMaps), ruleOf(secrets)}
}

// ruleOf is one rule of rights to one resource.
func ruleOf(rights []cluster.Right) rbacv1.PolicyRule {
	rule := rbacv1.PolicyRule{APIGroups: []string{rights[0].Group}, Resources: []string{rights[0].Resource}}
	for _, right := range rights {
		if !slices.Contains(rule.Verbs, right.Verb) {
			rule.Verbs = append(rule.Verbs, right.Verb)
		}
		if right.Name != "" {
			rule.ResourceNames = append(rule.ResourceNames, right.Name)
		}
	}
	return rule
}

// doctorGrant lets a group see what doctor looks at in the namespace.
func doctorGrant(o manifests.Options, group string) manifests.Grant {
	d := doctor.New(nil, doctor.Options{Contract: o.Contract, Namespace: o.Namespace, AppEnv: o.Values.AppEnv})
	g := manifests.Grant{
		Name:  "flts-doctor",
		About: "What fltsctl doctor reads here. Of other namespaces: fltsctl doctor --print-rbac",
		To:    rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: group},
	}
	for _, right := range d.Rights(d.Checks()) {
		if right.Namespace == o.Namespace {
			g.Rules = append(g.Rules, rbacv1.PolicyRule{APIGroups: []string{right.Group}, Resources: right.Resources, Verbs: right.Verbs, ResourceNames: right.Names})
		}
	}
	return g
}

// store is that of the External Secrets Operator; the zero Store is none.
func (s *settings) store() manifests.Store {
	text := s.value(storeOption)
	if text == "" {
		return manifests.Store{}
	}
	kind, name, hasKind := strings.Cut(text, "/")
	if !hasKind {
		kind, name = "SecretStore", text
	}
	if kind != "SecretStore" && kind != "ClusterSecretStore" || len(validation.IsDNS1123Subdomain(name)) > 0 {
		s.problem(usage("write NAME, SecretStore/NAME or ClusterSecretStore/NAME", "--store %q is no store", text))
	}
	return manifests.Store{Kind: kind, Name: name, Remote: s.value(remoteOption)}
}

// egress is what the command line says of the network.
func (s *settings) egress() manifests.Egress {
	e := manifests.Egress{
		Tasks: s.labelled(selectorOption, s.list(selectorOption)), KFP: s.value(madeKFPOption),
		CIDRs: map[string][]netip.Prefix{}, Ports: map[string]int32{}, Pods: map[string]map[string]string{},
	}
	for name, values := range s.byService(cidrOption) {
		for _, text := range values {
			prefix, err := netip.ParsePrefix(text)
			if err != nil || prefix != prefix.Masked() {
				s.problem(usage("write the first address of the block and its length, like 203.0.113.0/24", "--cidr %s=%s is no CIDR", name, text))
			}
			e.CIDRs[name] = append(e.CIDRs[name], prefix)
		}
	}
	for name, values := range s.byService(podPortOption) {
		n, err := strconv.ParseUint(values[0], 10, 16)
		if err != nil || n == 0 || len(values) > 1 {
			s.problem(usage("write one number from 1 to 65535", "--port %s=%s is no port", name, strings.Join(values, ",")))
		}
		e.Ports[name] = int32(n)
	}
	for name, values := range s.byService(podLabelOption) {
		e.Pods[name] = s.labelled(podLabelOption, values)
	}
	return e
}

// byService yields the SERVICE=WHAT of an option, by the name of the service; those of
// one service in the order of the command line.
func (s *settings) byService(o option) iter.Seq2[string, []string] {
	all := map[string][]string{}
	for _, text := range s.list(o) {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			s.problem(usage("write it as fltsctl manifests --help has it", "--%s %q names no service, or nothing about it", o.flag, text))
			continue
		}
		all[name] = append(all[name], value)
	}
	return func(yield func(string, []string) bool) {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !yield(name, all[name]) {
				return
			}
		}
	}
}

// labelled are LABEL=VALUE words as labels; nil for none.
func (s *settings) labelled(o option, words []string) map[string]string {
	var labels map[string]string
	for _, text := range words {
		name, value, ok := strings.Cut(text, "=")
		if !ok || len(validation.IsQualifiedName(name)) > 0 || len(validation.IsValidLabelValue(value)) > 0 {
			s.problem(usage("write LABEL=VALUE", "--%s: %q is no label", o.flag, text))
			continue
		}
		if labels == nil {
			labels = map[string]string{}
		}
		labels[name] = value
	}
	return labels
}

// each makes a problem of every error that was joined.
func (s *settings) each(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		s.check(err)
		return
	}
	for _, e := range joined.Unwrap() {
		s.each(e)
	}
}
