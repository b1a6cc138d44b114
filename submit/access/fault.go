package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// fault makes advice of an error below us. Texts of libraries are never shown:
// they quote addresses with logins, and bytes of the server.
func (j *judge) fault(req *http.Request, trip *trip, err error) error {
	if _, ours := errors.AsType[*submit.Error](err); ours {
		return err
	}
	e, certain := j.explain(req, trip, err)
	if !repeatable(req) && trip.connected.Load() && !certain {
		return unsettled("the connection to "+j.where()+" broke before the answer", err)
	}
	// Who cancelled knows why.
	if req.Context().Err() != nil {
		return context.Cause(req.Context())
	}
	e.Err = err
	return e
}

// explain tells the faults apart. certain says that the request cannot have been
// done, whatever was sent.
func (j *judge) explain(req *http.Request, trip *trip, err error) (e *submit.Error, certain bool) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !viaProxy(err) {
		return j.nameFault(dns), true
	}
	if refusal, ok := errors.AsType[*proxyRefusal](err); ok {
		return j.proxyFault(refusal.status, err), true
	}
	if viaProxy(err) {
		return &submit.Error{Kind: submit.Unusable, Code: codeProxyDown, Message: "the proxy for " + j.base.Host + " cannot be reached", Advice: "check HTTPS_PROXY, HTTP_PROXY or --proxy; to go around it: " + j.exempt()}, true
	}
	if e := j.tlsFault(err); e != nil {
		return e, true
	}
	unusable := func(code, message, advice string) *submit.Error {
		return &submit.Error{Kind: submit.Unusable, Code: code, Message: message + trip.counted(), Advice: advice}
	}
	timeout, _ := errors.AsType[net.Error](err)
	_, isFile := errors.AsType[*fs.PathError](err)
	malformed := strings.Contains(err.Error(), "malformed HTTP") || spokeFirst(err)
	switch {
	case malformed && strings.Contains(err.Error(), `\x15\x03`):
		return j.portSpeaksTLS(err), true
	case malformed:
		return j.notHTTP(), false
	case j.kube != nil && j.kube.plugin != "" && (errors.Is(err, exec.ErrNotFound) || strings.Contains(err.Error(), "getting credentials")):
		return j.pluginFault(err), true
	case isFile:
		return unusable("", "a file that the login needs cannot be read", j.look()), true
	case errors.Is(err, syscall.ECONNREFUSED):
		return unusable(codeRefused, "nothing listens at "+j.where()+" (connection refused)", j.whoListens()), true
	case errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH):
		return unusable(codeNoRoute, "there is no route to "+j.where(), "check the VPN and the address in "+j.origin), true
	case errors.Is(err, errTooLong):
		return unusable("", fmt.Sprintf("%s answers with more than %d MiB", j.where(), mostAnswer>>20), ""), false
	case trip.connected.Load() && (errors.Is(err, errSilent) || timeout != nil && timeout.Timeout()):
		return unusable(codeHangs, j.where()+" takes the request and does not answer", j.look()), false
	case errors.Is(err, errSilent) || timeout != nil && timeout.Timeout():
		return unusable(codeDialTimeout, j.where()+" does not answer when it is called", "check the VPN, the port, and firewalls on the way; "+j.look()), true
	case dropped(err) && j.asksForCert():
		return j.noClientCert(), false // TLS 1.3 drops the connection after the request
	case dropped(err):
		return j.cutOff(unusable(codeReset, j.where()+" closes the connection before it has answered", j.look())), false
	}
	return unusable("", "the connection to "+j.where()+" failed for an unknown reason", j.look()), false
}

// spokeFirst reports a server that has said something before it was asked, which
// net/http has no error for.
func spokeFirst(err error) bool {
	return strings.Contains(err.Error(), "readLoopPeekFail") && errors.Unwrap(err) == nil
}

// dropped reports a connection that the other side has ended. Where that happens
// while the request is being written, net/http may close it first.
func dropped(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

func (j *judge) whoListens() string {
	if j.kube == nil && isLoopback(j.base.Hostname()) {
		return "start it again, such as " + j.forward() + ", or correct " + j.origin
	}
	return j.look()
}

func (j *judge) nameFault(err *net.DNSError) *submit.Error {
	host := j.base.Hostname()
	e := &submit.Error{Kind: submit.Unusable, Code: codeNoSuchHost, Message: "there is no host " + host, Advice: "correct " + j.origin + ", or check the VPN: getent hosts " + hint.ShellWord(host)}
	switch {
	case err.IsNotFound && isService(host) && !j.inside:
		e.Code, e.Message = codeNotInCluster, host+" is a name of the cluster, and this is outside of it"
		e.Advice = "leave " + j.origin + " out, to go the way of kubectl; or " + j.forward() + ", then --host http://localhost:8888"
		if !j.isKFP() {
			e.Advice = j.forward() + ", then --host http://localhost:8080"
		}
	case err.IsNotFound:
	case err.IsTimeout:
		e.Code, e.Message = codeDNSSilent, "the name server does not answer when it is asked for "+host
	default:
		e.Code, e.Message = codeServfail, "the name server cannot say where "+host+" is"
	}
	return e
}

func (j *judge) pluginFault(err error) *submit.Error {
	e := &submit.Error{
		Kind: submit.Refused, Message: fmt.Sprintf("%s, which gives the login of the context %q, failed", j.kube.plugin, j.kube.context),
		Advice: "log in again, until this works: kubectl --context " + hint.ShellWord(j.kube.context) + " get --raw /version",
	}
	if errors.Is(err, exec.ErrNotFound) || strings.Contains(err.Error(), "not found") || strings.Contains(err.Error(), "no such file") {
		e.Kind, e.Message, e.Advice = submit.Invalid, fmt.Sprintf("the context %q gets its login from %s, and there is no such program", j.kube.context, j.kube.plugin), "install it, until this finds it: command -v "+hint.ShellWord(j.kube.plugin)
	}
	return e
}

// notHTTP is the answer of a port that speaks something else.
func (j *judge) notHTTP() *submit.Error {
	e := &submit.Error{Kind: submit.Unusable, Code: codeNotHTTP, Message: "what answers at " + j.where() + " does not speak HTTP", Advice: "correct the port in " + j.origin}
	return j.cutOff(e)
}

// cutOff knows the port of gRPC, which answers HTTP with binary or with nothing.
func (j *judge) cutOff(e *submit.Error) *submit.Error {
	if j.isKFP() && portOf(j.base) == "8887" {
		e.Code, e.Message = codeKFPPort, "port 8887 of "+j.base.Hostname()+" is the one for gRPC, the API is on 8888"
		e.Advice = j.named(j.base.Scheme + "://" + net.JoinHostPort(j.base.Hostname(), "8888"))
	}
	return e
}
