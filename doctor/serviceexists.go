package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/resolve"
)

// usualNamespaces are where services are looked for when not all namespaces may be.
var usualNamespaces = []string{"kubeflow", "minio", "mlflow", "mlops", "airflow", "default"}

func (d *Doctor) serviceExists(ctx context.Context, s *resolve.Service) checklist.Finding {
	a, f := d.address(ctx, s)
	if f != nil {
		return *f
	}
	switch {
	case a.ip.IsValid():
		return d.numericEndpoint(ctx, s, a)
	case a.name == "":
		return outside(a)
	}
	found, err := d.view.Service(ctx, a.namespace, a.name)
	switch {
	case err == nil:
		return pass(fmt.Sprintf("%s is Service %s in %s%s", a.key.Key.Name, found.Name, found.Namespace, kindOf(found)), a.given())
	case !absent(err):
		return d.couldNotLook(err)
	}
	return d.missingService(ctx, s, a)
}

// given says which text is looked at. An endpoint may hold a login, so that no more of
// it is shown than host and port.
func (a address) given() string {
	return fmt.Sprintf("%s: host %s, port %d (%s)", a.key.Key.Name, a.host, a.port, a.key.Origin())
}

func kindOf(s *corev1.Service) string {
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		return ", an alias"
	case s.Spec.ClusterIP == corev1.ClusterIPNone:
		return ", headless"
	}
	return ""
}

// outside is a host that this API knows nothing of.
func outside(a address) checklist.Finding {
	if a.name == "" && !a.ip.IsValid() && isLocalhost(a.host) {
		return skip(a.host + " is the pod itself: flts-run check looks at it, from where it runs")
	}
	return skip(a.host + " is no Service of this cluster: flts-run check looks at it, from where it runs")
}

// located is the Service that an endpoint names, for the checks that need it to exist.
func (d *Doctor) located(ctx context.Context, s *resolve.Service) (address, *corev1.Service, *checklist.Finding) {
	a, f := d.address(ctx, s)
	if f != nil {
		return a, nil, f
	}
	if a.ip.IsValid() {
		all := d.servicesOf(ctx, a.isOf).found
		if len(all) == 0 {
			f := outside(a)
			return a, nil, &f
		}
		return a, all[0], nil
	}
	found, err := d.view.Service(ctx, a.namespace, a.name)
	if err != nil {
		f := d.couldNotLook(err)
		return a, nil, &f
	}
	return a, found, nil
}

// numericEndpoint is an address where a name belongs.
func (d *Doctor) numericEndpoint(ctx context.Context, s *resolve.Service, a address) checklist.Finding {
	looked := d.servicesOf(ctx, a.isOf)
	switch {
	case len(looked.found) > 0:
		svc := looked.found[0]
		f := warn(resolve.CodeNumeric, fmt.Sprintf("%s is the address of Service %s in %s, which changes when that is made again", a.key.Key.Name, svc.Name, svc.Namespace))
		return d.pointed(ctx, f, s, a, svc)
	case looked.err != nil:
		return d.couldNotLook(looked.err)
	}
	return outside(a)
}

// isOf reports whether it is the address of a Service.
func (a address) isOf(s *corev1.Service) bool {
	return slices.Contains(s.Spec.ClusterIPs, a.ip.String())
}

// search is what came of looking for Services in all namespaces, or in those that may be
// seen.
type search struct {
	found []*corev1.Service
	in    []string // the namespaces, when it was not all
	err   error    // why it was not all
}

func (d *Doctor) servicesOf(ctx context.Context, wanted func(*corev1.Service) bool) search {
	all, err := d.view.Services(ctx, "")
	s := search{err: err}
	if err != nil {
		for _, namespace := range d.candidateNamespaces() {
			some, err := d.view.Services(ctx, namespace)
			if err == nil {
				s.in = append(s.in, namespace)
			}
			all = append(all, some...)
		}
	}
	for i := range all {
		if wanted(&all[i]) {
			s.found = append(s.found, &all[i])
		}
	}
	slices.SortFunc(s.found, func(a, b *corev1.Service) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return s
}

func (d *Doctor) candidateNamespaces() []string {
	if slices.Contains(usualNamespaces, d.Namespace) {
		return usualNamespaces
	}
	return append([]string{d.Namespace}, usualNamespaces...)
}

// missingService finds out where the thing is that the endpoint should have named.
func (d *Doctor) missingService(ctx context.Context, s *resolve.Service, a address) checklist.Finding {
	seen := []string{a.given()}
	looked := d.servicesOf(ctx, func(s *corev1.Service) bool { return s.Name == a.name })
	if looked.err != nil {
		seen = append(seen, fmt.Sprintf("%s in all namespaces; looked in: %s", looked.err, strings.Join(looked.in, ", ")))
	}
	same := looked.found
	if len(same) == 0 && a.unsure {
		if _, err := d.view.Namespace(ctx, a.namespace); absent(err) {
			return outside(a)
		}
	}
	missing := fmt.Sprintf("there is no Service %s in %s", a.name, a.namespace)
	if len(same) > 0 {
		return d.oneOf(ctx, fail(codeOtherNamespace, missing+", there is one in "+namespacesOf(same), seen...), s, a, same)
	}
	if a.name == "minio" || a.name == "minio-service" {
		weed := d.servicesOf(ctx, func(s *corev1.Service) bool { return s.Name == "seaweedfs" }).found
		if len(weed) > 0 {
			return d.oneOf(ctx, fail(codeNowSeaweed, missing+", there is a seaweedfs in "+namespacesOf(weed), seen...), s, a, weed)
		}
	}
	if like := d.likeNamed(ctx, a); len(like) > 0 {
		return d.oneOf(ctx, fail(codeNoService, missing+", there is "+namesOf(like), seen...), s, a, like)
	}
	stem, _, _ := strings.Cut(a.name, "-")
	return hinted(fail(codeNoService, missing, seen...), d.kubectl("")+" get services -A | grep -i "+hint.ShellWord(stem))
}

// oneOf points the endpoint to the Service that was found; of several, a person has to
// choose.
func (d *Doctor) oneOf(ctx context.Context, f checklist.Finding, s *resolve.Service, a address, found []*corev1.Service) checklist.Finding {
	if len(found) == 1 {
		return d.pointed(ctx, f, s, a, found[0])
	}
	return hinted(f, d.kubectl("")+" get services -A | grep -w "+hint.ShellWord(found[0].Name))
}

// likeNamed are the Services of the namespace whose name is nearly the wanted one, or
// has it in it: minio and minio-service.
func (d *Doctor) likeNamed(ctx context.Context, a address) []*corev1.Service {
	all, _ := d.view.Services(ctx, a.namespace) // who may not list gets no proposal
	var like []*corev1.Service
	for i, s := range all {
		if strings.HasPrefix(s.Name, a.name+"-") || strings.HasPrefix(a.name, s.Name+"-") || near.Name(a.name, []string{s.Name}) != "" {
			like = append(like, &all[i])
		}
	}
	return like
}

func namespacesOf(services []*corev1.Service) string {
	return enumerated(services, func(s *corev1.Service) string { return s.Namespace })
}

func namesOf(services []*corev1.Service) string {
	return enumerated(services, func(s *corev1.Service) string { return s.Name })
}

func itself(text string) string { return text }

// enumerated names the first few of many.
func enumerated[T any](all []T, name func(T) string) string {
	const few = 4
	var names []string
	for _, one := range all[:min(few, len(all))] {
		names = append(names, name(one))
	}
	if more := len(all) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}
