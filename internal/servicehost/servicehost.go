// Package servicehost reads the host of an endpoint as the name server of a Kubernetes
// cluster does: which Service it names, if it names one.
package servicehost

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Host is where an endpoint points.
type Host struct {
	Host string // in small letters, without brackets and final dot
	Port int32

	IP        netip.Addr // valid when the host is one
	Service   string     // its name; "" when the host is a name outside of the cluster
	Namespace string     // of the Service
	Pod       string     // POD of POD.SVC.NS.svc, of a headless Service
	Domain    string     // of the cluster, as the host has it; "" is not said
	Unsure    bool       // SVC.NS, which may as well be example.com
}

// Read takes host:port, host or a URL apart. A port that is not said is that of the
// scheme, or of secure. The Service is not looked for: Place does that.
func Read(text string, secure bool) (Host, bool) {
	if !strings.Contains(text, "://") {
		scheme := "http://"
		if secure {
			scheme = "https://"
		}
		text = scheme + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return Host{}, false
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return Host{Host: strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), Port: int32(n)}, err == nil
}

// Place finds the Service that the host names in a pod of a namespace.
func (h *Host) Place(namespace string) {
	if ip, err := netip.ParseAddr(h.Host); err == nil {
		h.IP = ip.Unmap()
		return
	}
	labels := strings.Split(h.Host, ".")
	switch {
	case h.IsLocal():
	case len(labels) == 1:
		h.Service, h.Namespace = h.Host, namespace
	case len(labels) == 2:
		h.Service, h.Namespace, h.Unsure = labels[0], labels[1], true
	case labels[2] == "svc":
		h.Service, h.Namespace, h.Domain = labels[0], labels[1], strings.Join(labels[3:], ".")
	case len(labels) > 3 && labels[3] == "svc":
		h.Pod, h.Service, h.Namespace, h.Domain = labels[0], labels[1], labels[2], strings.Join(labels[4:], ".")
	}
	if !isLabel(h.Service) || !isLabel(h.Namespace) {
		h.Pod, h.Service, h.Namespace, h.Domain, h.Unsure = "", "", "", "", false
	}
}

// IsLocal reports a name of the machine itself.
func (h Host) IsLocal() bool {
	return h.Host == "localhost" || strings.HasSuffix(h.Host, ".localhost")
}

// isLabel reports whether something can be the name of a Service or a namespace.
func isLabel(name string) bool { return len(validation.IsDNS1123Label(name)) == 0 }
