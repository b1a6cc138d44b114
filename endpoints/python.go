package endpoints

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
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

	trustBy string // the settings that name a file of authorities, with PATH for it; "" is all that Python reads

	off string // the variable that switches verification off

	hashedDir  bool // a bundle may be a directory made by "openssl rehash"
	commonName bool // a certificate without alternative names goes by its common name
	strict     bool // follows RFC 5280 to the letter, and takes part of a chain, from Python 3.13 on
}

var (
	boto3Client    = library{name: "boto3", rules: Botocore, bundles: []string{"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"}, refusesEmpty: true, commonName: true}
	requestsClient = library{name: "requests", rules: Requests, bundles: []string{"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}, hashedDir: true, strict: true}
	minioClient    = library{name: "minio-py", rules: MinioPy, bundles: []string{"SSL_CERT_FILE"}, strict: true}
	libpqClient    = library{name: "libpq", trustBy: "PGSSLROOTCERT=PATH"}
	// The S3 client in MLflow's is boto3, and verifies nothing when told so.
	storeClient  = library{name: "MLflow's store", rules: Botocore, bundles: boto3Client.bundles, off: "MLFLOW_S3_IGNORE_TLS", refusesEmpty: true, commonName: true}
	mlflowClient = library{
		name: "MLflow", rules: Requests, bundles: []string{"MLFLOW_TRACKING_SERVER_CERT_PATH", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"},
		off: "MLFLOW_TRACKING_INSECURE_TLS", hashedDir: true, strict: true,
	}
)

// trustSettings make the client, and what else runs in the task, take the
// authorities in the file PATH.
func (c library) trustSettings() string {
	return cmp.Or(c.trustBy, "AWS_CA_BUNDLE=PATH REQUESTS_CA_BUNDLE=PATH SSL_CERT_FILE=PATH")
}

// exportBundle makes Python's clients take what others take already.
func exportBundle(path string) string {
	return fmt.Sprintf("export AWS_CA_BUNDLE=%[1]s REQUESTS_CA_BUNDLE=%[1]s", shellWord(path))
}

// verifiesNothing reports that the task switched verification off.
func (c library) verifiesNothing(task map[string]string) bool {
	return c.off != "" && isYes(task[c.off])
}

// s3ClientOf is the client whose rules a pass for S3 promises: boto3, on which s3fs
// and MLflow stand too, unless the image has none and has minio-py.
func s3ClientOf(env Env) library {
	if env.lacks("botocore") && !env.lacks("minio") {
		return minioClient
	}
	return boto3Client
}

// isYes reads a bool as MLflow does.
func isYes(value string) bool { return strings.EqualFold(value, "true") || value == "1" }

// python is the folder of packages that the task's Python imports its HTTP
// clients from; without a dir none was found.
type python struct {
	env Env
	dir string // below Files, without the leading slash
}

// pythonOf finds the packages of the Python that the task will start: the first
// folder that has a list of authorities.
func pythonOf(e Env) python {
	for _, dir := range e.sitePackages() {
		if p := (python{e, dir}); p.authorities() != "" {
			return p
		}
	}
	return python{}
}

// authorities is the list that requests and boto3 use unless a variable names
// another: that of certifi, else botocore's own. Neither looks at the system's.
func (p python) authorities() string {
	if p.env.Files == nil {
		return ""
	}
	for _, list := range []string{"certifi", "botocore"} {
		file := path.Join(p.dir, list, "cacert.pem")
		if _, err := fs.Stat(p.env.Files, file); err == nil {
			return "/" + file
		}
	}
	return ""
}

// isStrict reports a Python whose urllib3 asks OpenSSL for strictness.
func (p python) isStrict() bool {
	var minor int
	if _, err := fmt.Sscanf(path.Base(path.Dir(p.dir)), "python3.%d", &minor); err != nil || minor < 13 {
		return false
	}
	urllib3, _ := p.env.installed([]string{p.dir}, "urllib3")
	return urllib3.isAtLeast(2, 4)
}
