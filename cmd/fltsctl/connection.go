package main

import (
	"github.com/flts-run/flts-run/submit/access"
)

// Where the server is and how it is convinced. The variables are read where the
// way is opened, so that an error names what was set. No flag has a token, a
// cookie or a password as its value: arguments are for everybody to see.
var (
	hostOption         = option{flag: "host", heading: serverHeading, variables: []string{"KF_PIPELINES_ENDPOINT", "AIRFLOW_API_URL"}, usage: "address of the API, `URL`; without one the KFP Service of this cluster, or that of the kubeconfig context"}
	namespaceOption    = option{flag: "namespace", short: "n", heading: serverHeading, backend: kfpBackend, variables: []string{"FLTSCTL_NAMESPACE"}, usage: "`NAMESPACE` of the runs, where users have their own"}
	tokenFileOption    = option{flag: "token-file", heading: serverHeading, files: true, variables: []string{"FLTSCTL_TOKEN_FILE", "FLTSCTL_TOKEN"}, usage: "`FILE` of a bearer token, read again when the server refuses it; - is stdin"}
	tokenCommandOption = option{flag: "token-command", heading: serverHeading, variables: []string{"FLTSCTL_TOKEN_COMMAND"}, usage: "`COMMAND` that prints a bearer token"}
	cookieFileOption   = option{flag: "cookie-file", heading: serverHeading, files: true, variables: []string{"FLTSCTL_COOKIE_FILE", "FLTSCTL_COOKIE"}, usage: "`FILE` of NAME=VALUE, as the browser sends it"}
	headerFileOption   = option{flag: "header-file", heading: serverHeading, files: true, variables: []string{"FLTSCTL_HEADER_FILE", "FLTSCTL_HEADER"}, usage: "`FILE` of NAME: VALUE"}
	userOption         = option{flag: "user", heading: serverHeading, variables: []string{"FLTSCTL_USER"}, usage: "`NAME` for basic authentication, or for a token of Airflow 3"}
	passwordFileOption = option{flag: "password-file", heading: serverHeading, files: true, variables: []string{"FLTSCTL_PASSWORD_FILE", "FLTSCTL_PASSWORD"}, usage: "`FILE` of the password"}
	caFileOption       = option{flag: "ca-file", heading: serverHeading, files: true, usage: "PEM `FILE` of authorities, beside those of the system"}
	clientCertOption   = option{flag: "client-cert", heading: serverHeading, files: true, usage: "PEM `FILE` of a client certificate"}
	clientKeyOption    = option{flag: "client-key", heading: serverHeading, files: true, usage: "PEM `FILE` of its key"}
	insecureOption     = option{flag: "insecure", heading: serverHeading, boolean: true, usage: "do not verify the server's certificate"}
	proxyOption        = option{flag: "proxy", heading: serverHeading, variables: []string{"HTTPS_PROXY", "HTTP_PROXY"}, usage: "`URL` of the proxy"}

	kubeconfigOption    = option{flag: "kubeconfig", heading: serverHeading, backend: kfpBackend, files: true, variables: []string{"KUBECONFIG"}, usage: "`FILE` of the cluster, for the way through the Kubernetes API"}
	kubeContextOption   = option{flag: "kube-context", heading: serverHeading, backend: kfpBackend, usage: "`NAME` of the context in it"}
	kubeNamespaceOption = option{flag: "kube-namespace", heading: serverHeading, backend: kfpBackend, fallback: "kubeflow", usage: "`NAMESPACE` that KFP itself runs in"}
	kubeServiceOption   = option{flag: "kube-service", heading: serverHeading, backend: kfpBackend, fallback: "ml-pipeline:http", usage: "`NAME:PORT` of its Service"}
)

var connectionOptions = []option{
	hostOption, dagOption, namespaceOption, tokenFileOption, tokenCommandOption, cookieFileOption, headerFileOption,
	userOption, passwordFileOption, caFileOption, clientCertOption, clientKeyOption, insecureOption, proxyOption,
	kubeconfigOption, kubeContextOption, kubeNamespaceOption, kubeServiceOption,
}

// accessOptions is the command line's part of the way to a server.
func (r *runner) accessOptions(s *settings) access.Options {
	for _, o := range connectionOptions {
		// An unset variable of a script must not lead to another server.
		if s.given(o) && !o.boolean && s.flag(o) == "" {
			s.problem(usage("give it a value, or leave it out", "--%s is empty", o.flag))
		}
	}
	return access.Options{
		Host:          s.flag(hostOption),
		TokenFile:     s.flag(tokenFileOption),
		TokenCommand:  s.flag(tokenCommandOption),
		CookieFile:    s.flag(cookieFileOption),
		HeaderFile:    s.flag(headerFileOption),
		User:          s.flag(userOption),
		PasswordFile:  s.flag(passwordFileOption),
		CAFile:        s.flag(caFileOption),
		ClientCert:    s.flag(clientCertOption),
		ClientKey:     s.flag(clientKeyOption),
		Insecure:      s.given(insecureOption) && s.boolean(insecureOption),
		Proxy:         s.flag(proxyOption),
		Kubeconfig:    s.flag(kubeconfigOption),
		KubeContext:   s.flag(kubeContextOption),
		KubeNamespace: s.flag(kubeNamespaceOption),
		KubeService:   s.flag(kubeServiceOption),
		Version:       version,
		Notice:        r.notice,
		Secret:        func(text string) { r.out.Mask.Add("credential", text) },
	}
}

func (r *runner) surroundings() access.Surroundings {
	return access.Surroundings{Environ: r.environ, Home: r.home, Stdin: r.stdin}
}
