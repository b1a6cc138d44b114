package endpoints

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// doubts judges a certificate that we accept: by what Python makes of it, and
// by how long it will last. nil means none.
func (l *ladder) doubts(state tls.ConnectionState) *checklist.Finding {
	var f checklist.Finding
	leaf := state.PeerCertificates[0]
	what, hint := l.pythonRefuses(state.VerifiedChains)
	switch left := leaf.NotAfter.Sub(l.env.Now()); {
	case what != "":
		f = l.fail(codePythonRefuses, fmt.Sprintf("%s refuses the certificate, curl and Go accept it: %s", l.client.name, what), hint, describe(state.PeerCertificates))
	case l.trust.chosen == byContract, l.trust.chosen == bySystem && l.trust.from != "" && !strings.HasPrefix(l.trust.from, "/etc/"):
		f = l.fail(codePythonTrust, fmt.Sprintf("accepted by %s, which no variable of %s names", l.trust.from, l.client.name),
			exportBundle(l.trust.from), describe(state.PeerCertificates))
		f.State = checklist.Warn
	case l.minioRefuses(state.PeerCertificates):
		f = l.fail(codeOthersTrust, l.client.name+" accepts the certificate, minio-py does not: it knows no other variable than SSL_CERT_FILE",
			"export SSL_CERT_FILE="+shellWord(l.trust.from), describe(state.PeerCertificates))
		f.State = checklist.Warn
	case endsSoon(leaf, left):
		f = l.fail(codeEndsSoon, "the certificate ends in "+daysOrHours(left)+", on "+date(leaf.NotAfter), l.renewHint(), describe(state.PeerCertificates))
		f.State = checklist.Warn
	default:
		return nil
	}
	return &f
}

// minioRefuses reports that the other S3 client of Python looks elsewhere for its
// authorities, and does not find this one.
func (l *ladder) minioRefuses(sent []*x509.Certificate) bool {
	if l.client.name != boto3Client.name || l.env.Task == nil || l.trust.chosen != byClient || !l.env.mayUse("minio") {
		return false
	}
	whom, found, bad := l.named(minioClient)
	if !found {
		whom = l.unnamed()
	}
	_, err := chainsOf(sent, whom, l.addr.host, l.env.Now())
	return bad != nil || err != nil
}

// endsSoon leaves those alone that a machine renews every few days, until they
// should have been renewed.
func endsSoon(leaf *x509.Certificate, left time.Duration) bool {
	const soon = 14 * 24 * time.Hour
	life := leaf.NotAfter.Sub(leaf.NotBefore)
	return left < soon && (life > soon || left < life/3)
}

func daysOrHours(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// pythonRefuses says why OpenSSL, as Python's client configures it, would not
// take any of the chains that Go takes; "" when it would take one.
func (l *ladder) pythonRefuses(chains [][]*x509.Certificate) (what, hint string) {
	strict := l.client.strict && l.python().isStrict()
	for _, chain := range chains {
		if what, hint = l.weakOrPartial(chain, strict); what == "" && strict {
			what, hint = againstRFC5280(chain)
		}
		if what == "" {
			return "", ""
		}
	}
	return what, hint
}

// weakOrPartial is what OpenSSL refuses whatever the strictness: short keys, at
// the security level of every distribution, and a chain that does not reach a
// root, unless urllib3 allowed it.
func (l *ladder) weakOrPartial(chain []*x509.Certificate, partialAllowed bool) (what, hint string) {
	for _, c := range chain {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < 2048 {
			return fmt.Sprintf("the key of %s has %d bits, and 2048 are wanted", quoted(c.Subject.CommonName), key.N.BitLen()), "issue it with a key of 2048 bits or more: " + l.shownBy()
		}
	}
	if last := chain[len(chain)-1]; !isRoot(last) && !partialAllowed {
		return fmt.Sprintf("%s in the bundle is no root, and its issuer %s is missing", quoted(last.Subject.CommonName), quoted(last.Issuer.CommonName)),
			"append the root certificate to the bundle: cat ROOT.pem >> " + shellWord(l.trust.from)
	}
	return "", ""
}

// againstRFC5280 is what VERIFY_X509_STRICT refuses of a chain; authorities made
// by hand with older instructions have all of it.
func againstRFC5280(chain []*x509.Certificate) (what, hint string) {
	const remake = "Python 3.13 is strict: make the CA again with openssl req -x509 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign, and the leaf with authorityKeyIdentifier=keyid"
	for i, c := range chain {
		who := quoted(c.Subject.CommonName)
		switch {
		case i > 0 && !isCritical(c, oidBasicConstraints):
			return "the basic constraints of " + who + " are not marked critical", remake
		case i > 0 && c.KeyUsage == 0:
			return "the authority " + who + " has no key usage", remake
		case !isRoot(c) && len(c.AuthorityKeyId) == 0:
			return who + " has no authority key identifier", remake
		}
	}
	return "", ""
}

var oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}

func isCritical(c *x509.Certificate, oid asn1.ObjectIdentifier) bool {
	for _, e := range c.Extensions {
		if e.Id.Equal(oid) {
			return e.Critical
		}
	}
	return false
}

func isRoot(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }

func weaklySigned(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.MD5WithRSA, x509.DSAWithSHA1:
		return true
	}
	return false
}

// connectsAnyway softens the finding about a certificate that the task's client
// takes all the same; what follows is then asked as that client would.
func (l *ladder) connectsAnyway(err error, f checklist.Finding) checklist.Finding {
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) {
		return f
	}
	switch {
	case l.client.verifiesNothing(l.env.Task):
		f.Detail += "; " + l.client.off + " is set, and " + l.client.name + " connects all the same"
	case l.client.commonName && l.goesByCommonName(failed.UnverifiedCertificates):
		f.Detail += "; boto3 goes by that one, requests, minio-py and Go refuse it"
		l.tlsConfig.VerifyConnection = func(state tls.ConnectionState) error {
			_, err := chainsOf(state.PeerCertificates, l.trust, "", l.env.Now())
			return err
		}
	default:
		if isYes(l.env.Task["MLFLOW_S3_IGNORE_TLS"]) && l.client.name == boto3Client.name {
			f.Evidence = append(f.Evidence, "MLFLOW_S3_IGNORE_TLS is set: MLflow's artifact store connects all the same, boto3 does not")
		}
		return f
	}
	l.tlsConfig.InsecureSkipVerify = true //nolint:gosec // as the task's own client does
	f.State = checklist.Warn
	return f
}

// goesByCommonName reports a certificate that has no name but the common one,
// and is good otherwise. An address is never looked for there.
func (l *ladder) goesByCommonName(sent []*x509.Certificate) bool {
	leaf := sent[0]
	if _, err := netip.ParseAddr(l.addr.host); err == nil || len(leaf.DNSNames)+len(leaf.IPAddresses) > 0 || !strings.EqualFold(leaf.Subject.CommonName, l.addr.host) {
		return false
	}
	_, err := chainsOf(sent, l.trust, "", l.env.Now())
	return err == nil
}

func (l *ladder) shownBy() string {
	return "it is shown by: openssl s_client -connect " + l.addr.hostPort()
}
