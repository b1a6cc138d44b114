package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Obstacle is what is in the way to the API server.
type Obstacle int

// The obstacles, from the nearest to the farthest.
const (
	Unclear           Obstacle = iota
	NoPlugin                   // the program that gives the login is not there
	PluginFailed               // it is there, and gave none
	NoProxy                    // the proxy cannot be reached, or refuses
	NoSuchHost                 // the name server knows no such host
	NoNameServer               // the name server cannot say
	Refused                    // nothing listens there
	NoRoute                    // the system knows no way there
	Silent                     // no answer in time
	Dropped                    // the connection ended before there was an answer
	SpeaksPlain                // no TLS, and the address says https
	SpeaksTLS                  // TLS, and the address says http
	UnknownAuthority           // its certificate is not of the authority in the kubeconfig
	WrongName                  // its certificate is for another host
	Expired                    // its certificate
	NotYetValid                // its certificate
	CertificateWanted          // it wants another client certificate, and breaks off
	NoSharedTLS                // no version or cipher that both sides know
	Busy                       // 429, or a status from 500: it, or what stands before it, cannot answer now
	NotKubernetes              // something else answers
)

// Obstacle is what was in the way, as far as the error tells.
func (f *Fault) Obstacle() Obstacle {
	if o, ok := inAnswer(f.Err); ok {
		return o
	}
	for _, look := range []func(error) Obstacle{loginObstacle, dialObstacle, tlsObstacle, wireObstacle} {
		if o := look(f.Err); o != Unclear {
			return o
		}
	}
	return Unclear
}

// Certificate is the one that was Expired or NotYetValid: the API server's, or that of
// an authority above it. For other obstacles it is nil.
func (f *Fault) Certificate() *x509.Certificate {
	invalid, _ := errors.AsType[x509.CertificateInvalidError](f.Err)
	return invalid.Cert
}

// inAnswer looks at what was answered, if anything was.
func inAnswer(err error) (Obstacle, bool) {
	switch {
	case errors.Is(err, errNotKubernetes):
		return NotKubernetes, true
	case errors.Is(err, errSpeaksTLS):
		return SpeaksTLS, true
	}
	var answered apierrors.APIStatus
	if !errors.As(err, &answered) {
		return Unclear, false
	}
	status := answered.Status()
	switch {
	case status.Code == http.StatusTooManyRequests || status.Code >= http.StatusInternalServerError:
		return Busy, true
	case foreign(err):
		return NotKubernetes, true
	}
	return Unclear, true
}

// loginObstacle looks at the program of the kubeconfig's user. client-go keeps nothing
// of its errors but their text.
func loginObstacle(err error) Obstacle {
	switch {
	case !says(err, "getting credentials: "):
		return Unclear
	case errors.Is(err, exec.ErrNotFound) || says(err, "not found") || says(err, "no such file"):
		return NoPlugin
	}
	return PluginFailed
}

func dialObstacle(err error) Obstacle {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "proxyconnect" || op.Op == "socks connect") {
		return NoProxy
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return NoSuchHost
	} else if ok {
		return NoNameServer
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH):
		return NoRoute
	}
	return Unclear
}

func tlsObstacle(err error) Obstacle {
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	_, wrongName := errors.AsType[x509.HostnameError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	invalid, _ := errors.AsType[x509.CertificateInvalidError](err)
	op, _ := errors.AsType[*net.OpError](err)
	switch {
	case plain || errors.Is(err, http.ErrSchemeMismatch):
		return SpeaksPlain
	case wrongName:
		return WrongName
	case invalid.Cert != nil && invalid.Reason == x509.Expired && strings.Contains(invalid.Detail, " is before "):
		return NotYetValid
	case invalid.Cert != nil && invalid.Reason == x509.Expired:
		return Expired
	case unknown || invalid.Cert != nil:
		return UnknownAuthority
	case op != nil && op.Op == "remote error" && says(err, "certificate"):
		return CertificateWanted
	case op != nil && op.Op == "remote error" || says(err, "tls: "):
		return NoSharedTLS
	}
	return Unclear
}

// wireObstacle looks at how an exchange ended that had begun.
func wireObstacle(err error) Obstacle {
	late, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded) || late != nil && late.Timeout():
		return Silent
	case says(err, "malformed HTTP") || says(err, "readLoopPeekFailLocked: %!w(<nil>)"): // it spoke before it was asked
		return NotKubernetes
	}
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return Dropped
		}
	}
	return Unclear
}

// says is for errors that libraries tell apart by nothing but their text.
func says(err error, text string) bool { return err != nil && strings.Contains(err.Error(), text) }
