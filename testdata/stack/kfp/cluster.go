package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	workflowapi "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	argofake "github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned/fake"
	argo "github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned/typed/workflow/v1alpha1"
	"github.com/kubeflow/pipelines/backend/src/apiserver/client"
	"github.com/kubeflow/pipelines/backend/src/common/util"
	swffake "github.com/kubeflow/pipelines/backend/src/crd/pkg/client/clientset/versioned/fake"
	swf "github.com/kubeflow/pipelines/backend/src/crd/pkg/client/clientset/versioned/typed/scheduledworkflow/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	restfake "k8s.io/client-go/rest/fake"
	clienttesting "k8s.io/client-go/testing"
)

// named gives a new object what the API server gives it and the object tracker
// does not: the rest of its name, a UID, a time.
func named(action clienttesting.Action) (bool, runtime.Object, error) {
	object := action.(clienttesting.CreateAction).GetObject()
	m, err := meta.Accessor(object)
	if err != nil {
		return true, nil, err
	}
	if m.GetName() == "" {
		m.SetName(m.GetGenerateName() + rand.String(5))
	}
	m.SetUID(uuid.NewUUID())
	m.SetCreationTimestamp(metav1.NewTime(time.Now().UTC().Truncate(time.Second)))
	return false, object, nil
}

// workflows are those of Argo. It is the client that KFP gives its resource
// manager, over the object tracker of client-go.
type workflows struct{ set *argofake.Clientset }

func newWorkflows() *workflows {
	set := argofake.NewSimpleClientset()
	set.PrependReactor("create", "*", named)
	return &workflows{set}
}

func (w *workflows) in(namespace string) argo.WorkflowInterface {
	return w.set.ArgoprojV1alpha1().Workflows(namespace)
}

func (w *workflows) Execution(namespace string) util.ExecutionInterface {
	return executions{argo: w.in(namespace)}
}

// executions has the operations that the resource manager uses; others are nil.
type executions struct {
	util.ExecutionInterface
	argo argo.WorkflowInterface
}

func workflowOf(e util.ExecutionSpec) (*workflowapi.Workflow, error) {
	w, ok := e.(*util.Workflow)
	if !ok {
		return nil, fmt.Errorf("not a workflow of Argo: %T", e)
	}
	return w.Workflow, nil
}

func execution(w *workflowapi.Workflow, err error) (util.ExecutionSpec, error) {
	if err != nil {
		return nil, err
	}
	return util.NewWorkflow(w), nil
}

func (x executions) Create(ctx context.Context, e util.ExecutionSpec, o metav1.CreateOptions) (util.ExecutionSpec, error) {
	w, err := workflowOf(e)
	if err != nil {
		return nil, err
	}
	return execution(x.argo.Create(ctx, w, o))
}

func (x executions) Update(ctx context.Context, e util.ExecutionSpec, o metav1.UpdateOptions) (util.ExecutionSpec, error) {
	w, err := workflowOf(e)
	if err != nil {
		return nil, err
	}
	return execution(x.argo.Update(ctx, w, o))
}

func (x executions) Get(ctx context.Context, name string, o metav1.GetOptions) (util.ExecutionSpec, error) {
	return execution(x.argo.Get(ctx, name, o))
}

func (x executions) Delete(ctx context.Context, name string, o metav1.DeleteOptions) error {
	return x.argo.Delete(ctx, name, o)
}

func (x executions) Patch(ctx context.Context, name string, as types.PatchType, patch []byte, o metav1.PatchOptions, subresources ...string) (util.ExecutionSpec, error) {
	return execution(x.argo.Patch(ctx, name, as, patch, o, subresources...))
}

// schedules are the ScheduledWorkflows of recurring runs.
type schedules struct{ set *swffake.Clientset }

func newSchedules() *schedules {
	set := swffake.NewSimpleClientset()
	set.PrependReactor("create", "*", named)
	return &schedules{set}
}

func (s *schedules) ScheduledWorkflow(namespace string) swf.ScheduledWorkflowInterface {
	return s.set.ScheduledworkflowV1beta1().ScheduledWorkflows(namespace)
}

// noPods is a cluster whose pods are all gone, so that logs come from the bucket.
type noPods struct{}

func (noPods) PodClient(string) typedcorev1.PodInterface { return gone{&client.FakePodClient{}} }

type gone struct{ *client.FakePodClient }

func (gone) GetLogs(string, *corev1.PodLogOptions) *rest.Request {
	c := &restfake.RESTClient{
		NegotiatedSerializer: scheme.Codecs.WithoutConversion(),
		GroupVersion:         corev1.SchemeGroupVersion,
		Client: restfake.CreateHTTPClient(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(""))}, nil
		}),
	}
	return c.Request()
}
