package endpoints

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// certFault tells apart why a certificate is not accepted.
func (l *ladder) certFault(err error) (checklist.Finding, bool) {
	var (
		failed  *tls.CertificateVerificationError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return checklist.Finding{}, false
	}
	sent := failed.UnverifiedCertificates
	l.leafSeen = sent[0].Raw
	switch {
	case isDefaultCert(sent[0]):
		return l.fail(codeDefaultCert, "the ingress has no certificate for "+l.addr.host+" and shows its own default one",
			"kubectl get ingress -A; give the rule of this host a tls: entry whose secretName exists in its namespace", describe(sent)), true
	case errors.As(err, &name):
		return l.wrongName(name.Certificate), true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return l.outOfTime(invalid.Cert, sent[0]), true
	case weaklySigned(sent[0]):
		return l.fail(codePythonRefuses, "the certificate is signed with "+sent[0].SignatureAlgorithm.String()+", which Python and Go refuse",
			"issue it again, signed with SHA-256; "+l.shownBy(), describe(sent)), true
	}
	return l.unknownAuthority(sent), true
}

// isDefaultCert knows what ingress controllers show when they have nothing for
// a host.
func isDefaultCert(c *x509.Certificate) bool {
	return slices.Contains([]string{"Kubernetes Ingress Controller Fake Certificate", "TRAEFIK DEFAULT CERT"}, c.Subject.CommonName)
}

func (l *ladder) outOfTime(c, leaf *x509.Certificate) checklist.Finding {
	if now := l.env.Now(); now.Before(c.NotBefore) {
		return l.fail(codeNotYetValid, "the certificate is not valid before "+date(c.NotBefore),
			"compare the clocks, on the node: timedatectl status", "our clock says "+date(now))
	}
	if !c.Equal(leaf) {
		return l.fail(codeExpired, fmt.Sprintf("the authority %s behind the certificate expired on %s", quoted(c.Subject.CommonName), date(c.NotAfter)),
			"the server must send a chain that is still valid: openssl s_client -showcerts -connect "+l.addr.hostPort())
	}
	return l.fail(codeExpired, "the certificate expired on "+date(c.NotAfter), l.renewHint())
}

// unknownAuthority looks whether somebody else in the task would accept the
// certificate: that is another repair.
func (l *ladder) unknownAuthority(sent []*x509.Certificate) checklist.Finding {
	evidence := []string{describe(sent)}
	hint := "mount the CA and set " + l.client.trustSettings()
	switch {
	case l.trust.chosen == byPython:
		evidence = append(evidence, l.client.name+" has its own list: "+l.trust.from)
		system := l.systemTrust()
		if _, err := chainsOf(sent, system, l.addr.host, l.env.Now()); err == nil {
			return l.onlyOthersTrust(system, evidence)
		}
	case l.trust.from != "":
		evidence = append(evidence, "only the authorities in "+l.trust.from+" are accepted")
		if len(sent) == 1 && !isRoot(sent[0]) {
			hint = "if that is the right CA, the server leaves out the certificates between: openssl s_client -showcerts -connect " + l.addr.hostPort() + "; else " + hint
		}
	}
	return l.fail(codeUnknownCA, "the certificate of "+l.addr.hostPort()+" comes from an unknown authority", hint, evidence...)
}

// onlyOthersTrust is the finding of a certificate that Go and curl accept here
// and Python's clients do not.
func (l *ladder) onlyOthersTrust(who trust, evidence []string) checklist.Finding {
	others, file := "the system's authorities", "/etc/ssl/certs/ca-certificates.crt"
	if who.from != "" {
		others, file = "the authorities in SSL_CERT_FILE", who.from
	}
	return l.fail(codePythonTrust, fmt.Sprintf("%s accept the certificate, %s does not look there", others, l.client.name),
		exportBundle(file), evidence...)
}

// describe names the certificate that a server sent, and how many came with it.
func describe(sent []*x509.Certificate) string {
	text := fmt.Sprintf("issuer %s, SHA-256 %X", quoted(sent[0].Issuer.CommonName), sha256.Sum256(sent[0].Raw))
	if len(sent) > 1 {
		text += fmt.Sprintf(", and %d more", len(sent)-1)
	}
	return text
}

// chainsOf verifies as a client would that trusts these authorities; an empty
// host leaves out the name.
func chainsOf(sent []*x509.Certificate, whom trust, host string, now time.Time) ([][]*x509.Certificate, error) {
	between := x509.NewCertPool()
	for _, c := range sent[1:] {
		between.AddCert(c)
	}
	return sent[0].Verify(x509.VerifyOptions{Roots: whom.pool, Intermediates: between, DNSName: host, CurrentTime: now})
}

func (l *ladder) wrongName(c *x509.Certificate) checklist.Finding {
	names := append([]string{}, c.DNSNames...)
	issue := "issue a certificate with the subject alternative name " + l.addr.host
	if slices.Contains(names, l.addr.host) {
		return l.fail(codeWrongName, "the certificate holds the address "+l.addr.host+" as a DNS name, where no client looks for it",
			"issue it with the subject alternative name IP:"+l.addr.host)
	}
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return l.fail(codeWrongName, "the certificate has no subject alternative name, only a common name", issue)
	}
	hint := issue
	for _, n := range names {
		if validHost(n) {
			hint = fmt.Sprintf("set %s, or %s", l.addr.assign("https", net.JoinHostPort(n, l.addr.port)), issue)
			break
		}
	}
	return l.fail(codeWrongName, fmt.Sprintf("the certificate is for %s, not for %s", quoted(strings.Join(names[:min(len(names), 4)], ", ")), l.addr.host), hint)
}

// quoted is a text out of a certificate, where anything may stand: no longer than
// real names are.
func quoted(text string) string {
	const most = 160
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
