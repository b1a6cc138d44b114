package endpoints

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// usualNamespaces are where MinIO, MLflow and their like are installed.
var usualNamespaces = []string{"kubeflow", "minio", "mlflow", "mlops", "airflow", "default"}

// isClusterName reports SVC.NS.svc and SVC.NS.svc.DOMAIN, names that mean
// nothing outside of a cluster.
func isClusterName(host string) bool {
	labels := strings.Split(host, ".")
	return len(labels) >= 3 && labels[2] == "svc"
}

// notInCluster is a Service's name on a machine that is not in the cluster. It
// is no failure, because nobody looked, and nothing to wait for.
func (l *ladder) notInCluster(host string) checklist.Finding {
	s, _ := serviceOf(host, "")
	f := l.fail(codeNotInCluster, "could not look: "+host+" is a name inside a cluster, and this is not a pod",
		fmt.Sprintf("kubectl -n %s port-forward svc/%s %s, with %s; or look from inside: kubectl exec POD -- flts-run check",
			s.namespace, s.name, l.addr.port, l.addr.assign(l.addr.scheme, net.JoinHostPort("127.0.0.1", l.addr.port))))
	f.State = checklist.Unknown
	return f
}

// serviceNamed is serviceOf for a name that does not resolve: SVC.NS then is
// worth a thought.
func (l *ladder) serviceNamed(host string) (service, bool) {
	if s, ok := serviceOf(host, l.env.Namespace); ok {
		return s, true
	}
	if name, namespace, ok := strings.Cut(host, "."); ok && !strings.Contains(namespace, ".") && namespace != "" {
		return service{name, namespace}, true
	}
	return service{}, false
}

// domainIn is DOMAIN of SVC.NS.svc.DOMAIN.
func domainIn(host string) string {
	_, domain, _ := strings.Cut(strings.TrimSuffix(host, "."), ".svc.")
	return domain
}

// controlName is a name that the DNS of the cluster must know.
func controlName(conf resolvConf, host string) string {
	domain, ok := conf.clusterDomain()
	if !ok {
		domain = domainIn(host)
	}
	if domain == "" {
		domain = "cluster.local"
	}
	return "kubernetes.default.svc." + domain + "."
}

// missing finds out why a Service has no name in the DNS. Everything is asked
// at once: the name that must exist, and the places where the service might be.
func (l *ladder) missing(ctx context.Context, s stub, host, seen string) checklist.Finding {
	wanted, ok := l.serviceNamed(host)
	if !l.env.InPod || !ok {
		return transient(l.fail(codeNoSuchHost, "no such host: "+host, l.findService(host), seen))
	}
	control := controlName(s.conf, host)
	domain := strings.TrimSuffix(domainIn(control), ".")
	places := l.places(wanted)
	names := []string{control}
	for _, p := range places {
		names = append(names, p.name+"."+p.namespace+".svc."+domain+".")
	}
	asked := s.all(ctx, names)
	if asked[0].is != answered {
		return l.notClusterDNS(s, host, asked[0], seen)
	}
	var there []service
	for i, c := range asked[1:] {
		if c.is == answered {
			there = append(there, places[i])
		}
	}
	return l.elsewhere(host, wanted, domain, there, seen, "asked as well: "+control+" answered")
}

// places are where a Service is looked for: by its name in its own namespace
// and the usual ones, and what took MinIO's place in Kubeflow.
func (l *ladder) places(wanted service) []service {
	namespaces := slices.Concat([]string{wanted.namespace, l.env.Namespace}, l.env.Namespaces, usualNamespaces)
	names := []string{wanted.name}
	if wanted.name == "minio" || wanted.name == "minio-service" {
		names = append(names, "seaweedfs")
	}
	var all []service
	for _, name := range names {
		for _, namespace := range namespaces {
			if s := (service{name, namespace}); namespace != "" && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// elsewhere makes the finding out of where the service was found. It is waited
// for all the same: Kubeflow has its own MinIO, and ours may just be coming up.
func (l *ladder) elsewhere(host string, wanted service, domain string, there []service, evidence ...string) checklist.Finding {
	full := func(s service) string { return s.name + "." + s.namespace + ".svc." + domain }
	set := func(s service) string {
		return "set " + l.addr.assign(l.addr.scheme, net.JoinHostPort(full(s), l.addr.port))
	}
	for _, s := range there {
		evidence = append(evidence, full(s)+" exists")
	}
	in := domainIn(host)
	foreign := in != "" && in != domain
	switch {
	case len(there) > 0 && there[0] == wanted && foreign:
		return l.fail(codeClusterDomain, fmt.Sprintf("no such host: %s; the domain of this cluster is %s", host, domain), set(wanted), evidence...)
	case len(there) > 0 && there[0] == wanted:
		return transient(l.fail(codeNoSuchHost, fmt.Sprintf("no such host: %s; %s exists", host, full(wanted)), set(wanted), evidence...))
	case len(there) > 0 && there[0].name == wanted.name:
		return transient(l.fail(codeOtherNamespace, fmt.Sprintf("no such host: %s; there is a %s in namespace %s", host, wanted.name, there[0].namespace), set(there[0]), evidence...))
	case len(there) > 0:
		return transient(l.fail(codeNowSeaweed, fmt.Sprintf("no such host: %s; there is a seaweedfs in namespace %s", host, there[0].namespace),
			"Kubeflow Pipelines 2.15 and later ship SeaweedFS instead of MinIO: "+set(there[0]), evidence...))
	case foreign:
		return transient(l.fail(codeClusterDomain, fmt.Sprintf("no such host: %s; the domain of this cluster is %s", host, domain), set(wanted), evidence...))
	}
	return transient(l.fail(codeNoSuchHost, "no such host: "+host, l.findService(host), evidence...))
}

// notClusterDNS is a pod whose name server does not know the cluster.
func (l *ladder) notClusterDNS(s stub, host string, control candidate, seen string) checklist.Finding {
	hint := "set dnsPolicy: ClusterFirst in the pod spec, with hostNetwork: true dnsPolicy: ClusterFirstWithHostNet"
	if domain, ok := s.conf.clusterDomain(); ok {
		hint = fmt.Sprintf("the search list is that of %s; compare the name server: kubectl -n kube-system get svc kube-dns, and here: cat /etc/resolv.conf", domain)
	}
	return l.fail(codeNotClusterDNS, "no such host: "+host+"; the name server of this pod does not know the cluster", hint,
		seen, fmt.Sprintf("asked as well: %s %s", control.name, outcomeWords[control.is]))
}
