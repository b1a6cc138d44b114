package access

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/submit"
)

// isKubeStatus reports an answer of the API server itself, not of the Service
// behind it.
func isKubeStatus(resp *http.Response, text string) bool {
	var status struct{ Kind, APIVersion string }
	return resp.StatusCode >= 400 && json.Unmarshal([]byte(text), &status) == nil && status.Kind == "Status" && status.APIVersion == "v1"
}

// parts are the name of the Service and of its port: what stands in front of both,
// if anything, is a scheme.
func (r *kubeRoute) parts() (service, port string) {
	parts := strings.Split(r.service, ":")
	if len(parts) == 3 {
		parts = parts[1:]
	}
	return parts[0], strings.Join(parts[1:], ":")
}

// kubeRefusal is why the API server did not pass the request on.
func (j *judge) kubeRefusal(status int, text string) *submit.Error {
	r := j.kube
	kubectl := "kubectl --context " + hint.ShellWord(r.context)
	service, port := r.parts()
	e := &submit.Error{Kind: submit.Unusable, Code: codeNoBackend, Advice: kubectl + " -n " + r.namespace + " get pods,endpointslices -l app=" + service}
	switch {
	case status == http.StatusUnauthorized:
		e.Kind, e.Code = submit.Refused, codeKubeLogin
		e.Message = fmt.Sprintf("Kubernetes does not accept the login of the context %q (401): it has expired, or was made for another cluster", r.context)
		e.Advice = "log in again, until this works: " + kubectl + " get --raw /version"
	case status == http.StatusForbidden:
		e.Kind, e.Code = submit.Refused, codeKubeDenied
		e.Message = fmt.Sprintf("the user of the context %q may not go through Kubernetes to the Service %s in %s (403)", r.context, service, r.namespace)
		e.Advice = kubectl + " -n " + r.namespace + " auth can-i create services/" + service + " --subresource=proxy; it needs get, create, patch and delete of services/proxy"
	case status == http.StatusNotFound:
		e.Kind, e.Code = submit.Unusable, ""
		e.Message = fmt.Sprintf("there is no Service %s in the namespace %s of the context %q", service, r.namespace, r.context)
		e.Advice = kubectl + " get services -A | grep " + service + "; then --kube-namespace NAMESPACE"
	case strings.Contains(text, "no service port"):
		e.Message = fmt.Sprintf("the Service %s has no port %q", service, port)
		e.Advice = "--kube-service " + service + ":8888, or look: " + kubectl + " -n " + r.namespace + " get service " + service + " -o wide"
	case strings.Contains(text, "no endpoints available"):
		e.Message = fmt.Sprintf("the Service %s in %s has no pod that is ready", service, r.namespace)
	default:
		e.Message = fmt.Sprintf("Kubernetes cannot pass the request on to the Service %s in %s (%d)", service, r.namespace, status)
	}
	return e
}
