package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/servicehost"
	"github.com/flts-run/flts-run/resolve"
)

// address is where the endpoint of a service points, as a pod of the namespace reads
// it.
type address struct {
	key  *resolve.Resolved
	host string // in small letters, without brackets and final dot
	port int32

	ip        netip.Addr // valid when the host is one
	name      string     // of the Service; "" when the host is a name outside of the cluster
	namespace string
	pod       string // POD of POD.SVC.NS.svc, of a headless Service
	domain    string // of the cluster, as the host has it; "" is not said
	unsure    bool   // SVC.NS, which may as well be example.com
}

// address reads the endpoint of a service. The finding, when there is one, is why there
// is none: what could not be seen may hold it.
func (d *Doctor) address(ctx context.Context, s *resolve.Service) (address, *checklist.Finding) {
	r := d.configuration(ctx)
	k := r.Get(s.Endpoint)
	give := func(f checklist.Finding) (address, *checklist.Finding) { return address{}, &f }
	switch {
	case r.configErr != nil && !absent(r.configErr):
		return give(d.couldNotLook(r.configErr))
	case (k.Winner < 0 || k.IsBuiltin()) && r.secretErr != nil && !absent(r.secretErr):
		return give(d.couldNotLook(r.secretErr)) // the Secret may say otherwise
	case k.Winner < 0:
		return give(skip(s.Endpoint + " has no value"))
	case !k.Set:
		return give(d.noAddress(s))
	}
	a, ok := readAddress(k.Value.Reveal(), r.Text(s.Secure) == "true")
	if !ok {
		return give(d.noAddress(s))
	}
	a.key = k
	a.place(d.Namespace)
	return a, nil
}

func (d *Doctor) noAddress(s *resolve.Service) checklist.Finding {
	return hinted(unknown("", "the value of "+s.Endpoint+" is no address"), d.kubectl(d.Namespace)+" get configmap "+hint.ShellWord(d.ConfigMap)+" -o yaml")
}

// readAddress takes host:port, host or a URL apart. A port that is not said is that of
// the scheme, or of secure.
func readAddress(text string, secure bool) (address, bool) {
	h, ok := servicehost.Read(text, secure)
	return address{host: h.Host, port: h.Port}, ok
}

// place reads the host as the name server of the cluster does, in a pod of a namespace.
func (a *address) place(namespace string) {
	h := servicehost.Host{Host: a.host}
	h.Place(namespace)
	a.ip, a.name, a.namespace, a.pod, a.domain, a.unsure = h.IP, h.Service, h.Namespace, h.Pod, h.Domain, h.Unsure
}

func isLocalhost(host string) bool { return servicehost.Host{Host: host}.IsLocal() }

// rehosted is the text of an endpoint with another host and port, and all else of it
// kept. It is refused where the text holds a login, which no command is to show.
func rehosted(text, host string, port int32) (string, bool) {
	to := fmt.Sprintf("%s:%d", host, port)
	if !strings.Contains(text, "://") {
		return to, true
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Host == "" {
		return "", false
	}
	u.Host = to
	return u.String(), true
}

// fullName is the name that holds in every namespace.
func (a address) fullName(s *corev1.Service) string {
	domain := a.domain
	if domain == "" {
		domain = "cluster.local"
	}
	return s.Name + "." + s.Namespace + ".svc." + domain
}
