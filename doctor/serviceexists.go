package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

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

// serviceOf is the Service that an endpoint names, for the checks that need it to exist.
func (d *Doctor) serviceOf(ctx context.Context, s *resolve.Service) (address, *corev1.Service, *checklist.Finding) {
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

// missingService finds out where the thing is that the endpoint should have named.
func (d *Doctor) missingService(ctx context.Context, s *resolve.Service, a address) checklist.Finding {
	seen := []string{a.given()}
	looked := d.servicesOf(ctx, func(s *corev1.Service) bool { return s.Name == a.name })
	if looked.err != nil {
		seen = append(seen, fmt.Sprintf("%s in all namespaces; looked in: %s", looked.err, strings.Join(looked.in, ", ")))
	}
	same := looked.found
	missing := fmt.Sprintf("there is no Service %s in %s", a.name, a.namespace)
	if a.unsure {
		switch _, err := d.view.Namespace(ctx, a.namespace); {
		case absent(err) && len(same) > 0:
			f := warn(codeOtherNamespace, fmt.Sprintf("there is no namespace %s, and a Service %s in %s: unless %s is a host outside, that is meant", a.namespace, a.name, namespacesOf(same), a.host), seen...)
			return d.oneOf(ctx, f, s, a, same)
		case absent(err):
			return outside(a)
		case err != nil:
			return d.couldNotLook(err)
		}
	}
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
