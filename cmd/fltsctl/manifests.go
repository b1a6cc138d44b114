package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/manifests"
	"github.com/flts-run/flts-run/resolve"
)

const manifestsDescription = `Writes what a contract asks of a cluster: the ConfigMap with the values that flts-run
has for APP_ENV, the Secret or the ExternalSecret, the service account of the runs with
its rights, and a network policy. The cluster is not asked for anything.

The Secret has placeholders, which no task starts with, unless --env-file gives its
values. Those go to a file that only its owner can read (--out), or with --reveal to
stdout. With --store there is an ExternalSecret in its place.

--kustomize makes a directory with a base and overlays for dev, staging and prod.

Exit status: 0 done; 1 --check found a difference; 64 wrong usage or wrong values.`

const (
	madeHeading    = "What is made"
	sourcesHeading = "Where its values are from"
	secretHeading  = "The Secret"
	networkHeading = "The network policy"
)

var (
	partsOption         = option{flag: "only", heading: madeHeading, usage: "these `PARTS`, with commas between them: " + strings.Join(partNames(), ", ")}
	madeNamespaceOption = option{flag: "namespace", short: "n", heading: madeHeading, variables: []string{"FLTSCTL_NAMESPACE"}, usage: "`NAMESPACE` of the runs; {APP_ENV} in it is replaced"}
	madeConfigMapOption = option{flag: "configmap", heading: madeHeading, variables: []string{"FLTSCTL_CONFIGMAP"}, usage: "`NAME` of the ConfigMap; that of the contract otherwise"}
	madeAccountOption   = option{flag: "service-account", heading: madeHeading, variables: []string{"FLTSCTL_SERVICE_ACCOUNT"}, fallback: "flts-runner", usage: "`NAME` of the service account of the runs"}
	doctorGroupOption   = option{flag: "doctor-group", heading: madeHeading, usage: "let this `GROUP` of users run fltsctl doctor in the namespace"}
	immutableOption     = option{flag: "immutable", heading: madeHeading, boolean: true, usage: "make what holds values immutable, with a hash of them in its name"}
	kustomizeOption     = option{flag: "kustomize", heading: madeHeading, boolean: true, usage: "make a tree for kustomize in the directory --out"}

	madeContractOption   = option{flag: "contract", heading: sourcesHeading, variables: []string{"FLTS_CONTRACT"}, files: true, usage: "contract `FILE`, instead of the built-in one"}
	madeEnvOption        = option{flag: "app-env", heading: sourcesHeading, variables: []string{"APP_ENV"}, usage: "dev, staging or prod (`ENV`)"}
	madeConfigDirOption  = option{flag: "config-dir", heading: sourcesHeading, variables: []string{"FLTS_CONFIG_DIR"}, files: true, usage: "`DIR` with a file for each value of the ConfigMap"}
	madeYAMLDirOption    = option{flag: "yaml-dir", heading: sourcesHeading, variables: []string{"FLTS_YAML_DIR"}, files: true, usage: "`DIR` of config_base.yaml and config_<APP_ENV>.yaml"}
	setOption            = option{flag: "set", heading: sourcesHeading, repeated: true, usage: "`KEY=VALUE` for the ConfigMap, above all others"}
	servicesSpaceOption  = option{flag: "services-namespace", heading: sourcesHeading, variables: []string{"FLTS_NAMESPACE"}, usage: "`NAMESPACE` of the services, in default endpoints; {APP_ENV} in it is replaced"}
	madeSecretOption     = option{flag: "secret", heading: secretHeading, variables: []string{"FLTSCTL_SECRET"}, usage: "`NAME` of the Secret; that of the contract otherwise"}
	secretFileOption     = option{flag: "env-file", heading: secretHeading, files: true, usage: "`FILE` of NAME=VALUE lines with its values; - is stdin"}
	secretKeyOption      = option{flag: "key", heading: secretHeading, repeated: true, usage: "a sensitive `KEY` that it has beside the required ones"}
	storeOption          = option{flag: "store", heading: secretHeading, variables: []string{"FLTSCTL_STORE"}, usage: "`[KIND/]NAME` of the store of the External Secrets Operator; KIND is SecretStore, or ClusterSecretStore"}
	remoteOption         = option{flag: "remote", heading: secretHeading, fallback: "flts/" + appEnvInName, usage: "`NAME` of the secret in that store"}
	revealOption         = option{flag: "reveal", heading: secretHeading, boolean: true, usage: "write its values to stdout, where there is no --out"}
	selectorOption       = option{flag: "selector", heading: networkHeading, repeated: true, usage: "`LABEL=VALUE` of the pods of the tasks; those of Kubeflow Pipelines otherwise"}
	cidrOption           = option{flag: "cidr", heading: networkHeading, repeated: true, usage: "`SERVICE=CIDR` where a service of the contract is, or kubernetes, its API"}
	podPortOption        = option{flag: "port", heading: networkHeading, repeated: true, usage: "`SERVICE=PORT` of the pods of a service, where the port of its Service is another one"}
	podLabelOption       = option{flag: "pods", heading: networkHeading, repeated: true, usage: "`SERVICE=LABEL=VALUE` of the pods of a service"}
	madeKFPOption        = option{flag: "kube-namespace", heading: networkHeading, fallback: "kubeflow", usage: "`NAMESPACE` that Kubeflow Pipelines runs in"}
	madeOutOption        = option{flag: "out", heading: outputHeading, files: true, usage: "write to this `FILE`, or directory with --kustomize"}
	manifestsCheckOption = option{flag: "check", heading: outputHeading, boolean: true, usage: "write nothing, and show what would change in --out"}
)

var manifestsOptions = []option{
	partsOption, madeNamespaceOption, madeConfigMapOption, madeAccountOption, doctorGroupOption, immutableOption, kustomizeOption,
	madeContractOption, madeEnvOption, madeConfigDirOption, madeYAMLDirOption, setOption, servicesSpaceOption,
	madeSecretOption, secretFileOption, secretKeyOption, storeOption, remoteOption, revealOption,
	selectorOption, cidrOption, podPortOption, podLabelOption, madeKFPOption,
	madeOutOption, manifestsCheckOption,
}

func (r *runner) manifestsCommand() *cli.Command {
	return &cli.Command{
		Name: "manifests", Usage: "write the ConfigMap, Secret, rights and network policy that a contract asks for",
		Description: manifestsDescription,
		Flags:       cliFlags(manifestsOptions, []option{outputOption.as("table", "json")}),
		Action:      r.manifests,
	}
}

func partNames() []string {
	var names []string
	for _, k := range manifests.Kinds {
		names = append(names, string(k))
	}
	return names
}

// wantedManifests is what a command line asks for, once it is known to be right.
type wantedManifests struct {
	environments []manifests.Options // one, but for a tree
	out          string
	tree         bool
	check        bool
	reveal       bool
	output       string
}

func (r *runner) manifests(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	s := r.settings(c)
	w := r.wantedManifests(s)
	if err := refuse(s.problems, "nothing was written"); err != nil {
		return err
	}
	files, made, err := w.make()
	if s.each(err); len(s.problems) > 0 {
		return refuse(s.problems, "nothing was written")
	}
	for _, m := range made {
		for _, f := range m.Warnings {
			r.out.Line("warning", f.What, f.Mend)
		}
	}
	if w.check {
		return r.compareManifests(w, files)
	}
	if err := r.writeManifests(w, files); err != nil {
		return err
	}
	if w.output == "json" {
		return r.writeDocument(w.output, manifestsDocumentOf(w, files, made))
	}
	r.sayNames(w, made)
	return nil
}

// make makes the files: one of many documents, or a tree.
func (w wantedManifests) make() ([]manifests.File, []manifests.Made, error) {
	if w.tree {
		return manifests.Tree(w.environments)
	}
	made, err := manifests.Make(w.environments[0])
	confidential := slices.ContainsFunc(made.Objects, func(o manifests.Object) bool { return o.Confidential })
	return []manifests.File{{Path: w.out, Text: manifests.Text(made.Objects), Confidential: confidential}}, []manifests.Made{made}, err
}

// wantedManifests reads the whole command line.
func (r *runner) wantedManifests(s *settings) wantedManifests {
	w := wantedManifests{
		out: s.value(madeOutOption), tree: s.boolean(kustomizeOption), check: s.boolean(manifestsCheckOption), reveal: s.boolean(revealOption),
		output: s.oneOf(outputOption.as("table", "json")),
	}
	s.judgeManifests(w)
	environments := []string{s.value(madeEnvOption)}
	if w.tree {
		environments = []string{string(resolve.Dev), string(resolve.Staging), string(resolve.Prod)}
	}
	shared := r.sharedManifests(s)
	if len(s.problems) > 0 {
		return w
	}
	for _, env := range environments {
		w.environments = append(w.environments, r.manifestsOf(s, shared, env))
	}
	return w
}

// judgeManifests collects flags that do not go together.
func (s *settings) judgeManifests(w wantedManifests) {
	confidential := s.given(secretFileOption) && (s.wantedParts() == nil || slices.Contains(s.wantedParts(), manifests.Secrets))
	switch {
	case w.tree && w.out == "":
		s.problem(usage("add --out DIR", "--kustomize makes a directory, and none is named"))
	case w.check && w.out == "":
		s.problem(usage("add --out", "--check compares with what --out names, which is not there"))
	case confidential && w.out == "" && !w.reveal && w.output != "json":
		s.problem(usage("add --out FILE; or --reveal, to pipe it: fltsctl manifests … --reveal | kubectl apply -f -", "the values of --env-file would be written to stdout"))
	case w.reveal && w.out != "":
		s.problem(usage("leave one of them out", "--reveal is about stdout, and --out writes to a file"))
	case w.reveal && w.output == "json":
		s.problem(usage("leave one of them out", "-o json has no values, and --reveal is there to show them"))
	}
	if w.tree {
		for _, o := range []option{partsOption, madeEnvOption, doctorGroupOption} {
			if s.given(o) {
				s.problem(usage("leave it out", "--kustomize makes the whole tree, for every environment, and has no --%s", o.flag))
			}
		}
		if s.value(storeOption) == "" {
			s.problem(usage("add --store NAME, a SecretStore of the External Secrets Operator", "--kustomize has no Secret for staging and prod: the tree is for git"))
		}
	} else if store, from := s.get(storeOption); store != "" && s.given(secretFileOption) {
		s.problem(usage("leave one of them out", "%s keeps the values of the Secret, and --env-file gives them", from))
	}
	if s.value(madeNamespaceOption) == "" {
		s.problem(usage("add --namespace NAME", "which namespace? none is given"))
	}
}

// wantedParts are those of --only; nil is all.
func (s *settings) wantedParts() []manifests.Kind {
	var parts []manifests.Kind
	for name := range strings.SplitSeq(s.value(partsOption), ",") {
		if name = strings.TrimSpace(name); name != "" {
			parts = append(parts, manifests.Kind(name))
		}
	}
	return parts
}

// appEnvInName stands for the environment in the name of something.
const appEnvInName = "{APP_ENV}"

func inEnvironment(template string, env resolve.AppEnv) string {
	return strings.ReplaceAll(template, appEnvInName, string(env))
}

// contractWithNames is the contract with the names of the objects that were asked for.
func (s *settings) contractWithNames(c *resolve.Contract) *resolve.Contract {
	named := *c
	named.Objects.ConfigMap = cmp.Or(s.value(madeConfigMapOption), c.Objects.ConfigMap)
	named.Objects.Secret = cmp.Or(s.value(madeSecretOption), c.Objects.Secret)
	return &named
}
