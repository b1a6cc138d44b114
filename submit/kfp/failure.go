package kfp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/internal/redact"
	"github.com/flts-run/flts-run/submit"
)

// answer is an answer that is not the one that was hoped for.
type answer struct {
	status  int
	kind    string // Content-Type
	message string // of KFP, "" where somebody else answered
	foreign bool   // somebody else answered, or KFP in a shape that is not known
}

func (a *answer) Error() string { return fmt.Sprintf("status %d", a.status) }

// says reports whether KFP's message has the text in it.
func (a *answer) says(text string) bool { return strings.Contains(a.message, text) }

// answerOf is the answer that an error comes from, or one that says nothing.
func answerOf(err error) *answer {
	var a *answer
	if errors.As(err, &a) {
		return a
	}
	return &answer{}
}

// readAnswer knows the three shapes that KFP's errors have. The upload's comes as
// text/plain.
func readAnswer(got *http.Response, content []byte) *answer {
	a := &answer{status: got.StatusCode, kind: got.Header.Get("Content-Type")}
	var body struct {
		Message string `json:"message"`
		Error   string `json:"error"`
		Upload  string `json:"error_message"`
	}
	if json.Unmarshal(content, &body) == nil {
		a.message = cmp.Or(body.Message, body.Error, body.Upload)
	}
	a.foreign = a.message == "" || got.StatusCode < http.StatusBadRequest
	return a
}

// explain turns what a call came to into an error for people.
func explain(doing string, err error) error {
	var known *submit.Error
	if errors.As(err, &known) {
		return known
	}
	var a *answer
	switch {
	case errors.As(err, &a):
		return a.explain(doing)
	case errors.Is(err, context.DeadlineExceeded):
		return &submit.Error{Kind: submit.Unusable, Err: err, Message: "cannot " + doing + ": no answer in time"}
	}
	// The answer is JSON, and not what KFP answers.
	return &submit.Error{Kind: submit.Unusable, Err: err, Message: "cannot " + doing + ": the answer is not one of KFP's API", Advice: notKFP}
}

const (
	notKFP  = "the address must lead to KFP's API: ADDRESS/apis/v2beta1/healthz answers JSON"
	tooNew  = "the SDK that compiled it may be newer than the server: its version is in the file's sdkVersion, the server's at ADDRESS/apis/v2beta1/healthz"
	mayWhat = "what you may do: kubectl auth can-i --list -n NAMESPACE | grep pipelines.kubeflow.org"
)

func (a *answer) explain(doing string) error {
	e := &submit.Error{Err: a}
	cause := a.cause()
	switch {
	case a.status < http.StatusBadRequest:
		e.Kind, cause, e.Advice = submit.Unusable, "the answer is not JSON but "+mediaType(a.kind), notKFP
	case a.status == http.StatusUnauthorized:
		e.Kind, e.Advice = submit.Refused, "sign in again, or give another token"
	case a.status == http.StatusForbidden:
		e.Kind, e.Advice = submit.Refused, mayWhat
	case a.foreign:
		e.Kind, e.Advice = submit.Unusable, notKFP
	default:
		e.Kind, e.Advice = a.meaning()
	}
	e.Message = "cannot " + doing + ": " + cause
	return e
}

// meaning is the sort of failure behind a message of KFP, which calls many a
// mistake of the user an internal error.
func (a *answer) meaning() (submit.Kind, string) {
	for _, k := range knownMessages {
		if a.says(k.text) {
			return k.kind, k.advice
		}
	}
	switch a.status {
	case http.StatusNotFound:
		return submit.NotFound, ""
	case http.StatusConflict:
		return submit.Conflict, ""
	case http.StatusBadRequest, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge:
		return submit.Invalid, ""
	}
	return submit.Unusable, "the server's log says more: kubectl -n kubeflow logs deploy/ml-pipeline --tail=50"
}

var knownMessages = []struct {
	text   string
	kind   submit.Kind
	advice string
}{
	{"is not optional, yet has neither default value", submit.Invalid, "give it with --param NAME=VALUE"},
	{"provided are not required by pipeline", submit.Invalid, "fltsctl submit PIPELINE --help lists the parameters"},
	{"does not match any of the allowed literal values", submit.Invalid, "fltsctl submit PIPELINE --help lists the values"},
	{"requires type TASK_FINAL_STATUS", submit.Invalid, "only the exit task of a dsl.ExitHandler can have such a parameter"},
	{"requires type", submit.Invalid, "fltsctl submit PIPELINE --help lists the types"},
	{"has unspecified type", submit.Invalid, "compile the pipeline again with a current kfp"},
	{"Workflow manifest cannot be empty", submit.Conflict, "KFP has not heard of the run's workflow yet; wait until a task of it has started, then retry"},
	{"workflow cannot be retried", submit.Conflict, "only a run that failed, and of which nothing runs any more, can be retried"},
	{"Workflow must be Failed/Error to retry", submit.Conflict, "only a run that failed can be retried"},
	{"already exist", submit.Conflict, "take another name: it may be there with other capitals, or where you may not look"},
	{"only supports schema version", submit.Invalid, "compile the pipeline again with kfp 2"},
	{"name should consist of lower case", submit.Invalid, "give @dsl.pipeline a name of small letters, digits, '-' and '.'"},
	{"unknown field", submit.Invalid, tooNew},
	{"pipeline spec is invalid", submit.Invalid, tooNew},
	{"Failed to compile job", submit.Invalid, tooNew},
	{"Failed to validate workflow", submit.Invalid, tooNew},
	{"empty pipeline spec manifest", submit.Invalid, ""},
	{"Failed to get the latest pipeline version", submit.NotFound, "store a version first: fltsctl submit FILE --upload"},
	{"Experiment id can not be empty in multi-user mode", submit.Invalid, "give the namespace of your profile with --namespace"},
	{"cannot have an empty namespace in multi-user mode", submit.Invalid, "give the namespace of your profile with --namespace"},
	{"Namespace cannot be empty", submit.Invalid, "give the namespace of your profile with --namespace"},
	{"Request entity too large", submit.Invalid, "the compiled workflow is over the 1.5 MiB that Kubernetes stores; split the pipeline"},
	{"PermissionDenied", submit.Refused, mayWhat},
	{"is not authorized", submit.Refused, mayWhat},
}

// cause is why, in KFP's words where they are KFP's.
func (a *answer) cause() string {
	if a.foreign {
		return fmt.Sprintf("status %d, and not in KFP's words", a.status)
	}
	return quote(a.message)
}

// frames are what KFP puts around its message at every level it passes.
var frames = []string{
	"Invalid input error: ", "InvalidInputError: ", "Already exist error: ", "ResourceNotFoundError: ",
	"BadRequestError: ", "InternalServerError: ", "Internal error: ", "PermissionDeniedError: ", "UnauthenticatedError: ",
}

// quote is the innermost part of a message of KFP on one line. The message may
// repeat what was sent, so what looks like a credential is masked; and a value
// that was refused is not repeated at all.
func quote(message string) string {
	for _, frame := range frames {
		if i := strings.LastIndex(message, frame); i >= 0 {
			message = message[i+len(frame):]
		}
	}
	if before, _, found := strings.Cut(message, " value "); found && strings.Contains(message, "allowed literal values") {
		message = before + " has a value that the pipeline does not allow"
	}
	if line, _, _ := strings.Cut(message, "\n"); strings.Contains(message, "\n\t/") {
		message = line // the rest is where in KFP's source it happened
	}
	message = strings.Join(strings.Fields(message), " ")
	if limit := 300; len(message) > limit {
		message = strings.ToValidUTF8(message[:limit], "") + "…"
	}
	var looks redact.Set
	looks.AddKnownShapes()
	return looks.Mask(message)
}

func mediaType(kind string) string {
	kind, _, _ = strings.Cut(kind, ";")
	if len(kind) > 40 || strings.ContainsFunc(kind, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "something else"
	}
	return cmp.Or(kind, "without a type")
}
