package doctor

import (
	"cmp"
	"context"
	"errors"
	"sync"

	"github.com/flts-run/flts-run/checklist"
)

// Servers are the ways to the servers that run pipelines.
type Servers struct {
	KFP     *KFP     // nil is none
	Airflow *Airflow // nil is none

	// KFPNamespace is the one that KFP itself runs in; "" is kubeflow.
	KFPNamespace string
}

// KFP is the way to an API server of Kubeflow Pipelines.
type KFP struct {
	Where string // for people: an address, or "kubectl's context prod"

	// Named says that somebody gave the address. Otherwise it is the Service
	// ml-pipeline, and without that there is no KFP.
	Named bool

	// Health asks the server about itself, and MayList for the runs of a namespace, ""
	// where there are no users. Their errors are *ServerFault.
	Health  func(context.Context) (KFPHealth, error)
	MayList func(ctx context.Context, namespace string) error
}

// KFPHealth is what a server of KFP says of itself.
type KFPHealth struct {
	Version   string // "2.0.5", "" where it does not say
	Commit    string // or ""
	MultiUser bool   // users have namespaces of their own
}

// Airflow is the way to an Airflow.
type Airflow struct {
	Where string // its address
	Login bool   // somebody gave a login

	// Health asks the server about itself, and MayList for a DAG. Their errors are
	// *ServerFault.
	Health  func(context.Context) (AirflowHealth, error)
	MayList func(context.Context) error
}

// AirflowHealth is what an Airflow says of itself.
type AirflowHealth struct {
	Version string // "3.3.2", "" where only those who are logged in are told
	Parts   []AirflowPart
}

// AirflowPart is a part of Airflow: metadatabase, scheduler, dag_processor, triggerer.
// Status is "" for what never ran.
type AirflowPart struct{ Name, Status string }

// ServerFault is why a server could not be asked, or what it answered instead. No body
// of an answer is in it.
type ServerFault struct {
	Code    string // of a finding, or ""
	Message string
	Hint    string
	Refused bool // the login, or what it may
}

func (e *ServerFault) Error() string { return e.Message }

// codePodsOnly is the finding of a name that only pods can look up.
const codePodsOnly = "FLTS-D18"

// serverFinding is the finding of a server that could not be asked, or did not do what it was
// asked. What Kubernetes on the way does not allow is unknown, and so is what can be
// reached from a pod alone. A fault without a code gets that one.
func serverFinding(err error, code string) checklist.Finding {
	fault, ok := errors.AsType[*ServerFault](err)
	if !ok {
		return unknown("", err.Error()) // the run was ended
	}
	f := fail(cmp.Or(fault.Code, code), fault.Message)
	f.Refused = fault.Refused
	switch fault.Code {
	case codePodsOnly:
		f = checklist.Finding{State: checklist.Skip, Code: fault.Code, Detail: fault.Message}
	case codeDenied, codeLogin:
		f = unknown(fault.Code, fault.Message)
	}
	return hinted(f, fault.Hint)
}

// serversTold is what servers said, each asked when the first check wants to know.
type serversTold struct {
	kfp     answered[KFPHealth]
	airflow answered[AirflowHealth]
}

// answered is the answer to a question that is asked once.
type answered[T any] struct {
	sync.Once
	value T
	err   error
}

func (o *answered[T]) ask(ctx context.Context, question func(context.Context) (T, error)) (T, error) {
	o.Do(func() { o.value, o.err = question(ctx) })
	return o.value, o.err
}

// kfpNamespace is the one that KFP itself runs in.
func (d *Doctor) kfpNamespace() string { return cmp.Or(d.Servers.KFPNamespace, "kubeflow") }

// errNoWayToKFP is that nobody said how a server is reached.
var errNoWayToKFP = errors.New("no way to the API server of Kubeflow Pipelines is known")

// kfpHealth is what KFP says of itself.
func (d *Doctor) kfpHealth(ctx context.Context) (KFPHealth, error) {
	return d.told.kfp.ask(ctx, func(ctx context.Context) (KFPHealth, error) {
		if d.Servers.KFP == nil {
			return KFPHealth{}, errNoWayToKFP
		}
		return d.Servers.KFP.Health(ctx)
	})
}

// ofProfile is the label of namespaces that a KFP with users made for one.
const ofProfile = "app.kubernetes.io/part-of"

// kfpRuns is the namespace in which KFP runs what the user of our namespace submits.
// Without users that is KFP's own. sure is false where nothing says whether there are
// users; then it is ours.
func (d *Doctor) kfpRuns(ctx context.Context) (namespace string, sure bool) {
	if health, err := d.kfpHealth(ctx); err == nil {
		if health.MultiUser {
			return d.Namespace, true
		}
		return d.kfpNamespace(), true
	}
	if d.Namespace == d.kfpNamespace() {
		return d.Namespace, true
	}
	meta, err := d.view.Namespace(ctx, d.Namespace)
	return d.Namespace, err == nil && meta.Labels[ofProfile] == "kubeflow-profile"
}

// withoutKFP is the finding of a check of KFP where there is none, or where nobody can
// say. ok is false where there is one.
func (d *Doctor) withoutKFP(ctx context.Context) (f checklist.Finding, ok bool) {
	if d.Servers.KFP != nil && d.Servers.KFP.Named {
		return f, false
	}
	service, err := d.serviceNamed(ctx, d.kfpNamespace(), apiService)
	switch {
	case err == nil && service == nil:
		return skip("there is no Service " + apiService + " in " + d.kfpNamespace() + ": Kubeflow Pipelines is not installed there, and --host names none elsewhere"), true
	case err == nil:
		return f, false
	}
	if _, unheard := d.kfpHealth(ctx); unheard == nil {
		return f, false
	}
	return d.couldNotLook(err), true
}

// kfpMissing is the finding of an object that runs want and that is not in their
// namespace: unknown, where that may be another one.
func (d *Doctor) kfpMissing(ctx context.Context, f checklist.Finding) checklist.Finding {
	if _, sure := d.kfpRuns(ctx); sure {
		return f
	}
	return hinted(unknown("", f.Detail+", and Kubeflow Pipelines does not say whether its runs are there at all"), d.kubectl("")+" get namespace "+d.Namespace+" --show-labels")
}
