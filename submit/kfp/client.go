package kfp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-openapi/runtime"
	httptransport "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/experiment_client/experiment_service"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/experiment_model"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/pipeline_client/pipeline_service"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/pipeline_model"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/pipeline_upload_client/pipeline_upload_service"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/run_client/run_service"
	"github.com/kubeflow/pipelines/backend/api/v2beta1/go_http_client/run_model"

	"github.com/flts-run/flts-run/submit"
	"github.com/flts-run/flts-run/submit/access"
)

// client is the generated client, less its traps. Nothing generated leaves this
// file. What it mends:
//
//   - a zero time is sent and stored as year 1: the producer drops it
//   - details of errors, and all of an upload's error, are lost: the wire reads
//     what went wrong before the generated code does
//   - some services take no credentials: the http.Client of the access has them
//   - a multipart body is a pipe: the access reads it before it is sent
//   - DEBUG in the environment prints whole requests: it is off
//   - the tag of the server is not in the model: asked with a model of ours
type client struct {
	runs        *run_service.Client
	experiments *experiment_service.Client
	pipelines   *pipeline_service.Client
	uploads     *pipeline_upload_service.Client
	transport   runtime.ClientTransport
}

// Calls that create something with a unique name, and those whose repetition
// changes nothing, are marked for the access as safe to send twice.

// callTimeout bounds one call, with all that the access retries.
const callTimeout = 3 * time.Minute

func newClient(a *access.Access, d *draft) *client {
	web := *a.Client
	web.Transport = &wire{next: a.Client.Transport, draft: d}
	transport := httptransport.NewWithClient(a.Base.Host, a.Base.Path, []string{a.Base.Scheme}, &web)
	transport.Debug = false
	transport.Producers[runtime.JSONMime] = runtime.ProducerFunc(produce)
	// The wire lets nothing but JSON through, whatever its parameters.
	transport.Consumers = map[string]runtime.Consumer{"*/*": runtime.JSONConsumer()}
	return &client{
		runs:        run_service.New(transport, strfmt.Default),
		experiments: experiment_service.New(transport, strfmt.Default),
		pipelines:   pipeline_service.New(transport, strfmt.Default),
		uploads:     pipeline_upload_service.New(transport, strfmt.Default),
		transport:   transport,
	}
}

// produce writes a request's body without what was not set: omitempty spares
// neither the zero time nor an empty list. Only the outermost object is looked
// at, because what lies deeper is the user's.
func produce(w io.Writer, model any) error {
	var whole bytes.Buffer
	encoder := json.NewEncoder(&whole)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(model); err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(whole.Bytes(), &fields); err != nil {
		return err
	}
	never, err := json.Marshal(strfmt.DateTime{})
	if err != nil {
		return err
	}
	for name, value := range fields {
		if bytes.Equal(value, never) || string(value) == "null" {
			delete(fields, name)
		}
	}
	encoder = json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(fields)
}

// when is a time of the server, or zero where it means "not yet": it writes both
// 1970 and year 1 for that.
func when(t strfmt.DateTime) time.Time {
	if at := time.Time(t); at.Unix() > 0 {
		return at.UTC()
	}
	return time.Time{}
}

// health is what the server says of itself.
type health struct {
	Tag       string `json:"tag_name"` // "2.0.5"; others for what was built by hand
	Commit    string `json:"commit_sha"`
	MultiUser bool   `json:"multi_user"`
}

// health asks a version of the API: "v2beta1".
func (c *client) health(ctx context.Context, api string) (health, error) {
	var h health
	err := call(ctx, "ask KFP for its version", func(ctx context.Context) error {
		_, err := c.transport.Submit(&runtime.ClientOperation{
			ID:                 "GetHealthz",
			Method:             http.MethodGet,
			PathPattern:        "/apis/" + api + "/healthz",
			ProducesMediaTypes: []string{runtime.JSONMime},
			Params:             runtime.ClientRequestWriterFunc(func(runtime.ClientRequest, strfmt.Registry) error { return nil }),
			Reader: runtime.ClientResponseReaderFunc(func(r runtime.ClientResponse, consumer runtime.Consumer) (any, error) {
				return nil, consumer.Consume(r.Body(), &h)
			}),
			Context: ctx,
		})
		return err
	})
	return h, err
}

// experiment, namedPipeline and version are what is stored on the server.
type experiment struct {
	ID, Name, Namespace string
	Archived            bool
}

type namedPipeline struct{ ID, Name string }

type version struct {
	ID, Name, PipelineID string
	Spec                 any // as of record
}

// listing is what a list is asked for. A token goes with the Namespace and
// Experiment of the call that gave it, and without filter and order: they are in it.
type listing struct {
	Namespace, Experiment string
	Filter                filter
	Newest                bool // first
	Size                  int
	Token                 string
}

func (l listing) page() (filter, order, token *string, size *int32) {
	n := int32(l.Size)
	if l.Token != "" {
		return nil, nil, &l.Token, &n
	}
	if len(l.Filter) > 0 {
		text := l.Filter.String()
		filter = &text
	}
	if l.Newest {
		newest := "created_at desc"
		order = &newest
	}
	return filter, order, nil, &n
}

// page is a part of a list.
type page[T any] struct {
	Items []T
	Next  string
	Total int
}

func (c *client) listExperiments(ctx context.Context, l listing) (page[experiment], error) {
	var got page[experiment]
	err := call(ctx, "list experiments", func(ctx context.Context) error {
		p := experiment_service.NewListExperimentsParamsWithContext(ctx).WithNamespace(given(l.Namespace))
		p.Filter, p.SortBy, p.PageToken, p.PageSize = l.page()
		ok, err := c.experiments.ListExperiments(p)
		if err != nil {
			return err
		}
		got.Next, got.Total = ok.Payload.NextPageToken, int(ok.Payload.TotalSize)
		for _, e := range ok.Payload.Experiments {
			got.Items = append(got.Items, experimentOf(e))
		}
		return nil
	})
	return got, err
}

func (c *client) getExperiment(ctx context.Context, id string) (experiment, error) {
	var got experiment
	err := call(ctx, "read experiment "+id, func(ctx context.Context) error {
		ok, err := c.experiments.GetExperiment(experiment_service.NewGetExperimentParamsWithContext(ctx).WithExperimentID(id))
		if err == nil {
			got = experimentOf(ok.Payload)
		}
		return err
	})
	return got, err
}

func (c *client) createExperiment(ctx context.Context, name, namespace string) (experiment, error) {
	var got experiment
	err := call(access.Safe(ctx), "create experiment "+name, func(ctx context.Context) error {
		body := &experiment_model.V2beta1Experiment{DisplayName: name, Namespace: namespace}
		ok, err := c.experiments.CreateExperiment(experiment_service.NewCreateExperimentParamsWithContext(ctx).WithBody(body))
		if err == nil {
			got = experimentOf(ok.Payload)
		}
		return err
	})
	return got, err
}

func experimentOf(e *experiment_model.V2beta1Experiment) experiment {
	return experiment{
		ID: e.ExperimentID, Name: e.DisplayName, Namespace: e.Namespace,
		Archived: e.StorageState == experiment_model.V2beta1ExperimentStorageStateARCHIVED,
	}
}

func (c *client) listPipelines(ctx context.Context, l listing) (page[namedPipeline], error) {
	var got page[namedPipeline]
	err := call(ctx, "list pipelines", func(ctx context.Context) error {
		p := pipeline_service.NewListPipelinesParamsWithContext(ctx).WithNamespace(given(l.Namespace))
		p.Filter, p.SortBy, p.PageToken, p.PageSize = l.page()
		ok, err := c.pipelines.ListPipelines(p, nil)
		if err != nil {
			return err
		}
		got.Next, got.Total = ok.Payload.NextPageToken, int(ok.Payload.TotalSize)
		for _, p := range ok.Payload.Pipelines {
			got.Items = append(got.Items, namedPipeline{ID: p.PipelineID, Name: p.DisplayName})
		}
		return nil
	})
	return got, err
}

func (c *client) getPipeline(ctx context.Context, id string) (namedPipeline, error) {
	var got namedPipeline
	err := call(ctx, "read pipeline "+id, func(ctx context.Context) error {
		ok, err := c.pipelines.GetPipeline(pipeline_service.NewGetPipelineParamsWithContext(ctx).WithPipelineID(id), nil)
		if err == nil {
			got = namedPipeline{ID: ok.Payload.PipelineID, Name: ok.Payload.DisplayName}
		}
		return err
	})
	return got, err
}

func (c *client) createPipeline(ctx context.Context, name, namespace string) (namedPipeline, error) {
	var got namedPipeline
	err := call(access.Safe(ctx), "create pipeline "+name, func(ctx context.Context) error {
		body := &pipeline_model.V2beta1Pipeline{DisplayName: name, Namespace: namespace}
		ok, err := c.pipelines.CreatePipeline(pipeline_service.NewCreatePipelineParamsWithContext(ctx).WithBody(body), nil)
		if err == nil {
			got = namedPipeline{ID: ok.Payload.PipelineID, Name: ok.Payload.DisplayName}
		}
		return err
	})
	return got, err
}

func (c *client) listVersions(ctx context.Context, pipeline string, l listing) (page[version], error) {
	var got page[version]
	err := call(ctx, "list versions of pipeline "+pipeline, func(ctx context.Context) error {
		p := pipeline_service.NewListPipelineVersionsParamsWithContext(ctx).WithPipelineID(pipeline)
		p.Filter, p.SortBy, p.PageToken, p.PageSize = l.page()
		ok, err := c.pipelines.ListPipelineVersions(p, nil)
		if err != nil {
			return err
		}
		got.Next, got.Total = ok.Payload.NextPageToken, int(ok.Payload.TotalSize)
		for _, v := range ok.Payload.PipelineVersions {
			got.Items = append(got.Items, versionOf(v))
		}
		return nil
	})
	return got, err
}

func (c *client) getVersion(ctx context.Context, pipeline, id string) (version, error) {
	var got version
	err := call(ctx, "read pipeline version "+id, func(ctx context.Context) error {
		p := pipeline_service.NewGetPipelineVersionParamsWithContext(ctx).WithPipelineID(pipeline).WithPipelineVersionID(id)
		ok, err := c.pipelines.GetPipelineVersion(p, nil)
		if err == nil {
			got = versionOf(ok.Payload)
		}
		return err
	})
	return got, err
}

func versionOf(v *pipeline_model.V2beta1PipelineVersion) version {
	return version{ID: v.PipelineVersionID, Name: v.DisplayName, PipelineID: v.PipelineID, Spec: v.PipelineSpec}
}

// uploadVersion stores a file as a version of a pipeline.
func (c *client) uploadVersion(ctx context.Context, pipeline, name string, file []byte) (version, error) {
	var got version
	err := call(access.Safe(ctx), "upload pipeline version "+name, func(ctx context.Context) error {
		// The server knows an archive by this name, and what is sent is none.
		body := runtime.NamedReader("pipeline.yaml", bytes.NewReader(file))
		p := pipeline_upload_service.NewUploadPipelineVersionParamsWithContext(ctx).
			WithPipelineid(&pipeline).WithName(&name).WithUploadfile(body)
		ok, err := c.uploads.UploadPipelineVersion(p, nil)
		if err == nil {
			got = version{ID: ok.Payload.PipelineVersionID, Name: ok.Payload.DisplayName, PipelineID: ok.Payload.PipelineID}
		}
		return err
	})
	return got, err
}

// newRun is what a run is asked for with: either Spec, or PipelineID and VersionID.
type newRun struct {
	Name, Description string
	Experiment        string // its id
	Spec              any
	PipelineID        string
	VersionID         string
	Parameters        map[string]any
	PipelineRoot      string
	ServiceAccount    string
}

func (c *client) createRun(ctx context.Context, r newRun) (record, error) {
	body := &run_model.V2beta1Run{
		DisplayName:    r.Name,
		Description:    r.Description,
		ExperimentID:   r.Experiment,
		RuntimeConfig:  &run_model.V2beta1RuntimeConfig{Parameters: r.Parameters, PipelineRoot: r.PipelineRoot},
		ServiceAccount: r.ServiceAccount,
	}
	if r.Spec != nil {
		body.PipelineSpec = r.Spec
	} else {
		body.PipelineVersionReference = &run_model.V2beta1PipelineVersionReference{PipelineID: r.PipelineID, PipelineVersionID: r.VersionID}
	}
	var got record
	err := call(ctx, "create run "+r.Name, func(ctx context.Context) error {
		ok, err := c.runs.CreateRun(run_service.NewCreateRunParamsWithContext(ctx).WithBody(body), nil)
		if err == nil {
			got = recordOf(ok.Payload)
		}
		return err
	})
	return got, err
}

func (c *client) getRun(ctx context.Context, id string) (record, error) {
	var got record
	err := call(ctx, "read run "+id, func(ctx context.Context) error {
		ok, err := c.runs.GetRun(run_service.NewGetRunParamsWithContext(ctx).WithRunID(id), nil)
		if err == nil {
			got = recordOf(ok.Payload)
		}
		return err
	})
	return got, err
}

func (c *client) listRuns(ctx context.Context, l listing) (page[record], error) {
	var got page[record]
	err := call(ctx, "list runs", func(ctx context.Context) error {
		p := run_service.NewListRunsParamsWithContext(ctx).WithNamespace(given(l.Namespace)).WithExperimentID(given(l.Experiment))
		p.Filter, p.SortBy, p.PageToken, p.PageSize = l.page()
		ok, err := c.runs.ListRuns(p, nil)
		if err != nil {
			return err
		}
		got.Next, got.Total = ok.Payload.NextPageToken, int(ok.Payload.TotalSize)
		for _, r := range ok.Payload.Runs {
			got.Items = append(got.Items, recordOf(r))
		}
		return nil
	})
	return got, err
}

func (c *client) terminate(ctx context.Context, id string) error {
	return call(access.Safe(ctx), "terminate run "+id, func(ctx context.Context) error {
		_, err := c.runs.TerminateRun(run_service.NewTerminateRunParamsWithContext(ctx).WithRunID(id), nil)
		return err
	})
}

func (c *client) retry(ctx context.Context, id string) error {
	return call(ctx, "retry run "+id, func(ctx context.Context) error {
		_, err := c.runs.RetryRun(run_service.NewRetryRunParamsWithContext(ctx).WithRunID(id), nil)
		return err
	})
}

func (c *client) archive(ctx context.Context, id string) error {
	return call(access.Safe(ctx), "archive run "+id, func(ctx context.Context) error {
		_, err := c.runs.ArchiveRun(run_service.NewArchiveRunParamsWithContext(ctx).WithRunID(id), nil)
		return err
	})
}

// record is a run as the server tells it. Spec is its pipeline, with numbers as
// json.Number, or nil where the run refers to a version.
type record struct {
	ID, Name, Description string
	ExperimentID          string
	PipelineID, VersionID string
	Spec                  any
	Parameters            map[string]any
	PipelineRoot          string
	ServiceAccount        string
	State, Storage        string
	Created, Finished     time.Time
	Error                 string
	History               []moment
	Tasks                 []taskRecord
}

// moment is a change of state.
type moment struct {
	State, Error string
	At           time.Time
}

// taskRecord is a node of the workflow, which need not be a task of the pipeline.
type taskRecord struct {
	ID, Name, Parent, Pod string
	State, Error          string
	Started, Finished     time.Time
	Children              []string // ids of nodes; older servers have pods of these names
	History               []moment
}

func recordOf(r *run_model.V2beta1Run) record {
	rec := record{
		ID: r.RunID, Name: r.DisplayName, Description: r.Description,
		ExperimentID:   r.ExperimentID,
		Spec:           r.PipelineSpec,
		ServiceAccount: r.ServiceAccount,
		State:          string(r.State), Storage: string(r.StorageState),
		Created: when(r.CreatedAt), Finished: when(r.FinishedAt),
		Error:   messageOf(r.Error),
		History: momentsOf(r.StateHistory),
	}
	if v := r.PipelineVersionReference; v != nil {
		rec.PipelineID, rec.VersionID = v.PipelineID, v.PipelineVersionID
	}
	if c := r.RuntimeConfig; c != nil {
		rec.Parameters, rec.PipelineRoot = c.Parameters, c.PipelineRoot
	}
	if d := r.RunDetails; d != nil {
		for _, t := range d.TaskDetails {
			rec.Tasks = append(rec.Tasks, taskOf(t))
		}
	}
	return rec
}

func taskOf(t *run_model.V2beta1PipelineTaskDetail) taskRecord {
	task := taskRecord{
		ID: t.TaskID, Name: t.DisplayName, Parent: t.ParentTaskID, Pod: t.PodName,
		State: string(t.State), Error: messageOf(t.Error),
		Started: when(t.StartTime), Finished: when(t.EndTime),
		History: momentsOf(t.StateHistory),
	}
	for _, c := range t.ChildTasks {
		if c.PodName != "" {
			task.Children = append(task.Children, c.PodName)
		}
	}
	return task
}

func momentsOf(history []*run_model.V2beta1RuntimeStatus) []moment {
	var all []moment
	for _, h := range history {
		all = append(all, moment{State: string(h.State), Error: messageOf(h.Error), At: when(h.UpdateTime)})
	}
	return all
}

func messageOf(s *run_model.GooglerpcStatus) string {
	if s == nil {
		return ""
	}
	return s.Message
}

// call gives a call its deadline, and what went wrong its words. Of a call that was
// interrupted, that it may have been done matters more than who interrupted it.
func call(ctx context.Context, doing string, do func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := do(limited)
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case cause != nil && errors.Is(err, cause) && !submit.IsKind(err, submit.Unsettled):
		return cause
	}
	return explain(doing, err)
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
