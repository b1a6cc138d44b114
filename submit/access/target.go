package access

import (
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/flts-run/flts-run/internal/hint"
)

// target is what the messages about a server need to know.
type target struct {
	what   string // "Kubeflow Pipelines", "Airflow"
	base   *url.URL
	origin string
	kube   *kubeRoute // the way through the API server of Kubernetes, or nil
	inside bool       // we are in a cluster

	certWanted *atomic.Bool // the server asked for a client certificate, and there was none; or nil
}

const (
	kubeflowPipelines = "Kubeflow Pipelines"
	airflow           = "Airflow"
)

func (t target) isKFP() bool { return t.what == kubeflowPipelines }

// where is the server in a message.
func (t target) where() string {
	if t.kube != nil {
		return "the API server of Kubernetes at " + t.base.Host
	}
	return t.base.Host
}

// named is how another address is given in place of this one.
func (t target) named(address string) string {
	name := t.origin
	if strings.ContainsAny(name, " /") { // a file, or the place where we are
		name = "--host"
	}
	return name + "=" + hint.ShellWord(address)
}

// forward is the command that brings the server to this machine.
func (t target) forward() string {
	if t.isKFP() {
		return "kubectl -n kubeflow port-forward svc/ml-pipeline 8888:8888"
	}
	return "kubectl -n airflow port-forward svc/airflow-api-server 8080:8080"
}

// look is the command that shows what is at the address.
func (t target) look() string {
	if t.kube != nil {
		return "kubectl --context " + hint.ShellWord(t.kube.context) + " cluster-info"
	}
	if host := t.base.Hostname(); isService(host) {
		service, ns := serviceIn(host, "NS")
		return "kubectl -n " + ns + " get endpointslices -l kubernetes.io/service-name=" + service
	}
	return "curl -v " + hint.ShellWord(t.base.String())
}

// api is how the right address of KFP looks.
func (t target) api() string {
	ns := "kubeflow"
	if host := t.base.Hostname(); isService(host) {
		_, ns = serviceIn(host, ns)
	}
	return "http://ml-pipeline." + ns + ".svc.cluster.local:8888"
}
