package main

import (
	"cmp"
	"context"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/doctor"
	"github.com/flts-run/flts-run/pipeline"
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
	insideHeading  = "From inside the cluster"
)

// The command, and what it may be followed by: "doctor pod NAME".
const (
	doctorName = "doctor"
	podWord    = "pod"
)

// Options of doctor alone.
var (
	configMapOption         = option{flag: "configmap", heading: examineHeading, variables: []string{"FLTSCTL_CONFIGMAP"}, usage: "`NAME` of the ConfigMap; that of the contract otherwise"}
	secretOption            = option{flag: "secret", heading: examineHeading, variables: []string{"FLTSCTL_SECRET"}, usage: "`NAME` of the Secret; that of the contract otherwise"}
	checkedFileOption       = option{flag: "pipeline", heading: examineHeading, files: true, usage: "compiled pipeline `FILE` whose parameters are to be complete"}
	checklistOption         = option{flag: "checklist", heading: checksHeading, files: true, variables: []string{"FLTSCTL_CHECKLIST"}, usage: "`NAME` of a list, " + strings.Join(doctor.ListNames(), ", ") + ", or a file with one"}
	onlyOption              = option{flag: "only", heading: checksHeading, repeated: true, usage: "checks whose id matches `GLOB[,GLOB…]`, and what they need"}
	skipOption              = option{flag: "skip", heading: checksHeading, repeated: true, usage: "all but the checks whose id matches `GLOB`"}
	listChecksOption        = option{flag: "list", heading: checksHeading, boolean: true, usage: "list the checks, and ask the cluster nothing"}
	examinedContractOption  = option{flag: "contract", heading: examineHeading, variables: []string{"FLTS_CONTRACT"}, files: true, usage: "contract `FILE`, instead of the built-in one"}
	examinedEnvOption       = option{flag: "app-env", heading: examineHeading, variables: []string{"APP_ENV"}, usage: "dev, staging or prod (`ENV`); the APP_ENV of the ConfigMap otherwise"}
	examinedAccountOption   = option{flag: "service-account", heading: examineHeading, variables: []string{"FLTSCTL_SERVICE_ACCOUNT"}, usage: "`NAME` of the service account of the runs; found out otherwise"}
	examinedNamespaceOption = option{flag: "namespace", short: "n", heading: examineHeading, variables: []string{"FLTSCTL_NAMESPACE"}, usage: "`NAMESPACE` of the runs; that of the kubeconfig context otherwise"}
	fixPlanOption           = option{flag: "fix-plan", heading: outputHeading, boolean: true, usage: "print the commands that would mend what is found, instead of a report; nothing is changed"}
	printRBACOption         = option{flag: "print-rbac", heading: outputHeading, boolean: true, usage: "print the Role that these checks need, and ask the cluster nothing"}
	fromInsideOption        = option{flag: "from-inside", heading: insideHeading, boolean: true, usage: "look with flts-run from where the component runs, too: in a pod, or in a short-lived one like it"}
	insidePodOption         = option{flag: "pod", heading: insideHeading, usage: "look from this pod, `NAME`"}
	workloadOption          = option{flag: "workload", heading: insideHeading, usage: "look from a pod like those of `KIND/NAME`: deployment/trainer, cronjob/nightly"}
	containerOption         = option{flag: "container", short: "c", heading: insideHeading, usage: "`NAME` of the container, here and in doctor pod"}
	imageOption             = option{flag: "image", heading: insideHeading, usage: "`IMAGE` with flts-run in it, for a short-lived pod"}
	programOption           = option{flag: "program", heading: insideHeading, usage: "`PATH` of flts-run in the container; found out otherwise"}
	doctorTimeoutOption     = option{flag: "timeout", heading: checksHeading, usage: "end after `DURATION`, with what was seen until then"}
)

var doctorOptions = []option{
	examinedNamespaceOption, configMapOption, secretOption, examinedAccountOption, checkedFileOption, examinedContractOption, examinedEnvOption,
	checklistOption, onlyOption, skipOption, listChecksOption, doctorTimeoutOption, fixPlanOption, printRBACOption,
}

// insideOptions are of the look from inside.
var insideOptions = []option{fromInsideOption, insidePodOption, workloadOption, containerOption, imageOption, programOption}

// clusterOptions are the way to the cluster, and to KFP.
var clusterOptions = slices.DeleteFunc(slices.Clone(connectionOptions), func(o option) bool {
	return o.flag == namespaceOption.flag || o.backend == airflowBackend
})

var doctorOutputs = []string{"table", "short", "json", "junit", "markdown"}

func (r *runner) doctorCommand() *cli.Command {
	return &cli.Command{
		Name: doctorName, Usage: "say what is wrong with the configuration in a cluster, and what mends it",
		ArgsUsage: "[pod NAME]", Description: doctorDescription,
		Flags:  cliFlags(doctorOptions, insideOptions, clusterOptions, []option{outputOption.as(doctorOutputs...)}),
		Action: r.doctor,
	}
}

// examination is what a command line asks for, once it is known to be right.
type examination struct {
	kube    access.Kube
	api     *cluster.API
	options doctor.Options
	doctor  *doctor.Doctor
	checks  []checklist.Check // that are to run
	list    *doctor.List      // of --checklist, or nil
	word    string            // what "doctor pod" names, or ""
	inside  *doctor.InsideOptions
	output  string
	fixPlan bool
	timeout time.Duration
}

// doctorHeap is what an examination keeps its heap below, while it can: what is read of a
// namespace with thousands of pods is garbage soon, and would be twice as much otherwise.
const doctorHeap = 80 << 20

func (r *runner) doctor(c *cli.Context) error {
	debug.SetMemoryLimit(doctorHeap)
	ctx, release := r.interruptible(c.Context)
	defer release()
	s := r.settings(c)
	e := r.examination(s)
	if err := refuse(s.problems, "nothing was looked at"); err != nil {
		return err
	}
	defer e.api.Close()
	switch {
	case s.boolean(printRBACOption):
		return r.product(e.doctor.Role(e.checks))
	case s.boolean(listChecksOption):
		return r.listChecks(e.output, e.checks)
	}
	return interrupted(ctx, r.examine(ctx, s, e), "")
}

// examination reads the whole command line. It asks the cluster for nothing.
func (r *runner) examination(s *settings) examination {
	e := examination{timeout: s.duration(doctorTimeoutOption), fixPlan: s.boolean(fixPlanOption)}
	e.output = s.oneOf(outputOption.as(doctorOutputs...))
	if e.fixPlan && e.output != "table" && e.output != "json" {
		s.problem(usage("leave -o out, or write -o json", "--fix-plan has no -o %s", e.output))
	}
	var err error
	way := r.accessOptions(s)
	if e.kube, err = access.KubeConfig(way, r.surroundings()); err == nil {
		e.api, err = cluster.Open(e.kube.Config)
	}
	s.check(err)
	e.options = r.doctorOptions(s, e.kube, way)
	if e.options.Contract == nil {
		return e
	}
	e.doctor = doctor.New(cluster.NewView(e.api), e.options)
	e.inside = r.insideOptions(s)
	checks := e.doctor.Checks()
	e.list = s.checklist(slices.Concat(checks, e.doctor.InsideChecks()))
	if e.word = s.examinedPod(); e.word == "" {
		e.checks = s.selected(e.listed(s, checks), e.inside != nil)
	}
	return e
}

// listed are the checks of the namespace that are looked at. What the security checklist asks for is looked
// at when somebody asks for it: there is always something to be said.
func (e examination) listed(s *settings, checks []checklist.Check) []checklist.Check {
	if e.inside == nil {
		checks = append(checks, e.doctor.InsideChecks()...)
	}
	switch {
	case e.list != nil:
		return e.list.Apply(checks)
	case s.list(onlyOption) == nil:
		return slices.DeleteFunc(checks, func(c checklist.Check) bool { return c.Target == "security" })
	}
	return checks
}

// checklist is the list of checks that was asked for, or nil.
func (s *settings) checklist(checks []checklist.Check) *doctor.List {
	word := s.value(checklistOption)
	if word == "" {
		return nil
	}
	var ids []string
	for _, c := range checks {
		ids = append(ids, c.ID)
	}
	l, err := doctor.FindList(word, ids, os.ReadFile)
	if err != nil {
		s.problem(usage("", "%w", err))
	}
	return l
}

// examinedPod is what "doctor pod" names, or "".
func (s *settings) examinedPod() string {
	args := s.c.Args().Slice()
	switch {
	case len(args) == 0:
		return ""
	case args[0] != podWord:
		s.problem(usage("fltsctl doctor, or fltsctl doctor pod NAME", "%q is nothing that doctor examines", args[0]))
	case len(args) == 1:
		s.problem(usage("fltsctl doctor pod NAME", "which pod? none is given"))
	case len(args) > 2:
		s.problem(usage("fltsctl doctor --help", "unexpected argument %q", args[2]))
	default:
		for _, o := range []option{checklistOption, fromInsideOption, printRBACOption} {
			if s.given(o) {
				s.problem(usage("leave it out", "--%s is about a namespace, and this is about one pod", o.flag))
			}
		}
		return args[1]
	}
	return ""
}

// insideOptions say from where to look inside; nil is that nobody asked to.
func (r *runner) insideOptions(s *settings) *doctor.InsideOptions {
	asked := s.boolean(fromInsideOption)
	for _, o := range insideOptions {
		if o.flag != fromInsideOption.flag && o.flag != containerOption.flag && s.given(o) && !asked {
			s.problem(usage("add --"+fromInsideOption.flag, "--%s says from where to look inside, and nobody asked to", o.flag))
		}
	}
	if !asked {
		return nil
	}
	return &doctor.InsideOptions{
		Pod: s.value(insidePodOption), Workload: s.value(workloadOption), Container: s.value(containerOption), Image: s.value(imageOption),
		ServiceAccount: s.flag(examinedAccountOption), Program: s.value(programOption), Mask: r.out.Mask.Mask,
	}
}

// doctorOptions say what to examine. Without a contract that can be read they have
// none.
func (r *runner) doctorOptions(s *settings, kube access.Kube, way access.Options) doctor.Options {
	var p *pipeline.Package
	if file := s.value(checkedFileOption); file != "" {
		var err error
		p, err = pipeline.Load(file)
		s.check(err)
	}
	contract, err := contractPlaces{contract: s.value(examinedContractOption)}.readContract()
	s.check(err)
	appEnv, err := resolve.ParseAppEnv(s.value(examinedEnvOption))
	if err != nil {
		s.problem(usage("write dev, staging or prod", "%w", err))
	}
	o := doctor.Options{
		Contract: contract, Namespace: cmp.Or(s.value(examinedNamespaceOption), kube.Namespace), AppEnv: appEnv,
		ConfigMap: s.value(configMapOption), Secret: s.value(secretOption),
		ServiceAccount: s.value(examinedAccountOption), Pipeline: p,
		Servers: r.doctorServers(way, cmp.Or(byName(r.environ)["FLTSCTL_BACKEND"], backendOption.fallback)),
		Version: version, Learn: func(name, value string) { r.out.Mask.Add(name, value) }, Now: r.now,
	}
	if !kube.Current {
		o.Context = kube.Context
	}
	return o
}

// selected are the checks that --only and --skip leave.
//
// What a look from inside finds is not known before: with one, globs that begin with
// "inside." are of its results.
func (s *settings) selected(checks []checklist.Check, inside bool) []checklist.Check {
	only, skip := s.globs(onlyOption), s.globs(skipOption)
	if inside {
		later := func(glob string) bool { return strings.HasPrefix(glob, "inside.") }
		if len(only) > 0 && !slices.ContainsFunc(only, func(glob string) bool { return !later(glob) }) {
			only = []string{"api.reach"}
		}
		only, skip = slices.DeleteFunc(slices.Clone(only), later), slices.DeleteFunc(slices.Clone(skip), later)
	}
	s.matching(onlyOption, only, checks)
	s.matching(skipOption, skip, checks)
	return checklist.Selection{Only: only, Skip: skip, SkippedBy: "--" + skipOption.flag}.Of(checks)
}

// globs are those of an option that may be given several times, or once with commas:
// no id of a check has one.
func (s *settings) globs(o option) []string {
	var globs []string
	for _, list := range s.list(o) {
		globs = append(globs, strings.Split(list, ",")...)
	}
	return globs
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
func (r *runner) examine(ctx context.Context, s *settings, e examination) error {
	started := r.now()
	run, cancel := ctx, context.CancelFunc(func() {})
	if e.timeout > 0 {
		run, cancel = context.WithTimeout(ctx, e.timeout)
	}
	defer cancel()
	var pod *doctor.OnePod
	if e.word != "" {
		var err error
		if pod, err = e.doctor.Pod(run, e.word, s.value(containerOption)); err != nil {
			return err
		}
		if e.checks = s.selected(pod.Checks(), false); len(s.problems) > 0 {
			return refuse(s.problems, "")
		}
	}
	verdict := checklist.Runner{Mask: r.out.Mask.Mask}.Run(run, e.checks)
	if e.inside != nil {
		verdict.Add(e.doctor.Inside(run, *e.inside))
		e.doctor.Explain(run, &verdict)
	}
	if err := r.printVerdict(e, pod, verdict, started); err != nil {
		return err
	}
	r.status = verdict.Status()
	return context.Cause(ctx)
}
