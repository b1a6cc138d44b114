package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	workflowapi "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/gorilla/mux"
	apiv2beta1 "github.com/kubeflow/pipelines/backend/api/v2beta1/go_client"
	"github.com/kubeflow/pipelines/backend/src/apiserver/model"
	"github.com/kubeflow/pipelines/backend/src/apiserver/resource"
	"github.com/kubeflow/pipelines/backend/src/apiserver/server"
	"github.com/kubeflow/pipelines/backend/src/common/util"
	"google.golang.org/grpc/metadata"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// control is what a test sees and does below the API:
//
//	POST /control/runs/ID/report         what Argo made of the workflow
//	GET  /control/runs/ID/workflow       the workflow that Argo was given
//	GET  /control/runs/ID/stored         the row of the database
//	PUT  /control/runs/ID/nodes/NODE/log the log that was archived of a pod
//
// An error is a status and a line of text.
type control struct {
	below   *below
	manager *resource.ResourceManager
}

func (c control) register(router *mux.Router) {
	for _, route := range []struct {
		method, path string
		answer       func(context.Context, *model.Run, *http.Request) (any, error)
	}{
		{http.MethodPost, "/control/runs/{run}/report", c.report},
		{http.MethodGet, "/control/runs/{run}/workflow", c.workflow},
		{http.MethodGet, "/control/runs/{run}/stored", c.stored},
		{http.MethodPut, "/control/runs/{run}/nodes/{node}/log", c.archiveLog},
	} {
		router.HandleFunc(route.path, func(w http.ResponseWriter, r *http.Request) {
			run, err := c.manager.GetRun(mux.Vars(r)["run"])
			if err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
				return
			}
			answer, err := route.answer(r.Context(), run, r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(answer)
		}).Methods(route.method)
	}
}

// report is a state of a workflow, in the words of Argo. A workflow that is final
// and says no time has finished now, as the controller would write. Without nodes
// it keeps those it has.
type report struct {
	Phase      workflowapi.WorkflowPhase `json:"phase"`
	Message    string                    `json:"message"`
	StartedAt  time.Time                 `json:"startedAt"`
	FinishedAt time.Time                 `json:"finishedAt"`
	Nodes      []node                    `json:"nodes"`
}

type node struct {
	ID          string                `json:"id"`
	Name        string                `json:"name"`
	DisplayName string                `json:"displayName"`
	Type        workflowapi.NodeType  `json:"type"`
	Phase       workflowapi.NodePhase `json:"phase"`
	Message     string                `json:"message"`
	StartedAt   time.Time             `json:"startedAt"`
	FinishedAt  time.Time             `json:"finishedAt"`
	Children    []string              `json:"children"`
}

// report does what the two do that are missing here: it writes the status as the
// controller of Argo does, and reports the workflow as the persistence agent does.
func (c control) report(ctx context.Context, run *model.Run, r *http.Request) (any, error) {
	var told report
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&told); err != nil {
		return nil, err
	}
	argo := c.below.workflows.in(namespaceOf(run))
	w, err := argo.Get(ctx, run.K8SName, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if w.Labels[util.LabelKeyWorkflowPersistedFinalState] != "" {
		return nil, fmt.Errorf("run %s is final: it is reported on no more, unless it is retried", run.UUID)
	}
	told.onto(w)
	if w, err = argo.Update(ctx, w, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	manifest, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	ctx = metadata.NewIncomingContext(ctx, metadata.Pairs("kubeflow-userid", agent))
	return server.NewReportServer(c.manager).ReportWorkflow(ctx, &apiv2beta1.ReportWorkflowRequest{Workflow: string(manifest)})
}

func (told report) onto(w *workflowapi.Workflow) {
	w.Status.Phase, w.Status.Message = told.Phase, told.Message
	if !told.StartedAt.IsZero() {
		w.Status.StartedAt = metav1.NewTime(told.StartedAt)
	}
	if told.FinishedAt.IsZero() && told.Phase.Completed() {
		told.FinishedAt = time.Now()
	}
	w.Status.FinishedAt = metav1.NewTime(told.FinishedAt)
	if told.Nodes == nil {
		return
	}
	w.Status.Nodes = workflowapi.Nodes{}
	for _, n := range told.Nodes {
		w.Status.Nodes[n.ID] = workflowapi.NodeStatus{
			ID:          n.ID,
			Name:        n.Name,
			DisplayName: n.DisplayName,
			Type:        n.Type,
			Phase:       n.Phase,
			Message:     n.Message,
			StartedAt:   metav1.NewTime(n.StartedAt),
			FinishedAt:  metav1.NewTime(n.FinishedAt),
			Children:    n.Children,
		}
	}
}

func (c control) workflow(ctx context.Context, run *model.Run, _ *http.Request) (any, error) {
	return c.below.workflows.in(namespaceOf(run)).Get(ctx, run.K8SName, metav1.GetOptions{})
}

// stored is the row by the names of its columns.
func (c control) stored(ctx context.Context, run *model.Run, _ *http.Request) (any, error) {
	rows, err := c.below.DB().QueryContext(ctx, "SELECT * FROM run_details WHERE UUID = ?", run.UUID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	rows.Next()
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	row := map[string]any{}
	for i, column := range columns {
		if text, ok := values[i].([]byte); ok {
			values[i] = string(text)
		}
		row[column] = values[i]
	}
	return row, rows.Err()
}

func (c control) archiveLog(_ context.Context, run *model.Run, r *http.Request) (any, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w := util.NewWorkflow(&workflowapi.Workflow{ObjectMeta: metav1.ObjectMeta{Name: run.K8SName}})
	key, err := c.below.LogArchive().GetLogObjectKey(w, mux.Vars(r)["node"])
	if err != nil {
		return nil, err
	}
	return struct{}{}, c.below.objects.AddFile(text, key)
}

func namespaceOf(run *model.Run) string {
	if run.Namespace != "" {
		return run.Namespace
	}
	return namespace
}
