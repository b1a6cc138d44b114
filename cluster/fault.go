package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Cause is why something could not be seen.
type Cause int

// The causes.
const (
	Broken       Cause = iota // the API answered with something else
	Unreachable               // nobody answered, or not in time
	Unauthorized              // 401: it does not know who we are
	Denied                    // 403: it knows, and does not allow it
	NotFound                  // there is no such object
	NoSuchKind                // the API has no such resource: a CRD is not installed
)

// Fault is that something could not be seen. It quotes no answer of the API but the
// reason word.
type Fault struct {
	Cause     Cause
	Verb      string // as RBAC says it: get, list, create
	Resource  string // with its group: "endpointslices.discovery.k8s.io"
	Namespace string // "" is all of the cluster
	Name      string // "" for a list
	Err       error
}

func (f *Fault) Error() string {
	what := f.Resource
	if f.Name != "" {
		what += " " + f.Name
	}
	if f.Namespace != "" {
		what += " in " + f.Namespace
	}
	switch f.Cause {
	case Unreachable:
		return "the API server does not answer"
	case Unauthorized:
		return "the API server does not accept the login (401)"
	case Denied:
		return "may not " + f.Verb + " " + what
	case NotFound:
		return "there is no " + what
	case NoSuchKind:
		return "the cluster has no " + f.Resource
	}
	return fmt.Sprintf("could not %s %s", f.Verb, what)
}

func (f *Fault) Unwrap() error { return f.Err }

// Is reports whether the error is a fault of that cause.
func Is(err error, cause Cause) bool {
	f, ok := errors.AsType[*Fault](err)
	return ok && f.Cause == cause
}

// asked names what was asked for, for the fault that may come of it.
type asked struct{ verb, resource, namespace, name string }

// fault makes what the library says of a request our own error; nil stays nil.
func (a asked) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return context.Cause(ctx) // somebody does not want to know any more
	}
	return &Fault{Cause: causeOf(err), Verb: a.verb, Resource: a.resource, Namespace: a.namespace, Name: a.name, Err: err}
}

func causeOf(err error) Cause {
	var status apierrors.APIStatus
	switch {
	case !errors.As(err, &status) && unanswered(err):
		return Unreachable
	case !errors.As(err, &status):
		return Broken
	case apierrors.IsUnauthorized(err):
		return Unauthorized
	case apierrors.IsForbidden(err) && !foreign(err):
		return Denied
	case apierrors.IsNotFound(err) && status.Status().Details != nil && strings.Contains(status.Status().Message, "could not find the requested resource"):
		return NoSuchKind
	case apierrors.IsNotFound(err):
		return NotFound
	}
	return Broken
}

// foreign reports an answer that no Kubernetes would give, such as the page of a proxy.
func foreign(err error) bool {
	return apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse)
}

// unanswered tells that no answer came, or not all of it, from an answer that is not
// understood.
func unanswered(err error) bool {
	_, sending := errors.AsType[*url.Error](err)
	return sending || errors.Is(err, context.DeadlineExceeded) || says(err, "when reading response body")
}
