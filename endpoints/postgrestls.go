package endpoints

import (
	"cmp"
	"crypto/tls"
	"path"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// How libpq uses TLS: https://www.postgresql.org/docs/current/libpq-ssl.html.

// sslMode is how TLS is used, in libpq's words.
func (p *postgres) sslMode() string {
	mode := cmp.Or(p.env.Task["PGSSLMODE"], "prefer")
	if p.Secure.isTrue() && !verifies(mode) {
		mode = "require"
	}
	return mode
}

func verifies(mode string) bool { return strings.HasPrefix(mode, "verify-") }

func (p *postgres) demandsTLS() bool { return p.sslMode() == "require" || verifies(p.sslMode()) }

func (p *postgres) withTLS() string {
	if p.Secure.Key != "" {
		return "set " + p.Secure.Key + "=true and PGSSLMODE=require"
	}
	return "set PGSSLMODE=require"
}

func (p *postgres) withoutTLS() string {
	if p.Secure.isTrue() {
		return "set " + p.Secure.Key + "=false"
	}
	return "set PGSSLMODE=prefer"
}

// rootCert is the file of authorities, "" for none. libpq never takes the system's
// by itself.
func (p *postgres) rootCert() string {
	home := path.Join(p.env.Task["HOME"], ".postgresql/root.crt")
	if _, there := p.env.readFile(home); !there {
		home = ""
	}
	return cmp.Or(p.env.Task["PGSSLROOTCERT"], p.CABundle, home)
}

// tlsClient verifies a chain wherever there is a root certificate, whatever the
// mode, and the name only where the mode is verify-full.
func (p *postgres) tlsClient() (*tls.Config, *checklist.Finding) {
	config := &tls.Config{ServerName: p.addr.host, InsecureSkipVerify: true} //nolint:gosec // verified below as libpq does
	file, mode := p.rootCert(), p.sslMode()
	switch {
	case file == "" && verifies(mode):
		f := p.fail(codeBundle, "PGSSLMODE="+mode+" wants a root certificate, and there is none: libpq does not take the system's",
			"mount the CA and set PGSSLROOTCERT=PATH")
		return nil, &f
	case file == "":
		return config, nil
	case file == "system":
		mode = "verify-full" // libpq takes no other with it
	default:
		var bad *checklist.Finding
		if p.trust, bad = p.bundle(p.client, "PGSSLROOTCERT", file, byClient); bad != nil {
			return nil, bad
		}
	}
	host := ""
	if mode == "verify-full" {
		host = p.addr.host
	}
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if _, err := chainsOf(state.PeerCertificates, p.trust, host, p.env.Now()); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
	return config, nil
}
