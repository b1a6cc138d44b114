package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// judge is the outermost layer: it hands over answers of the API, and makes errors
// of all else.
type judge struct {
	target
	next  http.RoundTripper
	creds []credential
	wire  wire
}

// mostBody is the longest body that is sent, in bytes: KFP takes 32 MiB.
const mostBody = 64 << 20

func (j *judge) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, trip := withTrip(req.Context())
	out := req.Clone(ctx)
	if err := keepBody(out); err != nil {
		return nil, err
	}
	resp, err := j.next.RoundTrip(out)
	if err != nil {
		return nil, j.fault(out, trip, err)
	}
	sent := resp.Request
	resp.Request = req // the one that was sent has the credentials in it
	if marked(req, markRaw) {
		return resp, nil
	}
	if bad := j.verdict(sent, resp, trip); bad != nil {
		_ = resp.Body.Close() // it is not handed over
		return nil, bad
	}
	return resp, nil
}

// CloseIdleConnections is what http.Client looks for.
func (j *judge) CloseIdleConnections() { j.wire.CloseIdleConnections() }

// keepBody makes the body one that can be sent again: after a 401, and where the
// request is marked Safe. Generated clients give a pipe.
func keepBody(req *http.Request) error {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, mostBody+1))
	_ = req.Body.Close() // it was read, or it broke
	switch {
	case err != nil:
		return err
	case len(body) > mostBody:
		return invalid(fmt.Sprintf("the request is longer than %d MiB", mostBody>>20), "")
	}
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, err = req.GetBody()
	return err
}

// verdict is nil for an answer that the caller can read.
func (j *judge) verdict(sent *http.Request, resp *http.Response, trip *trip) *submit.Error {
	text := ""
	if resp.StatusCode >= 300 || isHTML(resp) {
		text = readAhead(resp)
	}
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400 && resp.Header.Get("Location") != "":
		return j.redirected(sent, resp)
	case j.kube != nil && isKubeStatus(resp, text):
		return j.kubeRefusal(resp.StatusCode, text)
	case resp.StatusCode == http.StatusBadRequest && speaksTLS(text):
		return j.portSpeaksTLS(nil)
	case resp.StatusCode == http.StatusProxyAuthRequired:
		return j.proxyFault(resp.StatusCode, nil)
	case isHTML(resp) && loginPage(text) != "":
		return j.loginWanted(loginPage(text))
	case resp.StatusCode == http.StatusUnauthorized:
		return j.unauthorized(sent, resp)
	case resp.StatusCode == http.StatusForbidden && strings.HasPrefix(text, "RBAC: access denied"):
		return &submit.Error{
			Kind: submit.Refused, Code: codeMeshDenies, Message: "an authorization policy of the mesh keeps us from " + j.where() + " (403)",
			Advice: "kubectl get authorizationpolicies -A",
		}
	case resp.StatusCode == http.StatusTooManyRequests:
		return j.throttled(resp, trip)
	case isGateway(resp.StatusCode) && !json.Valid([]byte(text)):
		return j.noBackend(sent, resp.StatusCode, trip)
	case isHTML(resp) && resp.StatusCode >= 500:
		return j.errorPage(sent, resp.StatusCode)
	case isHTML(resp) || resp.StatusCode == http.StatusNotFound && mediaType(resp) == "text/plain":
		return j.notAPI(resp, text)
	}
	return nil
}

func isGateway(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// readAhead is the beginning of the answer, which stays readable.
func readAhead(resp *http.Response) string {
	const most = 64 << 10
	head, _ := io.ReadAll(io.LimitReader(resp.Body, most)) // it is in memory
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), resp.Body), resp.Body}
	return string(head)
}

// speaksTLS knows how servers answer plain HTTP on a port for TLS.
func speaksTLS(text string) bool {
	return strings.Contains(text, "HTTP request to an HTTPS server") || strings.Contains(text, "plain HTTP request was sent to HTTPS port") ||
		strings.Contains(text, "speaking plain HTTP to an SSL-enabled server port")
}

func (j *judge) throttled(resp *http.Response, trip *trip) *submit.Error {
	e := &submit.Error{Kind: submit.Unusable, Code: codeThrottled, Message: j.where() + " takes no more requests just now (429" + trip.counted() + ")", Advice: "try again in a minute"}
	if asked, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
		e.Advice = "try again in " + span(asked)
	}
	return e
}

// noBackend is the answer of a gateway with nobody behind it. To a request that
// changes something it does not say whether that was done.
func (j *judge) noBackend(sent *http.Request, status int, trip *trip) *submit.Error {
	if !repeatable(sent) {
		return unsettled(fmt.Sprintf("the gateway in front of %s lost the answer (%d)", j.what, status), nil)
	}
	e := &submit.Error{Kind: submit.Unusable, Code: codeNoBackend, Message: fmt.Sprintf("something answers at %s, and has no %s behind it (%d%s)", j.base.Host, j.what, status, trip.counted()), Advice: j.look()}
	if isLoopback(j.base.Hostname()) {
		e.Advice = "what listens there is a proxy or a tunnel without its server: start it again, such as " + j.forward()
	}
	return e
}

// errorPage is the answer of a server that failed in the middle of something.
func (j *judge) errorPage(sent *http.Request, status int) *submit.Error {
	message := fmt.Sprintf("%s fails with an error page (%d)", j.where(), status)
	if !repeatable(sent) {
		return unsettled(message, nil)
	}
	return &submit.Error{Kind: submit.Unusable, Message: message, Advice: "look at the log of the server, and at what answers: " + j.look()}
}

// unsettled is a request that may have been done.
func unsettled(message string, err error) *submit.Error {
	return &submit.Error{Kind: submit.Unsettled, Message: message + ": it may have been done", Advice: "look before you send it again: fltsctl runs list", Err: err}
}

// counted says how often it was tried, where that was more than once.
func (t *trip) counted() string {
	if t.tries < 2 {
		return ""
	}
	return fmt.Sprintf(", %d tries", t.tries)
}

// notAPI is an answer of something that is not the API.
func (j *judge) notAPI(resp *http.Response, text string) *submit.Error {
	e := &submit.Error{Kind: submit.Unusable, Code: codeNotHere, Message: fmt.Sprintf("there is no API of %s at %s (%d)", j.what, shownBase(j.base), resp.StatusCode), Advice: "correct " + j.origin + ", with the path in front of the API; look: curl -sI " + hint.ShellWord(j.base.String())}
	if isHTML(resp) {
		e.Message = fmt.Sprintf("a web page answers at %s instead of the API of %s (%d)", shownBase(j.base), j.what, resp.StatusCode)
	}
	if !j.isKFP() {
		return e
	}
	e.Code = codeKFPPort
	switch {
	case strings.Contains(text, "Kubeflow Central Dashboard"):
		e.Advice = "this is the dashboard; the API is under its path /pipeline: " + j.named(j.base.Scheme+"://"+j.base.Host+"/pipeline")
	case isHTML(resp) && (strings.Contains(text, "Kubeflow Pipelines") || strings.Contains(j.base.Host, "ml-pipeline-ui")):
		e.Advice = "ml-pipeline-ui has the web pages, on port 80; the API is " + j.api() + ", or through: " + j.forward()
	case j.kube == nil && isNear(j.base.Hostname()):
		e.Advice = "the API is on port 8888 of ml-pipeline, 8887 is gRPC and ml-pipeline-ui:80 the web pages: " + j.named(j.api())
	}
	return e
}
