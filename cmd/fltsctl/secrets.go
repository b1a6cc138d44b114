package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/stores"
	"github.com/flts-run/flts-run/submit/access"
)

const secretsDescription = `For each key of the contract: where a component would find it first with this APP_ENV,
and where else, as far as your own credentials show it. Names and ages are printed, and
never a value.

Of a secret in AWS Secrets Manager only its description is asked for. Which names its JSON
has cannot be known without reading it: such a key is "not read", until --read reads the
secrets to look.

Exit status: 0 every required key has a place; 1 one is nowhere, or not usable; 77 or 69
one may be in a place that refused the credentials, or was not reached; 64 wrong usage;
125 fltsctl failed; 130 interrupted.`

// Statuses of what was found.
const (
	statusNowhere  = 1  // a required key is in no place
	statusUnusable = 69 // a place was not reached
	statusRefused  = 77 // a place refused the credentials
)

// Options of secrets alone.
var (
	readOption           = option{flag: "read", heading: examineHeading, boolean: true, usage: "read the secrets of Secrets Manager, to see whether they have the paths of the contract; no value is printed"}
	noClusterOption      = option{flag: "no-cluster", heading: examineHeading, boolean: true, usage: "leave out the ConfigMap and the Secret, and ask no cluster"}
	secretsEnvOption     = option{flag: "app-env", heading: examineHeading, variables: []string{"APP_ENV"}, usage: "dev, staging or prod (`ENV`); the APP_ENV of the ConfigMap otherwise"}
	secretsEnvFileOption = option{flag: "env-file", heading: examineHeading, variables: []string{"FLTS_ENV_FILE"}, fallback: ".env", files: true, usage: "`FILE` of variables, looked at with APP_ENV=dev alone"}
	vaultDirOption       = option{flag: "vault-dir", heading: examineHeading, variables: []string{"FLTS_VAULT_DIR"}, files: true, usage: "`DIR` of files as a Vault agent writes them"}
	storedIDsOption      = option{flag: "secretsmanager", heading: examineHeading, variables: []string{"FLTS_SECRETSMANAGER"}, usage: "secrets beside those of the contract, `ID[,ID]`; {APP_ENV} is replaced"}
	awsProfileOption     = option{flag: "aws-profile", heading: serverHeading, usage: "`NAME` of the AWS profile to ask with; that of AWS_PROFILE otherwise"}
	storeTimeoutOption   = option{flag: "timeout", heading: serverHeading, fallback: "10s", usage: "time for Secrets Manager to answer in, `DURATION`"}
)

var secretsOptions = []option{
	examinedContractOption, secretsEnvOption, examinedNamespaceOption, configMapOption, secretOption, storedIDsOption, vaultDirOption, secretsEnvFileOption,
	readOption, noClusterOption, awsProfileOption, storeTimeoutOption, kubeconfigOption, kubeContextOption,
}

func (r *runner) secretsCommand() *cli.Command {
	return &cli.Command{
		Name: "secrets", Usage: "say where a component's keys would be found",
		Subcommands: []*cli.Command{{
			Name: "check", Usage: "say which keys of the contract are in which store", Description: secretsDescription,
			Flags:  cliFlags(secretsOptions, []option{outputOption.as("table", "json")}),
			Action: r.secretsCheck,
		}},
		Action: noCommand,
	}
}

// search is what a command line asks for, once it is known to be right.
type search struct {
	contract          *resolve.Contract
	appEnv            resolve.AppEnv
	view              *cluster.View // nil: no cluster is asked
	namespace         string
	configMap, secret string
	vaultDir, envFile string
	store             stores.SecretsManager
	read              bool
	learn             func(name string, texts ...string)
}

func (r *runner) secretsCheck(c *cli.Context) error {
	ctx, release := r.interruptible(c.Context)
	defer release()
	if err := noArguments(c); err != nil {
		return err
	}
	s := r.settings(c)
	look, closeAPI := r.search(s)
	defer closeAPI()
	format := s.oneOf(outputOption.as("table", "json"))
	if err := refuse(s.problems, "nothing was looked at"); err != nil {
		return err
	}
	look.store.Provider = awsLogin(ctx, s.value(awsProfileOption))
	found, err := look.run(ctx)
	if err := interrupted(ctx, err, ""); err != nil {
		return err
	}
	if err := r.printInventory(format, found); err != nil {
		return err
	}
	r.status = found.status()
	return nil
}

// search reads the command line. It asks nobody for anything.
func (r *runner) search(s *settings) (look search, closeAPI func()) {
	contract, err := contractPlaces{contract: s.value(examinedContractOption)}.readContract()
	s.check(err)
	look.appEnv, err = resolve.ParseAppEnv(s.value(secretsEnvOption))
	if err != nil {
		s.problem(usage("write dev, staging or prod", "%w", err))
	}
	look.vaultDir, look.envFile, look.read = s.value(vaultDirOption), s.value(secretsEnvFileOption), s.boolean(readOption)
	look.learn = r.out.Mask.Add
	// The caller's own credentials are those that the aws command would take.
	look.store = stores.SecretsManager{Environ: byName(r.environ), Credentials: stores.KeysFirst, Profile: s.value(awsProfileOption), Timeout: s.duration(storeTimeoutOption)}
	closeAPI = func() {}
	if contract == nil {
		return look, closeAPI
	}
	ids, from := s.get(storedIDsOption)
	look.contract = contract.WithStored(from, strings.FieldsFunc(ids, func(c rune) bool { return c == ',' || c == ' ' }))
	look.configMap, look.secret = cmp.Or(s.value(configMapOption), contract.Objects.ConfigMap), cmp.Or(s.value(secretOption), contract.Objects.Secret)
	if s.boolean(noClusterOption) {
		return look, closeAPI
	}
	kube, err := access.KubeConfig(access.Options{Kubeconfig: s.flag(kubeconfigOption), KubeContext: s.flag(kubeContextOption)}, r.surroundings())
	if err != nil {
		s.check(withHint(err, "--"+noClusterOption.flag+" leaves the cluster out"))
		return look, closeAPI
	}
	api, err := cluster.Open(kube.Config)
	s.check(err)
	if err == nil {
		look.view, look.namespace, closeAPI = cluster.NewView(api), cmp.Or(s.value(examinedNamespaceOption), kube.Namespace), api.Close
	}
	return look, closeAPI
}

// withHint adds to what is to be typed next.
func withHint(err error, more string) error {
	f := asFailure(err)
	hint := more
	if f.hint != "" {
		hint = f.hint + "; " + more
	}
	return &failure{status: f.status, hint: hint, err: f.err}
}

// run looks into every place that APP_ENV has.
func (l search) run(ctx context.Context) (*inventory, error) {
	found := &inventory{contract: l.contract, appEnv: l.appEnv}
	l.cluster(ctx, found)
	l.files(found)
	l.stored(ctx, found)
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	r := resolve.Resolve(resolve.Input{Contract: l.contract, Sources: found.sources.InOrder(), AppEnv: found.appEnv, Namespace: l.namespace, InPod: true, PodNamespace: l.namespace})
	for _, k := range r.Keys {
		found.keys = append(found.keys, keyPlaces(r, k))
	}
	return found, nil
}

// status is 1 for a required key that is nowhere, or else that of a place in which one
// may be and that did not let us look.
func (i *inventory) status() int {
	status := 0
	for _, k := range i.keys {
		switch {
		case k.Required && (k.State == keyMissing || k.State == keyUnusable):
			return statusNowhere
		case k.Required && k.State == keyUnknown:
			status = max(status, k.status)
		}
	}
	return status
}
