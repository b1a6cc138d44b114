package access

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"

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

// KubeConfig is what kubectl would use, with the name of the context. What client-go
// logs would stand among our own lines, and is silenced; its errors come back as
// errors.
func KubeConfig(o Options, s Surroundings) (config *rest.Config, context string, err error) {
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
		return nil, "", kubeFault("--kubeconfig: there is no file "+o.Kubeconfig, "ls -l "+hint.ShellWord(o.Kubeconfig), nil)
	}
	if err != nil {
		return nil, "", kubeFault("the kubeconfig cannot be read", "kubectl config view", err)
	}
	context = cmp.Or(o.KubeContext, raw.CurrentContext)
	switch {
	case len(raw.Contexts) == 0 && o.KubeContext == "":
		return nil, "", kubeFault("nothing says where Kubeflow Pipelines is, and kubectl has no context to reach it through", "give --host URL, or set KF_PIPELINES_ENDPOINT, or log kubectl in", nil)
	case context == "":
		return nil, "", kubeFault("the kubeconfig has no current context", "kubectl config use-context NAME, or give --kube-context NAME", nil)
	case raw.Contexts[context] == nil:
		return nil, "", kubeFault(fmt.Sprintf("the kubeconfig has no context %q", context), "kubectl config get-contexts", nil)
	}
	config, err = clientcmd.NewNonInteractiveClientConfig(*raw, context, &clientcmd.ConfigOverrides{}, rules).ClientConfig()
	if err != nil {
		return nil, "", kubeFault(fmt.Sprintf("the context %q of the kubeconfig is not whole", context), "kubectl config view --minify --context "+hint.ShellWord(context), err)
	}
	return config, context, nil
}

// kubeFault leaves out the library's text, which may quote the file.
func kubeFault(message, advice string, err error) error {
	return &submit.Error{Kind: submit.Invalid, Message: message, Advice: advice, Err: err}
}

// kubeRoute opens the way.
func (s Surroundings) kubeRoute(o Options) (*kubeRoute, wire, error) {
	config, context, err := KubeConfig(o, s)
	if err != nil {
		return nil, nil, err
	}
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
