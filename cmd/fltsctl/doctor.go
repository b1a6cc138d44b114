package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/resolve"
	"github.com/flts-run/flts-run/submit/access"
)

const doctorDescription = `Runs the troubleshooting checklist over the Kubernetes API: Services, ConfigMap and
Secret, who reads them, stuck and outdated pods, permissions, Kubeflow Pipelines. It
changes nothing. What it may not see is UNKNOWN, and neither passes nor fails.

"doctor pod NAME" says where each key of the contract comes from in that pod, and what
is wrong with it.

Exit status: 0 all that is required was seen and works; 69 something does not, or could
not be seen; 77 credentials were refused; 64 wrong usage; 125 fltsctl failed; 130
interrupted.`

const (
	examineHeading = "What to examine"
	checksHeading  = "Which checks"
)

// Options of doctor alone.
var (
	configMapOption         = option{flag: "configmap", heading: examineHeading, variables: []string{"FLTSCTL_CONFIGMAP"}, usage: "`NAME` of the ConfigMap; that of the contract otherwise"}
	secretOption            = option{flag: "secret", heading: examineHeading, variables: []string{"FLTSCTL_SECRET"}, usage: "`NAME` of the Secret; that of the contract otherwise"}
	checkedFileOption       = option{flag: "pipeline", heading: examineHeading, files: true, usage: "compiled pipeline `FILE` whose parameters are to be complete"}
	onlyOption              = option{flag: "only", heading: checksHeading, repeated: true, usage: "checks whose id matches `GLOB`, and what they need"}
	skipOption              = option{flag: "skip", heading: checksHeading, repeated: true, usage: "all but the checks whose id matches `GLOB`"}
	listChecksOption        = option{flag: "list", heading: checksHeading, boolean: true, usage: "list the checks, and ask the cluster nothing"}
	examinedContractOption  = option{flag: "contract", heading: examineHeading, variables: []string{"FLTS_CONTRACT"}, files: true, usage: "contract `FILE`, instead of the built-in one"}
	examinedEnvOption       = option{flag: "app-env", heading: examineHeading, variables: []string{"APP_ENV"}, usage: "dev, staging or prod (`ENV`); the APP_ENV of the ConfigMap otherwise"}
	examinedAccountOption   = option{flag: "service-account", heading: examineHeading, variables: []string{"FLTSCTL_SERVICE_ACCOUNT"}, usage: "`NAME` of the service account of the runs; found out otherwise"}
	examinedNamespaceOption = option{flag: "namespace", short: "n", heading: examineHeading, variables: []string{"FLTSCTL_NAMESPACE"}, usage: "`NAMESPACE` of the runs; that of the kubeconfig context otherwise"}
	doctorTimeoutOption     = option{flag: "timeout", heading: checksHeading, usage: "end after `DURATION`, with what was seen until then"}
)

var doctorOptions = []option{
	examinedNamespaceOption, configMapOption, secretOption, examinedAccountOption, checkedFileOption, examinedContractOption, examinedEnvOption,
	onlyOption, skipOption, listChecksOption, doctorTimeoutOption,
}

// clusterOptions are the way to the cluster, and to KFP.
var clusterOptions = slices.DeleteFunc(slices.Clone(connectionOptions), func(o option) bool {
	return o.flag == namespaceOption.flag || o.backend == airflowBackend
})

var doctorOutputs = []string{"table", "short", "json", "junit", "markdown"}

func (r *runner) doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "say what is wrong with the configuration in a cluster, and what mends it",
		ArgsUsage: "[pod NAME]", Description: doctorDescription,
		Flags:  cliFlags(doctorOptions, clusterOptions, []option{outputOption.as(doctorOutputs...)}),
		Action: r.doctor,
	}
}

// examination is what a command line asks for, once it is known to be right.
type examination struct {
	kube    access.Kube
	options doctor.Options
	doctor  *doctor.Doctor
	checks  []checklist.Check // that are to run
	output  string
	timeout time.Duration
}

func (r *runner) doctor(c *cli.Context) error {
	ctx, release := r.interruptible(c.Context)
	defer release()
	s := r.settings(c)
	e := r.examination(s)
	if err := refuse(s.problems, "nothing was looked at"); err != nil {
		return err
	}
	if s.boolean(listChecksOption) {
		return r.listChecks(e.output, e.checks)
	}
	return interrupted(ctx, r.examine(ctx, e), "")
}

// examination reads the whole command line. It asks the cluster for nothing.
func (r *runner) examination(s *settings) examination {
	e := examination{output: s.oneOf(outputOption.as(doctorOutputs...)), timeout: s.duration(doctorTimeoutOption)}
	api, err := r.cluster(s, &e.kube)
	s.check(err)
	e.options = r.doctorOptions(s, e.kube)
	if e.options.Contract != nil {
		e.doctor = doctor.New(cluster.NewView(api), e.options)
		e.checks = s.selected(e.doctor.Checks())
	}
	return e
}

// cluster makes the way to the API.
func (r *runner) cluster(s *settings, kube *access.Kube) (api *cluster.API, err error) {
	if *kube, err = access.KubeConfig(r.accessOptions(s), r.surroundings()); err != nil {
		return nil, err
	}
	return cluster.Open(kube.Config)
}

// doctorOptions say what to examine. Without a contract that can be read they have
// none.
func (r *runner) doctorOptions(s *settings, kube access.Kube) doctor.Options {
	contract, err := contractPlaces{contract: s.value(examinedContractOption)}.readContract()
	s.check(err)
	appEnv, err := resolve.ParseAppEnv(s.value(examinedEnvOption))
	if err != nil {
		s.problem(usage("write dev, staging or prod", "%w", err))
	}
	o := doctor.Options{
		Contract: contract, Namespace: cmp.Or(s.value(examinedNamespaceOption), kube.Namespace), AppEnv: appEnv,
		ConfigMap: s.value(configMapOption), Secret: s.value(secretOption),
		ServiceAccount: s.value(examinedAccountOption), Version: version, Learn: func(name, value string) { r.out.Mask.Add(name, value) }, Now: r.now,
	}
	if !kube.Current {
		o.Context = kube.Context
	}
	return o
}

// selected are the checks that --only and --skip leave.
func (s *settings) selected(checks []checklist.Check) []checklist.Check {
	only, skip := s.list(onlyOption), s.list(skipOption)
	s.matching(onlyOption, only, checks)
	s.matching(skipOption, skip, checks)
	return checklist.Selection{Only: only, Skip: skip, SkippedBy: "--" + skipOption.flag}.Of(checks)
}

// matching makes a problem of each glob that matches no check.
func (s *settings) matching(o option, globs []string, checks []checklist.Check) {
	for _, glob := range checklist.Unmatched(globs, checks) {
		if !checklist.ValidGlob(glob) {
			s.problem(usage("write * for any text, ? for one character, [ab] for one of several", "--%s %s: this is no glob", o.flag, glob))
			continue
		}
		s.problem(usage(checklist.Near(glob, checks, "fltsctl doctor --list lists the checks"), "--%s %s: no check has such an id", o.flag, glob))
	}
}

// examine runs the checks and prints what came of them, whole also when it was
// interrupted.
func (r *runner) examine(ctx context.Context, e examination) error {
	started := r.now()
	run, cancel := ctx, context.CancelFunc(func() {})
	if e.timeout > 0 {
		run, cancel = context.WithTimeout(ctx, e.timeout)
	}
	defer cancel()
	verdict := checklist.Runner{Mask: r.out.Mask.Mask}.Run(run, e.checks)
	if err := r.printVerdict(e, verdict, started); err != nil {
		return err
	}
	r.status = verdict.Status()
	return context.Cause(ctx)
}
