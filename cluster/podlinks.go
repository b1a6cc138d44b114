package cluster

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/flts-run/flts-run/internal/secret"
)

// apiService is the Service of the API itself, in the namespace default, whose
// variables every pod gets.
const apiService = "kubernetes"

// serviceLinks are the variables that the kubelet sets for the Services of the
// namespace. Those that were made after the container was started are not in it.
func (v *View) serviceLinks(ctx context.Context, pod *corev1.Pod, c *corev1.Container) (map[string]EnvVar, []Unseen) {
	links := map[string]EnvVar{}
	own := pod.Namespace == metav1.NamespaceDefault
	if !own {
		elsewhere := &NotKnown{"it is that of Service kubernetes in default"}
		for name := range linksOf(corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: apiService},
			Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "https", Port: 443}}},
		}) {
			links[name] = EnvVar{Name: name, Origin: Origin{Kind: ServiceKind, Name: apiService}, Err: elsewhere}
		}
	}
	enabled := pod.Spec.EnableServiceLinks == nil || *pod.Spec.EnableServiceLinks
	if !enabled && !own {
		return links, nil
	}
	services, err := v.Services(ctx, pod.Namespace)
	if err != nil {
		return links, []Unseen{{Origin: Origin{Kind: ServiceKind}, Err: err, link: true}}
	}
	started := StartOf(pod, c.Name)
	for _, s := range services {
		late := !started.IsZero() && s.CreationTimestamp.After(started)
		headless := s.Spec.ClusterIP == "" || s.Spec.ClusterIP == corev1.ClusterIPNone
		if late || headless || !enabled && s.Name != apiService {
			continue
		}
		for name, text := range linksOf(s) {
			links[name] = EnvVar{Name: name, Value: secret.New(text), Origin: Origin{Kind: ServiceKind, Name: s.Name}}
		}
	}
	return links, nil
}

// linksOf are the variables of one Service.
func linksOf(s corev1.Service) map[string]string {
	links := map[string]string{}
	prefix := linkName(s.Name)
	links[prefix+"_SERVICE_HOST"] = s.Spec.ClusterIP
	for i, p := range s.Spec.Ports {
		number, protocol := strconv.Itoa(int(p.Port)), strings.ToLower(string(p.Protocol))
		if protocol == "" {
			protocol = "tcp"
		}
		address := protocol + "://" + net.JoinHostPort(s.Spec.ClusterIP, number)
		if i == 0 {
			links[prefix+"_SERVICE_PORT"], links[prefix+"_PORT"] = number, address
		}
		if p.Name != "" {
			links[prefix+"_SERVICE_PORT_"+linkName(p.Name)] = number
		}
		port := prefix + "_PORT_" + number + "_" + strings.ToUpper(protocol)
		links[port], links[port+"_PROTO"], links[port+"_PORT"], links[port+"_ADDR"] = address, protocol, number, s.Spec.ClusterIP
	}
	return links
}

func linkName(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

// isLinkName reports a name that the variables of a Service have.
func isLinkName(name string) bool {
	return strings.HasSuffix(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") || strings.HasSuffix(name, "_PORT") || strings.Contains(name, "_PORT_")
}

// StartOf is when the container was started last; zero when it was not.
func StartOf(pod *corev1.Pod, container string) time.Time {
	s, _ := StatusOf(pod, container)
	switch {
	case s.State.Running != nil:
		return s.State.Running.StartedAt.Time
	case s.State.Terminated != nil:
		return s.State.Terminated.StartedAt.Time
	}
	return time.Time{}
}

// StatusOf is what the kubelet says of a container, if it said something yet.
func StatusOf(pod *corev1.Pod, container string) (corev1.ContainerStatus, bool) {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for _, s := range list {
			if s.Name == container {
				return s, true
			}
		}
	}
	return corev1.ContainerStatus{}, false
}
