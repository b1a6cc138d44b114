package endpoints

import (
	"fmt"
	"path/filepath"
	"strings"
)

// library talks to a target in a task: which way it goes, what it takes for an
// authority and what it makes of a certificate. Measured with botocore
// 1.44 and requests 2.34, on Python 3.11 and 3.13.
type library struct {
	name  string
	rules PythonClient // about proxies

	// bundles are the variables with a file of authorities; the first that is
	// set wins. An empty one is not set for requests, and an error for boto3.
	bundles      []string
	refusesEmpty bool

	off string // the variable that switches verification off

	hashedDir  bool // a bundle may be a directory made by "openssl rehash"
	commonName bool // a certificate without alternative names goes by its common name
	strict     bool // follows RFC 5280 to the letter, and takes part of a chain, from Python 3.13 on
}

var (
	boto3Client    = library{name: "boto3", rules: Botocore, bundles: []string{"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"}, refusesEmpty: true, commonName: true}
	requestsClient = library{name: "requests", rules: Requests, bundles: []string{"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}, hashedDir: true, strict: true}
	mlflowClient   = library{
		name: "MLflow", rules: Requests, bundles: []string{"MLFLOW_TRACKING_SERVER_CERT_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"},
		off: "MLFLOW_TRACKING_INSECURE_TLS", hashedDir: true, strict: true,
	}
)

// verifiesNothing reports that the task switched verification off.
func (c library) verifiesNothing(task map[string]string) bool {
	return c.off != "" && isYes(task[c.off])
}

// isYes reads a bool as MLflow does.
func isYes(value string) bool { return strings.EqualFold(value, "true") || value == "1" }

// python is a directory of installed packages, empty when none was found.
type python string

// pythonOf finds the packages of the Python that the task will start: those
// beside the first directory of its PATH that has any of HTTP's.
func pythonOf(task map[string]string) python {
	for _, dir := range filepath.SplitList(task["PATH"]) {
		if dir == "" {
			continue
		}
		for _, list := range []string{"certifi", "botocore"} {
			// site-packages, and dist-packages on Debian.
			found, _ := filepath.Glob(filepath.Join(dir, "..", "lib", "python3*", "*-packages", list, "cacert.pem"))
			if len(found) > 0 {
				return python(filepath.Dir(filepath.Dir(found[0])))
			}
		}
	}
	return ""
}

// authorities is the list that requests and boto3 use unless a variable names
// another: that of certifi, else botocore's own. Neither looks at the system's.
func (p python) authorities() string {
	for _, list := range []string{"certifi", "botocore"} {
		if found, _ := filepath.Glob(filepath.Join(string(p), list, "cacert.pem")); p != "" && len(found) > 0 {
			return found[0]
		}
	}
	return ""
}

// isStrict reports a Python whose urllib3 asks OpenSSL for strictness.
func (p python) isStrict() bool {
	var minor int
	if _, err := fmt.Sscanf(filepath.Base(filepath.Dir(string(p))), "python3.%d", &minor); err != nil || minor < 13 {
		return false
	}
	return p.has("urllib3", 2, 4)
}

// has reports that a package is installed in this version or a later one.
func (p python) has(name string, major, minor int) bool {
	found, _ := filepath.Glob(filepath.Join(string(p), name+"-*.dist-info"))
	for _, dir := range found {
		var a, b int
		version := strings.TrimPrefix(filepath.Base(dir), name+"-")
		if _, err := fmt.Sscanf(version, "%d.%d", &a, &b); err == nil && (a > major || a == major && b >= minor) {
			return true
		}
	}
	return false
}
