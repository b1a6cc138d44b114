package doctor

import (
	"cmp"
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/internal/near"
)

// usualNamespaces are where services are looked for when not all namespaces may be.
var usualNamespaces = []string{"kubeflow", "minio", "mlflow", "mlops", "airflow", "default"}

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
