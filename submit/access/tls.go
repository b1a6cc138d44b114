package access

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// tlsConfig trusts the system's authorities, those in the files of the variables
// that other clients read, and those of --ca-file. Where the server speaks no TLS
// they are not read: that takes as long as a whole submission.
func (s Surroundings) tlsConfig(o Options, scheme string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.Insecure}
	if scheme == "http" && o.CAFile == "" && o.ClientCert == "" && o.ClientKey == "" {
		return config, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // an image without any
	}
	bundles := []struct{ name, origin string }{{o.CAFile, "--ca-file"}}
	for _, name := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"} {
		bundles = append(bundles, struct{ name, origin string }{s.get(name), name})
	}
	for _, b := range bundles {
		if b.name == "" {
			continue
		}
		if err := s.addBundle(pool, b.name, b.origin); err != nil {
			return nil, err
		}
	}
	config.RootCAs = pool
	if o.ClientCert == "" && o.ClientKey == "" {
		return config, nil
	}
	pair, err := s.clientPair(o)
	config.Certificates = []tls.Certificate{pair}
	return config, err
}

// addBundle adds the certificates of a file, or of the files of a directory, which
// the variables may name too.
func (s Surroundings) addBundle(pool *x509.CertPool, name, origin string) error {
	files := []string{name}
	if entries, err := os.ReadDir(name); err == nil {
		files = nil
		for _, e := range entries {
			files = append(files, filepath.Join(name, e.Name()))
		}
	}
	found := false
	var failed error
	for _, file := range files {
		text, err := s.readFile(file)
		if err != nil {
			failed = err
			continue
		}
		found = pool.AppendCertsFromPEM(text) || found
	}
	if found {
		return nil
	}
	what := "has no certificate in it"
	if failed != nil {
		what = "cannot be read"
	}
	return &submit.Error{Kind: submit.Invalid, Code: codeBundle, Message: fmt.Sprintf("%s: %s %s", origin, name, what), Advice: "openssl x509 -noout -subject -in " + hint.ShellWord(name), Err: failed}
}

func (s Surroundings) clientPair(o Options) (tls.Certificate, error) {
	if o.ClientCert == "" || o.ClientKey == "" {
		return tls.Certificate{}, &submit.Error{Kind: submit.Invalid, Message: "a client certificate needs both --client-cert and --client-key"}
	}
	cert, err := s.readText(o.ClientCert, "--client-cert")
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := s.readText(o.ClientKey, "--client-key")
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		return tls.Certificate{}, &submit.Error{
			Kind: submit.Invalid, Message: "--client-cert and --client-key are no pair in PEM", Err: err,
			Advice: fmt.Sprintf("openssl x509 -noout -pubkey -in %s; openssl pkey -pubout -in %s", hint.ShellWord(o.ClientCert), hint.ShellWord(o.ClientKey)),
		}
	}
	return pair, nil
}
