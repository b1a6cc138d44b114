package access_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/flts-run/flts-run/internal/tlskit"
	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// kubeconfig has the contexts dev and prod for a server, and a user of this text.
func kubeconfig(t *testing.T, server, ca, user, current string) string {
	return file(t, fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: %q
clusters:
- {name: one, cluster: {server: %q, certificate-authority-data: %s}}
contexts:
- {name: dev, context: {cluster: one, user: ada}}
- {name: prod, context: {cluster: one, user: nobody}}
- {name: torn, context: {cluster: absent, user: ada}}
users:
- {name: nobody, user: {}}
- {name: ada, user: %s}
`, current, server, ca, user))
}

func caOf(s *server) string {
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

const proxied = "/api/v1/namespaces/kubeflow/services/ml-pipeline:http/proxy"

func TestThroughTheAPIServer(t *testing.T) {
	s := serveTLS(t, ok)
	plugin := filepath.Join(t.TempDir(), "login-plugin")
	require.NoError(t, os.WriteFile(plugin, []byte("#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\""+token+"\"}}'\n"), 0o755))
	for name, c := range map[string]struct {
		user    string
		options access.Options
		environ []string
		path    string
		header  string
		value   string
	}{
		"a token":        {"{token: " + token + "}", access.Options{}, nil, proxied, "Authorization", "Bearer " + token},
		"a token file":   {"{tokenFile: " + file(t, token) + "}", access.Options{}, nil, proxied, "Authorization", "Bearer " + token},
		"user, password": {"{username: ada, password: " + password + "}", access.Options{}, nil, proxied, "Authorization", basic},
		"a plugin":       {"{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: " + plugin + "}}", access.Options{}, nil, proxied, "Authorization", "Bearer " + token},
		"another user":   {"{token: " + token + "}", access.Options{KubeContext: "prod"}, nil, proxied, "Authorization", ""},
		"elsewhere":      {"{}", access.Options{KubeNamespace: "ml", KubeService: "https:ml-pipeline:8888"}, nil, "/api/v1/namespaces/ml/services/https:ml-pipeline:8888/proxy", "Authorization", ""},
		"with a header":  {"{token: " + token + "}", access.Options{HeaderFile: file(t, "kubeflow-userid: "+header)}, nil, proxied, "Kubeflow-Userid", header},
		"and a cookie":   {"{token: " + token + "}", access.Options{}, []string{"FLTSCTL_COOKIE=a=" + cookie}, proxied, "Cookie", "a=" + cookie},
		"in a cluster":   {"{token: " + token + "}", access.Options{KubeContext: "dev"}, []string{"KUBERNETES_SERVICE_HOST=10.96.0.1"}, proxied, "Authorization", "Bearer " + token},
		"not the host":   {"{token: " + token + "}", access.Options{KubeContext: "dev"}, []string{"KF_PIPELINES_ENDPOINT=http://other.example"}, proxied, "Authorization", "Bearer " + token},
	} {
		t.Run(name, func(t *testing.T) {
			config := kubeconfig(t, s.URL, caOf(s), c.user, "dev")
			a := kfp(t, c.options, access.Surroundings{Environ: append(c.environ, "KUBECONFIG="+config)})
			require.Nil(t, a.Pages)
			s.requests = nil
			status, err := get(t, a, "/apis/v2beta1/healthz")
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, c.path+"/apis/v2beta1/healthz", s.requests[0].URL.Path)
			require.Equal(t, []string{c.value}, s.sent(c.header))
		})
	}
}

// The plugin's token has expired without its saying so.
func TestAPluginIsAskedAgain(t *testing.T) {
	count := file(t, "")
	plugin := filepath.Join(t.TempDir(), "login-plugin")
	script := "#!/bin/sh\nT=" + token + "; [ -s " + count + " ] && T=" + fresh + "; echo x >" + count + "\n" +
		"echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"'$T'\"}}'\n"
	require.NoError(t, os.WriteFile(plugin, []byte(script), 0o755))
	s := serveTLS(t, wants("Authorization", "Bearer "+fresh))
	config := kubeconfig(t, s.URL, caOf(s), "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "+plugin+"}}", "dev")
	a := kfp(t, access.Options{Kubeconfig: config}, access.Surroundings{})
	_, err := do(t, t.Context(), a, http.MethodPost, "/runs", "the run")
	require.NoError(t, err)
	require.Equal(t, []string{"Bearer " + token, "Bearer " + fresh}, s.sent("Authorization"))
	require.Equal(t, []string{"the run", "the run"}, s.bodies)
}

func TestAClientCertificateOfTheKubeconfig(t *testing.T) {
	dir := t.TempDir()
	ca, err := tlskit.New(dir, "users")
	require.NoError(t, err)
	leaf, err := ca.Leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	require.NoError(t, err)
	cert, key, err := tlskit.WritePair(dir, "ada", leaf)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	s := newServer(ok)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	s.StartTLS()
	t.Cleanup(s.close)
	a := kfp(t, access.Options{Kubeconfig: kubeconfig(t, s.URL, caOf(s), "{client-certificate: "+cert+", client-key: "+key+"}", "dev")}, access.Surroundings{})
	status, err := get(t, a, "")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
}

func TestKubeconfigsThatDoNotWork(t *testing.T) {
	s := serveTLS(t, ok)
	good := kubeconfig(t, s.URL, caOf(s), "{token: "+token+"}", "dev")
	for name, c := range map[string]struct {
		options access.Options
		environ []string
		message string
		advice  string
	}{
		"none":            {access.Options{}, nil, "nothing says where Kubeflow Pipelines is, and kubectl has no context to reach it through", "give --host URL, or set KF_PIPELINES_ENDPOINT, or log kubectl in"},
		"absent":          {access.Options{Kubeconfig: good + ".absent"}, nil, "--kubeconfig: there is no file " + good + ".absent", "ls -l " + good + ".absent"},
		"no YAML":         {access.Options{Kubeconfig: file(t, "{"+body)}, nil, "the kubeconfig cannot be read", "kubectl config view"},
		"no current one":  {access.Options{Kubeconfig: kubeconfig(t, s.URL, caOf(s), "{}", "")}, nil, "the kubeconfig has no current context", "kubectl config use-context NAME, or give --kube-context NAME"},
		"no such context": {access.Options{Kubeconfig: good, KubeContext: "stage"}, nil, `the kubeconfig has no context "stage"`, "kubectl config get-contexts"},
		"a torn one":      {access.Options{Kubeconfig: good, KubeContext: "torn"}, nil, `the context "torn" of the kubeconfig is not whole`, "kubectl config view --minify --context torn"},
		"no certificate":  {access.Options{Kubeconfig: kubeconfig(t, s.URL, caOf(s), "{client-certificate: /nowhere, client-key: /nowhere}", "dev")}, nil, `the context "dev" of the kubeconfig is not whole`, "kubectl config view --minify --context dev"},
		"a damaged CA":    {access.Options{Kubeconfig: kubeconfig(t, s.URL, base64.StdEncoding.EncodeToString([]byte(body)), "{}", "dev")}, nil, `the context "dev" of the kubeconfig cannot be used: a certificate, a key or a file of it is missing or damaged`, "kubectl --context dev cluster-info"},
		"a token of ours": {access.Options{Kubeconfig: good, TokenFile: file(t, token)}, nil, "--token-file " + "FILE" + " cannot be used on the way through the API server of Kubernetes, for which the kubeconfig has everything", ""},
		"in a variable":   {access.Options{Kubeconfig: good}, []string{"FLTSCTL_TOKEN=" + token}, "FLTSCTL_TOKEN cannot be used on the way through the API server of Kubernetes, for which the kubeconfig has everything", "name the server with --host, or leave FLTSCTL_TOKEN out"},
		"a CA of ours":    {access.Options{Kubeconfig: good, CAFile: "x"}, nil, "--ca-file cannot be used on the way through the API server of Kubernetes, for which the kubeconfig has everything", "name the server with --host, or leave --ca-file out"},
		"trust of ours":   {access.Options{Kubeconfig: good, Insecure: true}, nil, "--insecure cannot be used on the way through the API server of Kubernetes, for which the kubeconfig has everything", "name the server with --host, or leave --insecure out"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := access.KFP(c.options, access.Surroundings{Environ: c.environ})
			c.message = strings.ReplaceAll(c.message, "FILE", c.options.TokenFile)
			if c.advice == "" {
				c.advice = "name the server with --host, or leave --token-file " + c.options.TokenFile + " out"
			}
			want(t, submit.Invalid, "", c.message, c.advice, err)
		})
	}
	require.Empty(t, s.requests)
}

func TestRefusalsOfTheAPIServer(t *testing.T) {
	status := func(code int, text string) http.HandlerFunc {
		return answers(code, "application/json", `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"`+text+`","code":`+fmt.Sprint(code)+`}`)
	}
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		kind    submit.Kind
		code    string
		message string
		advice  string
	}{
		"expired":      {status(401, "Unauthorized"), submit.Refused, "FLTS-K10", `Kubernetes does not accept the login of the context "dev" (401): it has expired, or was made for another cluster`, "log in again, until this works: kubectl --context dev get --raw /version"},
		"not allowed":  {status(403, body), submit.Refused, "FLTS-K09", `the user of the context "dev" may not go through Kubernetes to the Service ml-pipeline in kubeflow (403)`, "kubectl --context dev -n kubeflow auth can-i create services/ml-pipeline --subresource=proxy; it needs get, create, patch and delete of services/proxy"},
		"no Service":   {status(404, body), submit.Unusable, "", `there is no Service ml-pipeline in the namespace kubeflow of the context "dev"`, "kubectl --context dev get services -A | grep ml-pipeline; then --kube-namespace NAMESPACE"},
		"no such port": {status(503, `no service port \"http\" found for service`), submit.Unusable, "FLTS-H08", `the Service ml-pipeline has no port "http"`, "--kube-service ml-pipeline:8888, or look: kubectl --context dev -n kubeflow get service ml-pipeline -o wide"},
		"no scheme":    {status(404, body), submit.Unusable, "", `there is no Service pipelines in the namespace kubeflow of the context "dev"`, "kubectl --context dev get services -A | grep pipelines; then --kube-namespace NAMESPACE"},
		"no pod":       {status(503, "no endpoints available for service"), submit.Unusable, "FLTS-H08", "the Service ml-pipeline in kubeflow has no pod that is ready", "kubectl --context dev -n kubeflow get pods,endpointslices -l app=ml-pipeline"},
		"another":      {status(500, body), submit.Unusable, "FLTS-H08", "Kubernetes cannot pass the request on to the Service ml-pipeline in kubeflow (500)", "kubectl --context dev -n kubeflow get pods,endpointslices -l app=ml-pipeline"},
		"KFP's own":    {answers(401, "application/json", `{"code":16}`), submit.Refused, "FLTS-A13", "Kubeflow Pipelines at HOST wants a login (401), and none was given", "give the header or cookie that the gateway would have added: --header-file FILE, such as kubeflow-userid: me@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveTLS(t, c.answer)
			o := access.Options{Kubeconfig: kubeconfig(t, s.URL, caOf(s), "{token: "+token+"}", "dev")}
			if name == "no scheme" {
				o.KubeService = "https:pipelines:8888"
			}
			a := kfp(t, o, access.Surroundings{})
			_, err := do(t, t.Context(), a, http.MethodPost, "/runs", "{}")
			want(t, c.kind, c.code, strings.ReplaceAll(c.message, "HOST", a.Base.Host), c.advice, err)
		})
	}
}

func TestFaultsOnTheWayToTheAPIServer(t *testing.T) {
	s := serveTLS(t, ok)
	other, err := tlskit.New(t.TempDir(), "other")
	require.NoError(t, err)
	otherCA := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.Certificate.Raw}))
	plugin := func(command string) string {
		return "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: \"" + command + "\"}}"
	}
	for name, c := range map[string]struct {
		config  string
		kind    submit.Kind
		code    string
		message string
		advice  string
	}{
		"another CA":      {kubeconfig(t, s.URL, otherCA, "{}", "dev"), submit.Unusable, "FLTS-L01", "the certificate of HOST comes from an authority that is not trusted", "get the kubeconfig of this cluster anew: its certificate-authority-data belongs to another"},
		"nobody there":    {kubeconfig(t, "https://"+closedPort(t), caOf(s), "{}", "dev"), submit.Unusable, "FLTS-T01", "nothing listens at the API server of Kubernetes at HOST (connection refused)", "kubectl --context dev cluster-info"},
		"no plugin":       {kubeconfig(t, s.URL, caOf(s), plugin("no-such-login-plugin"), "dev"), submit.Invalid, "", `the context "dev" gets its login from no-such-login-plugin, and there is no such program`, "install it, until this finds it: command -v no-such-login-plugin"},
		"a failed plugin": {kubeconfig(t, s.URL, caOf(s), plugin("false"), "dev"), submit.Refused, "", `false, which gives the login of the context "dev", failed`, "log in again, until this works: kubectl --context dev get --raw /version"},
	} {
		t.Run(name, func(t *testing.T) {
			a := kfp(t, access.Options{Kubeconfig: c.config}, access.Surroundings{})
			_, err := do(t, t.Context(), a, http.MethodPost, "/runs", "{}")
			want(t, c.kind, c.code, strings.ReplaceAll(c.message, "HOST", a.Base.Host), c.advice, err)
		})
	}
	require.Empty(t, s.requests)
}
