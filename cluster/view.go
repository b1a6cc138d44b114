package cluster

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	namespaces      = resource{corev1.SchemeGroupVersion, "namespaces"}
	configMaps      = resource{corev1.SchemeGroupVersion, "configmaps"}
	secrets         = resource{corev1.SchemeGroupVersion, "secrets"}
	services        = resource{corev1.SchemeGroupVersion, "services"}
	serviceAccounts = resource{corev1.SchemeGroupVersion, "serviceaccounts"}
	pods            = resource{corev1.SchemeGroupVersion, "pods"}
	events          = resource{corev1.SchemeGroupVersion, "events"}
	deployments     = resource{appsv1.SchemeGroupVersion, "deployments"}
	statefulSets    = resource{appsv1.SchemeGroupVersion, "statefulsets"}
	cronJobs        = resource{batchv1.SchemeGroupVersion, "cronjobs"}
	jobs            = resource{batchv1.SchemeGroupVersion, "jobs"}
	endpointSlices  = resource{discoveryv1.SchemeGroupVersion, "endpointslices"}
	networkPolicies = resource{networkingv1.SchemeGroupVersion, "networkpolicies"}
	roles           = resource{rbacv1.SchemeGroupVersion, "roles"}
	roleBindings    = resource{rbacv1.SchemeGroupVersion, "rolebindings"}
)

// View is what one look at a cluster has seen. What it returns is shared: it must not
// be changed.
type View struct {
	API *API

	versions     once[struct{}, string]
	identity     once[struct{}, authenticationv1.UserInfo]
	metadata     once[object, *metav1.PartialObjectMetadata]
	lists        once[object, []metav1.PartialObjectMetadata]
	configs      once[object, *corev1.ConfigMap]
	secrets      once[object, *corev1.Secret]
	services     once[object, []corev1.Service]
	slices       once[object, []discoveryv1.EndpointSlice]
	policies     once[object, []networkingv1.NetworkPolicy]
	accounts     once[object, []corev1.ServiceAccount]
	pods         once[object, []corev1.Pod]
	events       once[object, []corev1.Event]
	deploys      once[object, []appsv1.Deployment]
	stateful     once[object, []appsv1.StatefulSet]
	cronjobs     once[object, []batchv1.CronJob]
	jobs         once[object, []batchv1.Job]
	roles        once[object, []rbacv1.Role]
	clusterRoles once[object, *rbacv1.ClusterRole]
	bindings     once[object, []rbacv1.RoleBinding]
	questions    once[question, bool]
	access       access
	ones         once[object, *corev1.Service]
	counts       once[object, map[string]int]
	workflows    once[object, []Workflow]
	workloads    once[object, Workloads]
}

// object is what was asked for; without a name it is a list.
type object struct{ resource, namespace, name string }

// NewView begins a look.
func NewView(a *API) *View { return &View{API: a} }

// Version is that of Kubernetes: "1.34".
func (v *View) Version(ctx context.Context) (string, error) {
	return v.versions.ask(struct{}{}, func() (string, error) {
		major, minor, err := v.API.Version(ctx)
		return major + "." + minor, err
	})
}

// Namespace is the metadata of a namespace.
func (v *View) Namespace(ctx context.Context, name string) (*metav1.PartialObjectMetadata, error) {
	return v.metadataOf(ctx, namespaces, "", name)
}

// Namespaces lists the metadata of all namespaces.
func (v *View) Namespaces(ctx context.Context) ([]metav1.PartialObjectMetadata, error) {
	return v.names(ctx, namespaces, "")
}

// ConfigMap reads a ConfigMap.
func (v *View) ConfigMap(ctx context.Context, namespace, name string) (*corev1.ConfigMap, error) {
	return v.configs.ask(object{"", namespace, name}, func() (*corev1.ConfigMap, error) {
		c := &corev1.ConfigMap{}
		return c, v.API.get(ctx, configMaps, namespace, name, c)
	})
}

// ConfigMapMetadata is a ConfigMap without its values, for who needs only to know that it
// is there.
func (v *View) ConfigMapMetadata(ctx context.Context, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	return v.metadataOf(ctx, configMaps, namespace, name)
}

// ConfigMaps lists the metadata of those of a namespace.
func (v *View) ConfigMaps(ctx context.Context, namespace string) ([]metav1.PartialObjectMetadata, error) {
	return v.names(ctx, configMaps, namespace)
}

// Secret reads a Secret with its values. Who needs only to know that it is there asks
// for SecretMetadata.
func (v *View) Secret(ctx context.Context, namespace, name string) (*corev1.Secret, error) {
	return v.secrets.ask(object{"", namespace, name}, func() (*corev1.Secret, error) {
		s := &corev1.Secret{}
		return s, v.API.get(ctx, secrets, namespace, name, s)
	})
}

// SecretMetadata is a Secret without its values.
func (v *View) SecretMetadata(ctx context.Context, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	return v.metadataOf(ctx, secrets, namespace, name)
}

// Secrets lists the metadata of those of a namespace.
func (v *View) Secrets(ctx context.Context, namespace string) ([]metav1.PartialObjectMetadata, error) {
	return v.names(ctx, secrets, namespace)
}

// Services lists those of a namespace.
func (v *View) Services(ctx context.Context, namespace string) ([]corev1.Service, error) {
	return all(ctx, v.API, &v.services, services, namespace, metav1.ListOptions{}, func(l *corev1.ServiceList) []corev1.Service { return l.Items })
}

// EndpointSlices lists those of a namespace.
func (v *View) EndpointSlices(ctx context.Context, namespace string) ([]discoveryv1.EndpointSlice, error) {
	return all(ctx, v.API, &v.slices, endpointSlices, namespace, metav1.ListOptions{}, func(l *discoveryv1.EndpointSliceList) []discoveryv1.EndpointSlice { return l.Items })
}

// NetworkPolicies lists those of a namespace.
func (v *View) NetworkPolicies(ctx context.Context, namespace string) ([]networkingv1.NetworkPolicy, error) {
	return all(ctx, v.API, &v.policies, networkPolicies, namespace, metav1.ListOptions{}, func(l *networkingv1.NetworkPolicyList) []networkingv1.NetworkPolicy { return l.Items })
}

// ServiceAccounts lists those of a namespace.
func (v *View) ServiceAccounts(ctx context.Context, namespace string) ([]corev1.ServiceAccount, error) {
	return all(ctx, v.API, &v.accounts, serviceAccounts, namespace, metav1.ListOptions{}, func(l *corev1.ServiceAccountList) []corev1.ServiceAccount { return l.Items })
}

// Pods lists those of a namespace, without who changed what when.
func (v *View) Pods(ctx context.Context, namespace string) ([]corev1.Pod, error) {
	return all(ctx, v.API, &v.pods, pods, namespace, metav1.ListOptions{}, func(l *corev1.PodList) []corev1.Pod {
		for i := range l.Items {
			l.Items[i].ManagedFields = nil // a good part of a pod, and of no use
		}
		return l.Items
	})
}

// Events lists those of a namespace about pods that are not as they should be.
func (v *View) Events(ctx context.Context, namespace string) ([]corev1.Event, error) {
	o := metav1.ListOptions{FieldSelector: "type=Warning,involvedObject.kind=Pod"}
	return all(ctx, v.API, &v.events, events, namespace, o, func(l *corev1.EventList) []corev1.Event { return l.Items })
}

// Deployments lists those of a namespace.
func (v *View) Deployments(ctx context.Context, namespace string) ([]appsv1.Deployment, error) {
	return all(ctx, v.API, &v.deploys, deployments, namespace, metav1.ListOptions{}, func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items })
}

// StatefulSets lists those of a namespace.
func (v *View) StatefulSets(ctx context.Context, namespace string) ([]appsv1.StatefulSet, error) {
	return all(ctx, v.API, &v.stateful, statefulSets, namespace, metav1.ListOptions{}, func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items })
}

// CronJobs lists those of a namespace.
func (v *View) CronJobs(ctx context.Context, namespace string) ([]batchv1.CronJob, error) {
	return all(ctx, v.API, &v.cronjobs, cronJobs, namespace, metav1.ListOptions{}, func(l *batchv1.CronJobList) []batchv1.CronJob { return l.Items })
}

// Jobs lists those of a namespace.
func (v *View) Jobs(ctx context.Context, namespace string) ([]batchv1.Job, error) {
	return all(ctx, v.API, &v.jobs, jobs, namespace, metav1.ListOptions{}, func(l *batchv1.JobList) []batchv1.Job { return l.Items })
}

// all is a list, asked for once.
func all[T, L any, P listOf[L]](ctx context.Context, a *API, known *once[object, []T], r resource, namespace string, o metav1.ListOptions, items func(P) []T) ([]T, error) {
	return known.ask(object{namespace: namespace}, func() ([]T, error) { return list(ctx, a, r, namespace, o, items) })
}

func (v *View) metadataOf(ctx context.Context, r resource, namespace, name string) (*metav1.PartialObjectMetadata, error) {
	return v.metadata.ask(object{r.String(), namespace, name}, func() (*metav1.PartialObjectMetadata, error) {
		return v.API.metadataOf(ctx, r, namespace, name)
	})
}

func (v *View) names(ctx context.Context, r resource, namespace string) ([]metav1.PartialObjectMetadata, error) {
	return v.lists.ask(object{r.String(), namespace, ""}, func() ([]metav1.PartialObjectMetadata, error) {
		return v.API.names(ctx, r, namespace, metav1.ListOptions{})
	})
}
