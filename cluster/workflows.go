package cluster

import (
	"context"
	"encoding/json"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// argo is the group of Argo Workflows, which Kubeflow Pipelines makes of runs.
var argo = schema.GroupVersion{Group: "argoproj.io", Version: "v1alpha1"}

// Workflow is an Argo Workflow, WorkflowTemplate or CronWorkflow: of it the parts that
// say what its pods read.
type Workflow struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     struct {
		workflowSpec
		WorkflowSpec workflowSpec `json:"workflowSpec"` // of a CronWorkflow
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

type workflowSpec struct {
	Volumes          []corev1.Volume               `json:"volumes"`
	ImagePullSecrets []corev1.LocalObjectReference `json:"imagePullSecrets"`
	SecurityContext  *corev1.PodSecurityContext    `json:"securityContext"`
	Templates        []workflowTemplate            `json:"templates"`
}

type workflowTemplate struct {
	Name            string                                  `json:"name"`
	Container       *corev1.Container                       `json:"container"`
	Script          *corev1.Container                       `json:"script"` // and its source
	ContainerSet    struct{ Containers []corev1.Container } `json:"containerSet"`
	InitContainers  []corev1.Container                      `json:"initContainers"`
	Sidecars        []corev1.Container                      `json:"sidecars"`
	Volumes         []corev1.Volume                         `json:"volumes"`
	SecurityContext *corev1.PodSecurityContext              `json:"securityContext"`
}

// ended reports whether it starts no pod any more.
func (w *Workflow) ended() bool {
	return w.Status.Phase == "Succeeded" || w.Status.Phase == "Failed" || w.Status.Phase == "Error"
}

// podSpecs are the pods that it makes, one for each template that has a container.
func (w *Workflow) podSpecs() []corev1.PodSpec {
	var specs []corev1.PodSpec
	for _, s := range []workflowSpec{w.Spec.workflowSpec, w.Spec.WorkflowSpec} {
		for _, t := range s.Templates {
			if spec := s.pod(t); len(spec.Containers) > 0 {
				specs = append(specs, spec)
			}
		}
	}
	return specs
}

func (s workflowSpec) pod(t workflowTemplate) corev1.PodSpec {
	spec := corev1.PodSpec{
		InitContainers: t.InitContainers, SecurityContext: s.SecurityContext, ImagePullSecrets: s.ImagePullSecrets,
		Volumes: append(s.Volumes[:len(s.Volumes):len(s.Volumes)], t.Volumes...),
	}
	if t.SecurityContext != nil {
		spec.SecurityContext = t.SecurityContext
	}
	for _, c := range []*corev1.Container{t.Container, t.Script} {
		if c != nil {
			named := *c
			if named.Name == "" {
				named.Name = "main" // as Argo calls it
			}
			spec.Containers = append(spec.Containers, named)
		}
	}
	spec.Containers = append(append(spec.Containers, t.ContainerSet.Containers...), t.Sidecars...)
	return spec
}

// Workflows lists what Argo has in a namespace under a plural: "workflows",
// "workflowtemplates", "cronworkflows". That it is not installed is NoSuchKind.
func (v *View) Workflows(ctx context.Context, namespace, plural string) ([]Workflow, error) {
	r := resource{argo, plural}
	return v.workflows.ask(object{r.String(), namespace, ""}, func() ([]Workflow, error) {
		if err := v.API.serves(ctx, r); err != nil {
			return nil, err
		}
		return v.API.workflows(ctx, r, namespace)
	})
}

// serves is NoSuchKind where the API does not have the group of a resource. Everybody
// may ask that, while a list of what does not exist is refused to who may not list.
func (a *API) serves(ctx context.Context, r resource) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	client, err := a.rest(r.gv)
	if err != nil {
		return err
	}
	_, err = raw(ctx, client.Get().SetHeader("Accept", "application/json"))
	return asked{verb: "list", resource: r.String()}.fault(ctx, err)
}

func (a *API) workflows(ctx context.Context, r resource, namespace string) ([]Workflow, error) {
	client, err := a.rest(r.gv)
	if err != nil {
		return nil, err
	}
	return pages(ctx, a, asked{"list", r.String(), namespace, ""}, metav1.ListOptions{}, func(ctx context.Context, o metav1.ListOptions) ([]Workflow, string, error) {
		text, err := raw(ctx, client.Get().SetHeader("Accept", "application/json").NamespaceIfScoped(namespace, namespace != "").Resource(r.name).
			Param("limit", strconv.FormatInt(o.Limit, 10)).Param("continue", o.Continue))
		if err != nil {
			return nil, "", err
		}
		return workflowsOf(text)
	})
}

// workflowsOf reads a page of a list. One whose spec has another form than Argo's is
// left as empty as it could be read.
func workflowsOf(text []byte) (items []Workflow, next string, err error) {
	var page struct {
		Metadata metav1.ListMeta   `json:"metadata"`
		Items    []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(text, &page); err != nil {
		return nil, "", unreadable(err)
	}
	for _, item := range page.Items {
		var w Workflow
		_ = json.Unmarshal(item, &w)
		items = append(items, w)
	}
	return items, page.Metadata.Continue, nil
}
