package access

import (
	"crypto/tls"
	"sync/atomic"

	"github.com/flts-run/flts-run/submit"
)

// open makes the way to a server that is named by its address.
func (s Surroundings) open(o Options, t target, creds []credential) (*Access, error) {
	config, err := s.tlsConfig(o, t.base.Scheme)
	if err != nil {
		return nil, err
	}
	if len(config.Certificates) == 0 {
		t.certWanted = &atomic.Bool{}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			t.certWanted.Store(true)
			return &tls.Certificate{}, nil
		}
	}
	wire := newTransport()
	wire.TLSClientConfig = config
	if wire.Proxy, err = s.proxy(o, t.base.Scheme); err != nil {
		return nil, err
	}
	a := assemble(o, t, creds, wire)
	if o.Insecure {
		a.Warnings = append(a.Warnings, "--insecure: whoever is between here and "+t.base.Host+" can read and change everything, the credentials too")
	}
	// KFP has no TLS inside a cluster as it comes, and what leaves for a Service
	// from outside goes nowhere: a warning would be there always.
	if t.base.Scheme == "http" && len(creds) > 0 && !isNear(t.base.Hostname()) {
		a.Warnings = append(a.Warnings, creds[0].String()+" goes to "+t.base.Host+" without TLS, where others can read it")
	}
	return a, nil
}

func assemble(o Options, t target, creds []credential, wire wire) *Access {
	l := &link{target: t, wire: wire, limit: o.limit(), agent: o.agent(), notice: o.notify(), learn: o.Secret, renewed: t.kube != nil && t.kube.renews}
	a := &Access{Base: t.base, Origin: t.origin, Client: l.client(creds), link: l}
	for _, c := range creds {
		if c.login != nil {
			a.Login = c.login
		}
	}
	return a
}

// invalid is an error of what was asked for.
func invalid(message, advice string) error {
	return &submit.Error{Kind: submit.Invalid, Message: message, Advice: advice}
}
