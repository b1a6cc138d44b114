package cluster

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// resource is a resource of the API.
type resource struct {
	gv   schema.GroupVersion
	name string // plural
}

func (r resource) String() string { return r.gvr().GroupResource().String() }

func (r resource) gvr() schema.GroupVersionResource { return r.gv.WithResource(r.name) }

// get reads one object into the given one.
func (a *API) get(ctx context.Context, r resource, namespace, name string, into runtime.Object) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	client, err := a.rest(r.gv)
	if err != nil {
		return err
	}
	err = client.Get().NamespaceIfScoped(namespace, namespace != "").Resource(r.name).Name(name).Do(ctx).Into(into)
	return asked{"get", r.String(), namespace, name}.fault(ctx, err)
}

// create sends an object and reads the answer into it.
func (a *API) create(ctx context.Context, r resource, namespace string, object runtime.Object) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	client, err := a.rest(r.gv)
	if err != nil {
		return err
	}
	err = client.Post().NamespaceIfScoped(namespace, namespace != "").Resource(r.name).Body(object).Do(ctx).Into(object)
	return asked{"create", r.String(), namespace, ""}.fault(ctx, err)
}

// listOf is a pointer to a list as the API has it: *corev1.PodList.
type listOf[L any] interface {
	*L
	runtime.Object
	metav1.ListInterface
}

// list reads all pages of a list.
func list[T, L any, P listOf[L]](ctx context.Context, a *API, r resource, namespace string, o metav1.ListOptions, items func(P) []T) ([]T, error) {
	client, err := a.rest(r.gv)
	if err != nil {
		return nil, err
	}
	codec := runtime.NewParameterCodec(a.scheme)
	return pages(ctx, a, asked{"list", r.String(), namespace, ""}, o, func(ctx context.Context, o metav1.ListOptions) ([]T, string, error) {
		var l P = new(L)
		err := client.Get().NamespaceIfScoped(namespace, namespace != "").Resource(r.name).VersionedParams(&o, codec).Do(ctx).Into(l)
		return items(l), l.GetContinue(), err
	})
}

// names lists the metadata of objects, and nothing else of them.
func (a *API) names(ctx context.Context, r resource, namespace string, o metav1.ListOptions) ([]metav1.PartialObjectMetadata, error) {
	return pages(ctx, a, asked{"list", r.String(), namespace, ""}, o, func(ctx context.Context, o metav1.ListOptions) ([]metav1.PartialObjectMetadata, string, error) {
		l, err := a.metadata.Resource(r.gvr()).Namespace(namespace).List(ctx, o)
		if err != nil {
			return nil, "", err
		}
		return l.Items, l.Continue, nil
	})
}

// pages puts the pages of a list together. An API that forgot where it was (410, after
// some minutes) is asked from the beginning, once.
func pages[T any](ctx context.Context, a *API, q asked, o metav1.ListOptions, page func(context.Context, metav1.ListOptions) ([]T, string, error)) ([]T, error) {
	var all []T
	o.Limit = pageSize
	for again := true; ; {
		got, next, err := withDeadline(ctx, func(ctx context.Context) ([]T, string, error) {
			a.lists.Add(1)
			return page(ctx, o)
		})
		if apierrors.IsResourceExpired(err) && again {
			again, o.Continue, all = false, "", nil
			continue
		}
		if err != nil {
			return nil, q.fault(ctx, err)
		}
		all = append(all, got...)
		if o.Continue = next; next == "" {
			return all, nil
		}
	}
}

func withDeadline[A, B any](ctx context.Context, f func(context.Context) (A, B, error)) (A, B, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return f(ctx)
}

// metadataOf reads the metadata of one object, and nothing else of it.
func (a *API) metadataOf(ctx context.Context, r resource, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	m, err := a.metadata.Resource(r.gvr()).Namespace(namespace).Get(ctx, name, metav1.GetOptions{})
	return m, asked{"get", r.String(), namespace, name}.fault(ctx, err)
}
