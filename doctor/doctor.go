package doctor

import (
	"cmp"
	"slices"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/resolve"
)

// Options say what to examine.
type Options struct {
	Contract  *resolve.Contract
	Namespace string // of the runs
	AppEnv    resolve.AppEnv
	ConfigMap string // its name, "" is that of the contract
	Secret    string // its name, "" is that of the contract
	// ServiceAccount is that of the pipelines; "" is found out.
	ServiceAccount string

	// Context is what follows kubectl in every command: "" where the current context is
	// meant, else the name of one.
	Context string
	// Version is our own, of the API's audit log.
	Version string

	Pipeline *pipeline.Package // whose parameters are looked at; nil is none
	Servers  Servers           // of Kubeflow Pipelines and Airflow

	// Learn is told every secret value before anything is said about it.
	Learn func(name, value string)
	Now   func() time.Time
}

// Doctor examines a namespace. Its checks may run at the same time.
type Doctor struct {
	Options
	view  *cluster.View
	read  configuration
	plain configuration // without the Secret
	told  serversTold
}

// New makes a Doctor. It asks the API for nothing yet.
func New(view *cluster.View, o Options) *Doctor {
	if o.Learn == nil {
		o.Learn = func(string, string) {}
	}
	o.ConfigMap = cmp.Or(o.ConfigMap, o.Contract.Objects.ConfigMap)
	o.Secret = cmp.Or(o.Secret, o.Contract.Objects.Secret)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Doctor{Options: o, view: view}
}

// Checks are all checks there are for the options, in the order of the report. Those
// of one target stand together.
func (d *Doctor) Checks() []checklist.Check {
	return apart(slices.Concat(
		d.apiChecks(),
		d.serviceChecks(),
		d.configMapChecks(),
		d.secretChecks(),
		d.policyChecks(),
		d.readerChecks(),
		d.podChecks(),
		d.accountChecks(),
		d.kfpChecks(),
		d.airflowChecks(),
		d.pipelineChecks(),
		d.securityChecks(),
	))
}

// apart are checks that are on no ladder: each looks at something else.
func apart(checks []checklist.Check) []checklist.Check {
	for i := range checks {
		checks[i].Rung = checklist.Apart
	}
	return checks
}

// reached is the check that all others need.
const reached = "api.reach"

// kubectl begins a command in a namespace; "" is none.
func (d *Doctor) kubectl(namespace string) string {
	text := "kubectl"
	if d.Context != "" {
		text += " --context " + hint.ShellWord(d.Context)
	}
	if namespace != "" {
		text += " -n " + hint.ShellWord(namespace)
	}
	return text
}
