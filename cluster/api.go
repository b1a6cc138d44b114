package cluster

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// Limits of one look. A page of 500 is what kubectl asks for.
const (
	pageSize       = 500
	requestTimeout = 10 * time.Second
)

// API is a Kubernetes API with somebody's login. Its methods may be called at the same
// time.
type API struct {
	config   *rest.Config
	client   *http.Client
	metadata metadata.Interface
	scheme   *runtime.Scheme
	lists    atomic.Int64
	clock    atomic.Pointer[time.Time]
}

// Open makes an API of what kubectl would use. It sends nothing.
func Open(config *rest.Config) (*API, error) {
	a := &API{config: rest.CopyConfig(config)}
	a.config.QPS = -1 // there are few requests, and one look is not to wait for itself
	config = rest.CopyConfig(a.config)
	a.readClock(config)
	var err error
	if a.client, err = rest.HTTPClientFor(config); err != nil {
		return nil, err
	}
	if a.metadata, err = metadata.NewForConfigAndClient(config, a.client); err != nil {
		return nil, err
	}
	a.scheme, err = kinds()
	return a, err
}

// kinds are the kinds that are read whole. All that client-go knows would be many
// times as much.
func kinds() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	add := runtime.NewSchemeBuilder(
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, discoveryv1.AddToScheme,
		networkingv1.AddToScheme, rbacv1.AddToScheme, authorizationv1.AddToScheme, authenticationv1.AddToScheme,
	)
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	return scheme, add.AddToScheme(scheme)
}

// Close ends the connections that are kept for the next request.
func (a *API) Close() { utilnet.CloseIdleConnectionsFor(a.client.Transport) }

// Address is where the API server is, without what a login may stand in.
func (a *API) Address() *url.URL {
	base, _, err := rest.DefaultServerUrlFor(a.config)
	if err != nil {
		return &url.URL{} // Open would have failed
	}
	return &url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path}
}

// Config is what the API was opened with.
func (a *API) Config() *rest.Config { return rest.CopyConfig(a.config) }

// Lists is how many requests for lists were made, each page one.
func (a *API) Lists() int64 { return a.lists.Load() }

// rest is a client for one group and version.
func (a *API) rest(gv schema.GroupVersion) (rest.Interface, error) {
	config := rest.CopyConfig(a.config)
	config.GroupVersion = &gv
	config.APIPath = "/apis"
	if gv.Group == "" {
		config.APIPath = "/api"
	}
	config.NegotiatedSerializer = serializer.NewCodecFactory(a.scheme).WithoutConversion()
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	return rest.RESTClientForConfigAndClient(config, a.client)
}

// Version is what the API server says of itself: "1.34".
func (a *API) Version(ctx context.Context) (major, minor string, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	r, err := a.rest(corev1.SchemeGroupVersion)
	if err != nil {
		return "", "", err
	}
	// It is the first request, and who asks wants to know what is in the way, not to
	// wait until that has gone.
	answer := r.Get().AbsPath("/version").SetHeader("Accept", "application/json").MaxRetries(0).Do(ctx)
	text, _ := answer.Raw()
	err = answer.Error() // which reads what a Kubernetes says of its refusal
	if err != nil && wantsTLS(text) {
		err = errSpeaksTLS
	}
	if err != nil {
		return "", "", asked{verb: "get", resource: "/version"}.fault(ctx, err)
	}
	return versionOf(text)
}
