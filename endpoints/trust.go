package endpoints

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// trust is whom a target's certificate is verified by: the authorities of the
// Python client in the task where we can know them, because a certificate that
// only Go accepts is of no use there.
type trust struct {
	pool   *x509.CertPool // nil: the system's
	from   string         // the file, "" for the system's
	chosen chosenBy
}

// chosenBy is what named the authorities.
type chosenBy int

const (
	bySystem   chosenBy = iota // a stand-in: no list of Python's was found
	byPython                   // the list that comes with certifi or botocore
	byClient                   // a variable that the client reads
	byContract                 // the contract alone
)

// authorities reads whom to trust, in the order of the client's own search.
func (l *ladder) authorities() (trust, *checklist.Finding) {
	t, found, bad := l.named(l.client)
	if found || bad != nil {
		return t, bad
	}
	if l.caBundle != "" {
		by := byContract
		if l.env.Task == nil {
			by = byClient // the caller read the variables
		}
		return l.bundle(l.client, strings.Join(l.client.bundles, " and "), l.caBundle, by)
	}
	return l.unnamed(), nil
}

// named is what a variable of the client names; found is false when none is set.
func (l *ladder) named(client library) (t trust, found bool, bad *checklist.Finding) {
	for _, variable := range client.bundles {
		path, set := l.env.Task[variable]
		if path != "" {
			t, bad := l.bundle(client, variable, path, byClient)
			return t, true, bad
		}
		if set && client.refusesEmpty {
			f := l.fail(codeBundle, fmt.Sprintf("%s is set and empty: %s refuses that, and older ones then verify nothing", variable, client.name), "unset "+variable)
			return trust{}, true, &f
		}
	}
	return trust{}, false, nil
}

// unnamed is whom Python's clients trust that are told nothing.
func (l *ladder) unnamed() trust {
	if list := l.python().authorities(); list != "" {
		if pool, err := readPool(list, false); err == nil {
			return trust{pool: pool, from: list, chosen: byPython}
		}
	}
	return l.systemTrust()
}

// systemTrust is what Go, curl and OpenSSL's own tools would use in the task.
func (l *ladder) systemTrust() trust {
	if file := l.env.Task["SSL_CERT_FILE"]; file != "" {
		if pool, err := readPool(file, false); err == nil {
			return trust{pool: pool, from: file}
		}
	}
	return trust{}
}

// bundle reads a file that replaces all other authorities; variable is what to
// correct when it is of no use.
func (l *ladder) bundle(client library, variable, path string, by chosenBy) (trust, *checklist.Finding) {
	pool, err := readPool(path, client.hashedDir)
	if err == nil {
		return trust{pool: pool, from: path, chosen: by}, nil
	}
	what := "cannot be read"
	switch {
	case errors.Is(err, errNoCertificate):
		what = "holds no certificate"
	case errors.Is(err, errDirectory):
		what = "is a directory, and " + client.name + " takes only a file"
	case errors.Is(err, errNoFile):
		what = "is no regular file"
	case errors.Is(err, fs.ErrNotExist):
		what = "does not exist"
	}
	f := l.fail(codeBundle, fmt.Sprintf("the CA bundle %s %s", path, what),
		fmt.Sprintf("mount the CA there, or correct %s: ls -lL %s", variable, shellWord(path)))
	return trust{}, &f
}

var (
	errNoCertificate = errors.New("no certificate in it")
	errDirectory     = errors.New("a directory")
)

// readPool reads a bundle: a file in PEM, or where that is allowed a directory
// of such files under the names that OpenSSL looks for.
func readPool(path string, hashedDir bool) (*x509.CertPool, error) {
	files := []string{path}
	if info, err := os.Stat(path); hashedDir && err == nil && info.IsDir() {
		files, _ = filepath.Glob(filepath.Join(path, "????????.[0-9]"))
	}
	pool, found := x509.NewCertPool(), false
	for _, file := range files {
		pem, err := readRegular(file)
		if err != nil {
			return nil, err
		}
		found = pool.AppendCertsFromPEM(pem) || found
	}
	if !found {
		return nil, errNoCertificate
	}
	return pool, nil
}
