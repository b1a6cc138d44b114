package access

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/transport"
	"k8s.io/klog/v2"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// kubeRoute is a way to a Service through the API server of Kubernetes.
type kubeRoute struct {
	base      *url.URL // of the Service, below the API server's
	context   string
	namespace string
	service   string // "name:port", or "scheme:name:port"
	plugin    string // the program that gives the login, or ""
	renews    bool   // the login is had again after a 401
}

// Kube is what kubectl would use.
type Kube struct {
	*rest.Config
	Context   string // its name; "" is that of a pod, which has no contexts
	Current   bool   // kubectl uses it without being told to
	Namespace string // of the context, "default" where it has none
}

// errNoContext is that kubectl does not know a cluster.
var errNoContext = errors.New("kubectl has no context")

// KubeConfig reads what kubectl would use. In a pod without a kubeconfig that is the
// pod's service account. What client-go logs would stand among our own lines, and is
// silenced; its errors come back as errors.
func KubeConfig(o Options, s Surroundings) (Kube, error) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: o.Kubeconfig}
	if list := s.get("KUBECONFIG"); o.Kubeconfig == "" && list != "" {
		rules.Precedence = filepath.SplitList(list)
	} else if o.Kubeconfig == "" && s.Home != "" {
		rules.Precedence = []string{filepath.Join(s.Home, ".kube", "config")}
	}
	raw, err := rules.Load()
	if errors.Is(err, fs.ErrNotExist) {
		return Kube{}, kubeFault("--kubeconfig: there is no file "+o.Kubeconfig, "ls -l "+hint.ShellWord(o.Kubeconfig), nil)
	}
	if err != nil {
		return Kube{}, kubeFault("the kubeconfig cannot be read", "kubectl config view", err)
	}
	context := cmp.Or(o.KubeContext, raw.CurrentContext)
	switch {
	case len(raw.Contexts) == 0 && o.KubeContext == "":
		return s.podKube()
	case context == "":
		return Kube{}, kubeFault("the kubeconfig has no current context", "kubectl config use-context NAME, or give --kube-context NAME", nil)
	case raw.Contexts[context] == nil:
		return Kube{}, kubeFault(fmt.Sprintf("the kubeconfig has no context %q", context), "kubectl config get-contexts", nil)
	}
	config, err := clientcmd.NewNonInteractiveClientConfig(*raw, context, &clientcmd.ConfigOverrides{}, rules).ClientConfig()
	if err != nil {
		return Kube{}, kubeFault(fmt.Sprintf("the context %q of the kubeconfig is not whole", context), "kubectl config view --minify --context "+hint.ShellWord(context), err)
	}
	return Kube{config, context, context == raw.CurrentContext && o.Kubeconfig == "", cmp.Or(raw.Contexts[context].Namespace, "default")}, nil
}

// serviceAccount is where a pod has its login.
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

// podKube is the service account of the pod that we are in.
func (s Surroundings) podKube() (Kube, error) {
	host, port := s.get("KUBERNETES_SERVICE_HOST"), s.get("KUBERNETES_SERVICE_PORT")
	namespace, err := os.ReadFile(serviceAccount + "/namespace")
	if host == "" || err != nil {
		return Kube{}, kubeFault("kubectl has no context", "log kubectl in, or give --kubeconfig FILE", errNoContext)
	}
	return Kube{Current: true, Namespace: strings.TrimSpace(string(namespace)), Config: &rest.Config{
		Host: "https://" + net.JoinHostPort(host, cmp.Or(port, "443")), BearerTokenFile: serviceAccount + "/token",
		TLSClientConfig: rest.TLSClientConfig{CAFile: serviceAccount + "/ca.crt"},
	}}, nil
}

// kubeFault leaves out the library's text, which may quote the file.
func kubeFault(message, advice string, err error) error {
	return &submit.Error{Kind: submit.Invalid, Message: message, Advice: advice, Err: err}
}

// kubeRoute opens the way.
func (s Surroundings) kubeRoute(o Options) (*kubeRoute, wire, error) {
	kube, err := KubeConfig(o, s)
	if errors.Is(err, errNoContext) || err == nil && kube.Context == "" {
		return nil, nil, kubeFault("nothing says where Kubeflow Pipelines is, and kubectl has no context to reach it through", "give --host URL, or set KF_PIPELINES_ENDPOINT, or log kubectl in", nil)
	}
	if err != nil {
		return nil, nil, err
	}
	config, context := kube.Config, kube.Context
	unusable := func(err error) (*kubeRoute, wire, error) {
		return nil, nil, kubeFault(fmt.Sprintf("the context %q of the kubeconfig cannot be used: a certificate, a key or a file of it is missing or damaged", context),
			"kubectl --context "+hint.ShellWord(context)+" cluster-info", err)
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return unusable(err)
	}
	route := &kubeRoute{
		context: context, namespace: cmp.Or(o.KubeNamespace, kfpNamespace), service: cmp.Or(o.KubeService, kfpService),
		renews: config.ExecProvider != nil || config.AuthProvider != nil || config.BearerTokenFile != "",
	}
	if config.ExecProvider != nil {
		route.plugin = filepath.Base(config.ExecProvider.Command)
	}
	// ml-pipeline:http is the Service's port of that name. A third part, in front,
	// would be the scheme that the API server speaks to it.
	route.base = base.JoinPath("api/v1/namespaces", route.namespace, "services", route.service, "proxy")
	settings, err := config.TransportConfig()
	if err != nil {
		return unusable(err)
	}
	wire, err := s.kubeWire(o, settings)
	if err != nil {
		if _, ours := errors.AsType[*submit.Error](err); ours {
			return nil, nil, err
		}
		return unusable(err)
	}
	return route, wire, nil
}

// kubeWire is our own transport with the TLS, the proxy and the login of kubectl.
func (s Surroundings) kubeWire(o Options, settings *transport.Config) (wire, error) {
	config, err := transport.TLSConfigFor(settings)
	if err != nil {
		return nil, err
	}
	inner := newTransport()
	inner.TLSClientConfig = config
	if inner.Proxy = settings.Proxy; inner.Proxy == nil {
		if inner.Proxy, err = s.proxy(o, "https"); err != nil {
			return nil, err
		}
	}
	if settings.DialHolder != nil {
		inner.DialContext = settings.DialHolder.Dial // ends connections when a plugin gives another certificate
	}
	outer, err := transport.HTTPWrappersForConfig(settings, inner)
	return kubeWire{outer, inner}, err
}

type kubeWire struct {
	http.RoundTripper
	inner *http.Transport
}

func (w kubeWire) CloseIdleConnections() { w.inner.CloseIdleConnections() }
