package kfp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/submit"
)

// Draft is what Submit would send to change something. What it reads first, to
// know the ids, is read. It is Submit itself that runs, with a wire that answers
// in place of the server, so that the two cannot differ.
func (b *Backend) Draft(ctx context.Context, o submit.Order) ([]submit.Request, error) {
	d := &draft{base: b.access.Base.Path}
	dry := *b
	dry.client = newClient(b.access, d)
	if _, err := dry.Submit(ctx, o); err != nil {
		return nil, err
	}
	return d.requests, nil
}

// draft keeps the requests that change something, and answers them with ids that
// say what they stand for.
type draft struct {
	base     string // path in front of the API's own
	requests []submit.Request
}

func (d *draft) answer(r *http.Request) (*http.Response, error) {
	said, err := read(r)
	if err != nil {
		return nil, err
	}
	query := r.URL.RequestURI()
	d.requests = append(d.requests, submit.Request{Method: r.Method, Path: query, Body: said})

	name, _ := said["display_name"].(string)
	answer := map[string]string{"display_name": name}
	switch path := strings.TrimPrefix(r.URL.Path, d.base); path {
	case "/apis/v2beta1/experiments":
		answer["experiment_id"] = fmt.Sprintf("<id of experiment %s>", name)
	case "/apis/v2beta1/pipelines":
		answer["pipeline_id"] = fmt.Sprintf("<id of pipeline %s>", name)
	case "/apis/v2beta1/pipelines/upload_version":
		q := r.URL.Query()
		answer["pipeline_id"], answer["display_name"] = q.Get("pipelineid"), q.Get("name")
		answer["pipeline_version_id"] = fmt.Sprintf("<id of version %s>", q.Get("name"))
	case "/apis/v2beta1/runs":
		answer["run_id"] = "<id of the run>"
	default:
		return nil, fmt.Errorf("kfp: no draft of %s %s", r.Method, path)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(bytes.NewReader(text)),
		Request:    r,
	}, nil
}

// read is a body as data. Of a form it is the fields, each as the text it is.
func read(r *http.Request) (map[string]any, error) {
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	kind, more, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if kind != "multipart/form-data" {
		return decode(body)
	}
	said := map[string]any{}
	form, err := multipart.NewReader(bytes.NewReader(body), more["boundary"]).ReadForm(2 * pipeline.MaxSize)
	if err != nil {
		return nil, err
	}
	for name, files := range form.File {
		file, err := files[0].Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(file)
		if err != nil {
			return nil, err
		}
		said[name] = string(text)
	}
	return said, nil
}

// isPlaceholder reports whether an id is one of a draft.
func isPlaceholder(id string) bool { return strings.HasPrefix(id, "<") }
