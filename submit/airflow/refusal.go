package airflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/flts-run/flts-run/submit"
)

// mostFault is how much is read of an answer that is an error, in bytes.
const mostFault = 64 << 10

// answerError is an answer that refuses a call.
type answerError struct {
	status int
	detail string // what it says, never to be shown
}

func (e *answerError) Error() string { return fmt.Sprintf("status %d", e.status) }

func isStatus(err error, status int) bool {
	e, ok := errors.AsType[*answerError](err)
	return ok && e.status == status
}

// refusal makes advice of a status. Of the answer's text nothing is shown but
// names that have their shape: Airflow quotes values, and traces of its database.
func (s *server) refusal(c call, resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, mostFault)) // it is in memory
	answer := &answerError{resp.StatusCode, detailOf(text)}
	e := &submit.Error{Kind: submit.Unusable, Err: answer}
	say := func(format string, args ...any) { e.Message = fmt.Sprintf(format, args...) }
	switch status := resp.StatusCode; {
	case status == http.StatusForbidden && answer.detail == "Invalid JWT token":
		e.Kind, e.Code = submit.Refused, codeLogin
		say("Airflow does not accept the token: it is none of this server's (403)")
		e.Advice = "get a token from this very Airflow, or give --user NAME and --password-file FILE"
	case status == http.StatusForbidden && s.api == v1.api:
		e.Kind, e.Code = submit.Refused, codeLogin
		say("Airflow 2 refuses to %s (403): the login is wrong, or may not do that", c.doing)
		e.Advice = "check user and password, and the role of the user; " + basicAuthAdvice
	case status == http.StatusForbidden:
		e.Kind = submit.Refused
		say("Airflow does not let this user %s (403)", c.doing)
		e.Advice = "ask whoever runs Airflow for a role that may, such as Op"
	case status == http.StatusNotFound:
		e.Kind = submit.NotFound
		say("Airflow has nothing to %s (404)", c.doing)
	case status == http.StatusConflict:
		e.Kind = submit.Conflict
		say("Airflow refuses to %s: it is there already (409)", c.doing)
	case status == http.StatusBadRequest && refusedParam(answer.detail) != "":
		e.Kind = submit.Invalid
		say("Airflow refuses the value of the parameter %s (400)", refusedParam(answer.detail))
		e.Advice = "look at what the DAG wants: fltsctl submit --backend airflow DAG --help"
	case status == http.StatusBadRequest:
		e.Kind = submit.Invalid
		say("Airflow refuses to %s (400)", c.doing)
		e.Advice = "its log says why"
	case status == http.StatusUnprocessableEntity:
		say("%s does not understand the request to %s (422%s)", s.title(), c.doing, refusedField(text))
		e.Advice = "use a newer fltsctl, or tell its authors the version of Airflow"
	case status >= 500 && c.method != http.MethodGet:
		e.Kind = submit.Unsettled
		say("Airflow fails to %s (%d): it may have been done", c.doing, status)
		e.Advice = "look before you send it again: fltsctl runs list --backend airflow"
	case status >= 500:
		say("Airflow fails to %s (%d)", c.doing, status)
		e.Advice = "its log says why; is its database there?"
	default:
		say("Airflow answers %d when it is asked to %s", status, c.doing)
	}
	return e
}

// codeLogin is the finding of a login that a server does not accept.
const codeLogin = "FLTS-A10"

const basicAuthAdvice = "Airflow 2 takes a password only with airflow.api.auth.backend.basic_auth among its auth_backends, which are session alone as it comes"

// detailOf is what an answer says: both versions have it in one place.
func detailOf(text []byte) string {
	var answer struct {
		Detail any    `json:"detail"`
		Title  string `json:"title"`
	}
	if json.Unmarshal(text, &answer) != nil {
		return ""
	}
	if detail, ok := answer.Detail.(string); ok {
		return detail
	}
	return answer.Title
}

var paramShape = regexp.MustCompile(`^Invalid input for param ([A-Za-z0-9_.-]{1,100}): `)

// refusedParam is the parameter that a text of Airflow finds wrong, or "".
func refusedParam(detail string) string {
	if m := paramShape.FindStringSubmatch(detail); m != nil {
		return m[1]
	}
	return ""
}

var fieldShape = regexp.MustCompile(`^[a-z_]{1,40}$`)

// refusedField is where a request was wrong, as far as the words have the shape of
// names.
func refusedField(text []byte) string {
	var answer struct {
		Detail []struct {
			Where []any `json:"loc"`
		} `json:"detail"`
	}
	if json.Unmarshal(text, &answer) != nil || len(answer.Detail) == 0 {
		return ""
	}
	var words []string
	for _, part := range answer.Detail[0].Where {
		if word, ok := part.(string); ok && fieldShape.MatchString(word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return ": " + strings.Join(words, " ")
}
