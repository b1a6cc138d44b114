package access

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/submit"
)

func (j *judge) portSpeaksTLS(err error) *submit.Error {
	return &submit.Error{Kind: submit.Unusable, Code: codeSpeaksTLS, Message: j.base.Host + " speaks TLS, and the address says http", Advice: j.named("https://" + j.base.Host + j.base.Path), Err: err}
}

// tlsFault is what is wrong with TLS, nil for another fault.
func (j *judge) tlsFault(err error) *submit.Error {
	e := &submit.Error{Kind: submit.Unusable}
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	failed, _ := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case plain || errors.Is(err, http.ErrSchemeMismatch):
		e.Code, e.Message = codeSpeaksPlain, j.base.Host+" does not speak TLS, and the address says https"
		e.Advice = j.named("http://" + j.base.Host + j.base.Path)
	case failed != nil && len(failed.UnverifiedCertificates) > 0:
		j.certFault(e, failed)
	case isAlert(err) && (j.asksForCert() || strings.Contains(err.Error(), "bad certificate") || strings.Contains(err.Error(), "unknown certificate authority")):
		return j.noClientCert()
	case isAlert(err) || strings.Contains(err.Error(), "tls: "):
		e.Code, e.Message = codeTLSParameters, j.base.Host+" and fltsctl do not agree on TLS"
		e.Advice = "openssl s_client -connect " + net.JoinHostPort(j.base.Hostname(), portOf(j.base))
	default:
		return nil
	}
	return e
}

// asksForCert reports a server that has asked for a client certificate when there
// was none to give. It may have asked without need.
func (t target) asksForCert() bool { return t.certWanted != nil && t.certWanted.Load() }

func (j *judge) noClientCert() *submit.Error {
	return &submit.Error{Kind: submit.Refused, Code: codeClientCert, Message: j.base.Host + " wants a client certificate, and does not accept what it got", Advice: "give --client-cert FILE and --client-key FILE"}
}

func (j *judge) certFault(e *submit.Error, failed *tls.CertificateVerificationError) {
	leaf := failed.UnverifiedCertificates[0]
	invalid, _ := errors.AsType[x509.CertificateInvalidError](failed)
	_, wrongName := errors.AsType[x509.HostnameError](failed)
	show := "openssl s_client -showcerts -connect " + net.JoinHostPort(j.base.Hostname(), portOf(j.base))
	switch {
	case wrongName:
		e.Code, e.Message = codeWrongName, fmt.Sprintf("the certificate of %s is for %s", j.base.Host, namesOf(leaf))
		e.Advice = "write that name in " + j.origin + ", or have a certificate issued for " + j.base.Hostname()
	case invalid.Reason == x509.Expired && invalid.Cert != nil && time.Now().Before(invalid.Cert.NotBefore):
		e.Code, e.Message = codeNotYetValid, fmt.Sprintf("the certificate of %s is not valid before %s", j.base.Host, invalid.Cert.NotBefore.UTC().Format("2006-01-02 15:04 UTC"))
		e.Advice = "compare the clocks: timedatectl status"
	case invalid.Reason == x509.Expired && invalid.Cert != nil:
		e.Code, e.Message = codeExpired, fmt.Sprintf("the certificate of %s expired on %s", j.base.Host, invalid.Cert.NotAfter.UTC().Format("2006-01-02 15:04 UTC"))
		e.Advice = "have it renewed; look: " + show
	default:
		e.Code, e.Message = codeUnknownCA, "the certificate of "+j.base.Host+" comes from an authority that is not trusted"
		e.Advice = "give the PEM of the right one with --ca-file FILE, or set SSL_CERT_FILE; look: " + show
		if j.kube != nil {
			e.Advice = "get the kubeconfig of this cluster anew: its certificate-authority-data belongs to another"
		}
	}
}

// namesOf is for whom a certificate is; anything may stand in one.
func namesOf(c *x509.Certificate) string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !validHost(strings.TrimPrefix(n, "*.")) })
	if len(names) == 0 {
		return "no name that clients look at"
	}
	return strings.Join(names[:min(len(names), 4)], ", ")
}

// isAlert reports an error that the other side of TLS sent.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}
