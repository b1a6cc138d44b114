// Package tlskit makes certificates for tests: an authority of its own, and
// leaves with whatever is wrong with them.
package tlskit

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Authority is a CA that nobody trusts by default.
type Authority struct {
	Certificate *x509.Certificate
	// Path is the file of the certificate, in PEM: a CA bundle.
	Path string

	key *ecdsa.PrivateKey
}

// New makes an authority of that common name, valid for an hour, with its
// certificate in a file in dir.
func New(dir, name string) (*Authority, error) { return newAuthority(dir, name, nil, nil) }

// NewLike makes one after change has had its way with the template.
func NewLike(dir, name string, change func(*x509.Certificate)) (*Authority, error) {
	return newAuthority(dir, name, nil, change)
}

// Below makes an authority whose own certificate comes from this one.
func (a *Authority) Below(dir, name string) (*Authority, error) {
	return newAuthority(dir, name, a, nil)
}

func newAuthority(dir, name string, above *Authority, change func(*x509.Certificate)) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("tlskit: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	if change != nil {
		change(template)
	}
	if above == nil {
		above = &Authority{Certificate: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, above.Certificate, key.Public(), above.key)
	if err != nil {
		return nil, fmt.Errorf("tlskit: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("tlskit: %w", err)
	}
	path := filepath.Join(dir, "ca-"+serialText(cert)+".pem")
	if err := os.WriteFile(path, encode("CERTIFICATE", der), 0o644); err != nil {
		return nil, fmt.Errorf("tlskit: %w", err)
	}
	return &Authority{Certificate: cert, Path: path, key: key}, nil
}

// Leaf makes a server certificate for 127.0.0.1, valid for an hour,
// after change has had its way with the template. A nil change leaves it good.
func (a *Authority) Leaf(change func(*x509.Certificate)) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tlskit: %w", err)
	}
	return a.LeafFor(key, change)
}

// LeafFor makes one for a given key, such as one that is too short.
func (a *Authority) LeafFor(key crypto.Signer, change func(*x509.Certificate)) (tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "server"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("tlskit: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// WritePair writes a certificate and its key as files in dir, for servers that
// are processes of their own: NAME.crt and NAME.key.
func WritePair(dir, name string, c tls.Certificate) (certFile, keyFile string, err error) {
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return "", "", fmt.Errorf("tlskit: %w", err)
	}
	certFile, keyFile = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	if err := os.WriteFile(certFile, encode("CERTIFICATE", c.Certificate[0]), 0o644); err != nil {
		return "", "", fmt.Errorf("tlskit: %w", err)
	}
	if err := os.WriteFile(keyFile, encode("PRIVATE KEY", key), 0o600); err != nil {
		return "", "", fmt.Errorf("tlskit: %w", err)
	}
	return certFile, keyFile, nil
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func serial() *big.Int {
	n, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62)) // crypto/rand does not fail
	return n
}

func serialText(c *x509.Certificate) string { return c.SerialNumber.Text(36) }
