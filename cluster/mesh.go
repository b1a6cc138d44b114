package cluster

import (
	"context"
	"encoding/json"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// PeerAuthentication is what Istio is told about the connections that pods accept.
type PeerAuthentication struct {
	Namespace, Name string
	Mode            string // STRICT, PERMISSIVE, DISABLE, or "" for that of the namespace or the mesh
	Selects         map[string]string
}

var peerAuthentications = resource{schema.GroupVersion{Group: "security.istio.io", Version: "v1"}, "peerauthentications"}

// PeerAuthentications lists those of a namespace. Where Istio is not installed the
// fault is NoSuchKind. They are not kept.
func (v *View) PeerAuthentications(ctx context.Context, namespace string) ([]PeerAuthentication, error) {
	found, err := v.API.peerAuthentications(ctx, peerAuthentications, namespace)
	if Is(err, NoSuchKind) { // Istio before 1.22
		older := peerAuthentications
		older.gv.Version = "v1beta1"
		return v.API.peerAuthentications(ctx, older, namespace)
	}
	return found, err
}

func (a *API) peerAuthentications(ctx context.Context, r resource, namespace string) ([]PeerAuthentication, error) {
	client, err := a.rest(metav1.SchemeGroupVersion)
	if err != nil {
		return nil, err
	}
	path := "/apis/" + r.gv.String() + "/namespaces/" + namespace + "/" + r.name
	q := asked{"list", r.String(), namespace, ""}
	return pages(ctx, a, q, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) ([]PeerAuthentication, string, error) {
		text, err := raw(ctx, client.Get().AbsPath(path).SetHeader("Accept", "application/json").
			Param("limit", "500").Param("continue", o.Continue))
		if err != nil {
			return nil, "", err
		}
		var l struct {
			Metadata metav1.ListMeta
			Items    []struct {
				Metadata metav1.ObjectMeta
				Spec     struct {
					Selector metav1.LabelSelector
					MTLS     struct{ Mode string }
				}
			}
		}
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, "", apierrors.NewInternalError(err)
		}
		var found []PeerAuthentication
		for _, i := range l.Items {
			found = append(found, PeerAuthentication{i.Metadata.Namespace, i.Metadata.Name, i.Spec.MTLS.Mode, i.Spec.Selector.MatchLabels})
		}
		return found, l.Metadata.Continue, nil
	})
}
