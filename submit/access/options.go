package access

import (
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Options are what the command line says about a server. There is no option whose
// value is a token, a cookie or a password: every user of the machine can read the
// arguments of a process. Such a value comes from a file, from stdin (the file
// "-"), from a variable or from a command.
//
// At most one credential is sent: two flags that give one are an error, two
// variables too, and a flag goes before a variable. A client certificate belongs to
// the connection and goes with any of them.
type Options struct {
	Host string // --host, an address with or without scheme and path

	TokenFile    string // --token-file
	TokenCommand string // --token-command, split as a shell does, run without one
	CookieFile   string // --cookie-file: "name=value; other=value"
	HeaderFile   string // --header-file: "NAME: value"
	User         string // --user
	PasswordFile string // --password-file

	CAFile     string // --ca-file, PEM, beside the authorities of the system
	ClientCert string // --client-cert, PEM
	ClientKey  string // --client-key, PEM
	Insecure   bool   // --insecure: no certificate is verified
	Proxy      string // --proxy, in place of the variables and of NO_PROXY

	// Of Kubeflow Pipelines alone.
	Kubeconfig    string // --kubeconfig
	KubeContext   string // --kube-context
	KubeNamespace string // --kube-namespace, where the server runs; "" is kubeflow
	KubeService   string // --kube-service, "name:port"; "" is ml-pipeline:http

	Version string        // of fltsctl, for the server's log
	Timeout time.Duration // without a sign of life, for each try; 0 is 30 s

	// Notice gets progress for people, one line each; nil drops it.
	Notice func(string)

	// Secret gets each text that signs a request, before that is sent: whatever the
	// server says of it, it must not be printed. nil drops it.
	Secret func(text string)
}

// The variables that credentials come from, for both platforms.
const (
	varToken        = "FLTSCTL_TOKEN"
	varTokenFile    = "FLTSCTL_TOKEN_FILE"
	varTokenCommand = "FLTSCTL_TOKEN_COMMAND"
	varCookie       = "FLTSCTL_COOKIE"
	varCookieFile   = "FLTSCTL_COOKIE_FILE"
	varHeader       = "FLTSCTL_HEADER"
	varHeaderFile   = "FLTSCTL_HEADER_FILE"
	varUser         = "FLTSCTL_USER"
	varPassword     = "FLTSCTL_PASSWORD"
	varPasswordFile = "FLTSCTL_PASSWORD_FILE"
)

// Surroundings are what the process has around it.
type Surroundings struct {
	Environ []string // as os.Environ gives it
	Home    string   // "" where there is none
	Stdin   io.Reader

	// ReadFile reads a whole file; nil is os.ReadFile.
	ReadFile func(name string) ([]byte, error)
}

// get is the value of a variable, "" when it is not set. The last of equal names
// counts, as in os.Getenv of a process that was given them.
func (s Surroundings) get(name string) string {
	for _, entry := range slices.Backward(s.Environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// first is the first of the variables that has a value, with its name.
func (s Surroundings) first(names ...string) (value, name string) {
	for _, name := range names {
		if value := s.get(name); value != "" {
			return value, name
		}
	}
	return "", ""
}

func (s Surroundings) readFile(name string) ([]byte, error) {
	if s.ReadFile != nil {
		return s.ReadFile(name)
	}
	return os.ReadFile(name)
}

func (o Options) agent() string {
	if o.Version == "" {
		return "fltsctl/dev"
	}
	return "fltsctl/" + o.Version
}

func (o Options) limit() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return 30 * time.Second
}

func (o Options) notify() func(string) {
	if o.Notice != nil {
		return o.Notice
	}
	return func(string) {}
}

// inCluster reports a process in a pod: every one has this variable.
func (s Surroundings) inCluster() bool { return s.get("KUBERNETES_SERVICE_HOST") != "" }
