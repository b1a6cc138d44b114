package endpoints

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/flts-run/flts-run/checklist"
)

// handshake is the tls rung.
func (l *ladder) handshake(ctx context.Context) checklist.Finding {
	config, bad := l.clientTLS()
	if bad != nil {
		return *bad
	}
	conn, err := l.connect(ctx, l.addr.hostPort())
	if err != nil {
		return l.fault(err, connecting)
	}
	defer func() { _ = conn.Close() }()
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		return l.fault(err, shakingHands)
	}
	state := client.ConnectionState()
	leaf := state.PeerCertificates[0]
	return pass("%s, certificate valid until %s", tls.VersionName(state.Version), leaf.NotAfter.UTC().Format("2006-01-02"))
}

// clientTLS is made when first needed: reading the system's authorities takes
// longer than all requests together. A bundle replaces them, as in boto3 and
// requests.
func (l *ladder) clientTLS() (*tls.Config, *checklist.Finding) {
	if l.tlsConfig != nil || l.addr.scheme != "https" {
		return l.tlsConfig, nil
	}
	config := &tls.Config{ServerName: l.addr.host, NextProtos: []string{"http/1.1"}}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		// A TLS 1.2 server that misses a certificate says no more than "handshake
		// failure", so that it asked is worth remembering.
		l.certWanted.Store(true)
		if l.clientCert != "" {
			if pair, err := tls.LoadX509KeyPair(l.clientCert, l.clientCert); err == nil {
				return &pair, nil
			}
		}
		return &tls.Certificate{}, nil
	}
	if l.caBundle != "" {
		pem, err := os.ReadFile(l.caBundle)
		pool := x509.NewCertPool()
		if err != nil || !pool.AppendCertsFromPEM(pem) {
			what := "holds no certificate"
			if err != nil {
				what = "cannot be read"
			}
			f := l.fail(codeUnknownCA, fmt.Sprintf("the CA bundle %s %s", l.caBundle, what),
				"mount the CA there, or correct AWS_CA_BUNDLE and REQUESTS_CA_BUNDLE: ls -lL "+shellWord(l.caBundle))
			return nil, &f
		}
		config.RootCAs = pool
	}
	l.tlsConfig = config
	return config, nil
}

// tlsFault tells apart why a handshake failed; ok is false when the error is
// not one of TLS.
func (l *ladder) tlsFault(err error) (f checklist.Finding, ok bool) {
	if f, ok := l.certFault(err); ok {
		return f, true
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		detail := l.addr.hostPort() + " does not speak TLS"
		if string(record.RecordHeader[:4]) == "HTTP" {
			detail = l.addr.hostPort() + " speaks plain http, not https"
		}
		return l.fail(codeSpeaksPlain, detail, "set "+l.addr.assignScheme("http")), true
	}
	var op *net.OpError
	remote := errors.As(err, &op) && op.Op == "remote error"
	text := err.Error()
	switch {
	case remote && l.certWanted.Load():
		return l.fail(codeClientCert, l.addr.hostPort()+" wants a client certificate",
			fmt.Sprintf("join the mesh or mount one; by hand: curl -v --cert C --key K %s", shellWord(l.addr.url("/").String()))), true
	case remote, strings.Contains(text, "unsupported protocol version"):
		detail := l.addr.hostPort() + " refuses the TLS handshake"
		if strings.Contains(text, "protocol version") {
			detail = l.addr.hostPort() + " speaks only old versions of TLS"
		}
		return l.fail(codeTLSParameters, detail, fmt.Sprintf("enable TLS 1.2 or later on the server: openssl s_client -connect %s", l.addr.hostPort())), true
	}
	return f, false
}

// certFault tells apart why a certificate is not accepted.
func (l *ladder) certFault(err error) (checklist.Finding, bool) {
	var (
		authority x509.UnknownAuthorityError
		noRoots   x509.SystemRootsError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		return l.wrongName(name.Certificate), true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if now := l.env.Now(); now.Before(invalid.Cert.NotBefore) {
			return l.fail(codeNotYetValid, "the certificate is not valid before "+date(invalid.Cert.NotBefore),
				"compare the clocks, on the node: timedatectl status", "our clock says "+date(now)), true
		}
		return l.fail(codeExpired, "the certificate expired on "+date(invalid.Cert.NotAfter), l.renewHint()), true
	case errors.As(err, &authority), errors.As(err, &noRoots), errors.As(err, &invalid):
		var evidence []string
		if c := unverified(err); c != nil {
			evidence = append(evidence, fmt.Sprintf("issuer %q, SHA-256 %X", c.Issuer.CommonName, sha256.Sum256(c.Raw)))
		}
		if l.caBundle != "" {
			evidence = append(evidence, "only the authorities in "+l.caBundle+" are accepted")
		}
		return l.fail(codeUnknownCA, "the certificate of "+l.addr.hostPort()+" comes from an unknown authority",
			"mount the CA and set AWS_CA_BUNDLE=PATH REQUESTS_CA_BUNDLE=PATH SSL_CERT_FILE=PATH", evidence...), true
	}
	return checklist.Finding{}, false
}

// unverified is the server's own certificate out of a failed verification.
func unverified(err error) *x509.Certificate {
	var failed *tls.CertificateVerificationError
	if errors.As(err, &failed) && len(failed.UnverifiedCertificates) > 0 {
		return failed.UnverifiedCertificates[0]
	}
	return nil
}

func (l *ladder) wrongName(c *x509.Certificate) checklist.Finding {
	names := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	issue := "issue a certificate with the subject alternative name " + l.addr.host
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
	return l.fail(codeWrongName, fmt.Sprintf("the certificate is for %q, not for %s", strings.Join(names[:min(len(names), 4)], ", "), l.addr.host), hint)
}

func (l *ladder) renewHint() string {
	if s, ok := l.service(); ok {
		return fmt.Sprintf("renew it; with cert-manager: kubectl -n %s get certificate, then cmctl renew NAME -n %s", s.namespace, s.namespace)
	}
	return "renew it; it is shown by: openssl s_client -connect " + l.addr.hostPort()
}

// speaksTLS tries a handshake after plain http got no usable answer. Any
// certificate will do: the question is what the port speaks.
func (l *ladder) speaksTLS(ctx context.Context) bool {
	conn, err := l.connect(ctx, l.addr.hostPort())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	err = tls.Client(conn, &tls.Config{ServerName: l.addr.host, InsecureSkipVerify: true}).HandshakeContext(ctx) //nolint:gosec // nothing is sent over it
	var op *net.OpError
	return err == nil || errors.As(err, &op) && op.Op == "remote error"
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// closedEarly reports a connection that the other side ended without a word.
func closedEarly(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
