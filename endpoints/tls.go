package endpoints

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

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
		return l.connectsAnyway(err, l.fault(err, shakingHands))
	}
	state := client.ConnectionState()
	leaf := state.PeerCertificates[0]
	if bad := l.doubts(state); bad != nil {
		return *bad
	}
	f := pass("%s, certificate valid until %s", tls.VersionName(state.Version), leaf.NotAfter.UTC().Format("2006-01-02"))
	if l.trust.from == "" {
		f.Evidence = []string{"judged by the system's authorities: no Python was found, whose clients bring a list of their own"}
	}
	return f
}

// clientTLS is made when first needed: reading a list of authorities takes
// longer than all requests together.
func (l *ladder) clientTLS() (*tls.Config, *checklist.Finding) {
	if l.tlsConfig != nil || l.addr.scheme != "https" {
		return l.tlsConfig, nil
	}
	var bad *checklist.Finding
	if l.trust, bad = l.authorities(); bad != nil {
		return nil, bad
	}
	l.tlsConfig = &tls.Config{ServerName: l.addr.host, NextProtos: []string{"http/1.1"}, RootCAs: l.trust.pool}
	l.tlsConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		// A TLS 1.2 server that misses a certificate says no more than "handshake
		// failure", so that it asked is worth remembering.
		l.certWanted.Store(true)
		if l.clientCert != "" {
			text, _ := readRegular(l.clientCert)
			if pair, err := tls.X509KeyPair(text, text); err == nil {
				return &pair, nil
			}
		}
		return &tls.Certificate{}, nil
	}
	return l.tlsConfig, nil
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
		return l.wantsCertificate(), true
	case remote, strings.Contains(text, "unsupported protocol version"):
		detail := l.addr.hostPort() + " refuses the TLS handshake"
		if strings.Contains(text, "protocol version") {
			detail = l.addr.hostPort() + " speaks only old versions of TLS"
		}
		return l.fail(codeTLSParameters, detail, fmt.Sprintf("enable TLS 1.2 or later on the server: openssl s_client -connect %s", l.addr.hostPort())), true
	}
	return f, false
}

func (l *ladder) renewHint() string {
	if s, ok := l.service(); ok {
		return fmt.Sprintf("renew it; with cert-manager: kubectl -n %s get certificate, then cmctl renew NAME -n %s", s.namespace, s.namespace)
	}
	return "renew it; " + l.shownBy()
}

func (l *ladder) wantsCertificate() checklist.Finding {
	return l.fail(codeClientCert, l.addr.hostPort()+" wants a client certificate",
		"join the mesh or mount one; by hand: curl -v --cert C --key K "+shellWord(l.addr.url("/").String()))
}

// speaksTLS tries a handshake after plain http got no usable answer. Any
// certificate will do: the question is what the port speaks.
func (l *ladder) speaksTLS(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, l.env.Limits.Dial)
	defer cancel()
	conn, err := l.connect(ctx, l.addr.hostPort())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	err = tls.Client(conn, &tls.Config{ServerName: l.addr.host, InsecureSkipVerify: true}).HandshakeContext(ctx) //nolint:gosec // nothing is sent over it
	var op *net.OpError
	return err == nil || errors.As(err, &op) && op.Op == "remote error"
}

// closedEarly reports a connection that the other side ended without a word.
func closedEarly(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
