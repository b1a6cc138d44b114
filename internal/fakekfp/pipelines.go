package fakekfp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (s *Server) createPipeline(q *request) (any, *failure) {
	known := []string{"pipeline_id", "display_name", "description", "created_at", "namespace", "error"}
	if s.newer {
		known = append(known, "name", "tags")
	}
	sent, failed := s.fields(q, known...)
	if failed != nil {
		return nil, failed
	}
	name, namespace := sent.text("display_name"), sent.text("namespace")
	if failed := s.maySee(q, namespace); failed != nil {
		return nil, failed
	}
	for _, p := range s.pipelines {
		if p.text("display_name") == name && p.text("namespace") == namespace {
			return nil, errorf(codeExists, fmt.Sprintf("Failed to create a new pipeline. The name %s already exist. Please specify a new name", name), "Failed to create a pipeline due to server error: Failed to create a pipeline in PipelineStore: Already exist error: ")
		}
	}
	p := object{"pipeline_id": s.newID(kindPipeline), "display_name": name, "created_at": s.now()}
	if s.newer {
		p["name"] = name
	}
	for _, field := range []string{"description", "namespace"} {
		if text := sent.text(field); text != "" {
			p[field] = text
		}
	}
	s.pipelines = append(s.pipelines, p)
	return p, nil
}

// maySee lets everybody at the pipelines that are shared.
func (s *Server) maySee(q *request, namespace string) *failure {
	if namespace == "" {
		return nil
	}
	return s.may(q, namespace)
}

func (s *Server) listPipelines(q *request) (any, *failure) {
	namespace := q.URL.Query().Get("namespace")
	if failed := s.maySee(q, namespace); failed != nil {
		return nil, failed
	}
	var own []object
	for _, p := range s.pipelines {
		if !s.o.MultiUser || p.text("namespace") == namespace {
			own = append(own, p)
		}
	}
	return s.list(q, own, map[string]string{
		"name": "display_name", "display_name": "display_name", "pipeline_id": "pipeline_id",
		"description": "description", "namespace": "namespace",
	}, "pipelines", "")
}

func (s *Server) pipelineByName(q *request) (any, *failure) {
	if !s.newer {
		return nil, errorf(codeInternal, "Invalid api version detected", fmt.Sprintf("Failed to get a pipeline with name %s and namespace . Check error stack.: InternalServerError: Failed to get a pipeline by name and namespace. API request version v2beta1: Invalid input error: ", q.ids[0]))
	}
	if p := s.find(s.pipelines, "display_name", q.ids[0]); p != nil {
		return p, s.maySee(q, p.text("namespace"))
	}
	return nil, errorf(codeNotFound, fmt.Sprintf("Pipeline %s not found", q.ids[0]), "ResourceNotFoundError: ")
}

func (s *Server) pipeline(q *request, id string) (object, *failure) {
	p := s.find(s.pipelines, "pipeline_id", id)
	if p == nil {
		return nil, errorf(codeNotFound, fmt.Sprintf("Pipeline %s not found", id), fmt.Sprintf("Failed to get a pipeline with id %s: ResourceNotFoundError: ", id))
	}
	return p, s.maySee(q, p.text("namespace"))
}

func (s *Server) getPipeline(q *request) (any, *failure) { return s.pipeline(q, q.ids[0]) }

func (s *Server) listVersions(q *request) (any, *failure) {
	if _, failed := s.pipeline(q, q.ids[0]); failed != nil {
		return nil, failed
	}
	return s.list(q, s.versionsOf(q.ids[0]), map[string]string{
		"name": "display_name", "display_name": "display_name", "pipeline_version_id": "pipeline_version_id", "description": "description",
	}, "pipeline_versions", "")
}

func (s *Server) versionsOf(pipeline string) []object {
	var own []object
	for _, v := range s.versions {
		if v.text("pipeline_id") == pipeline {
			own = append(own, v)
		}
	}
	return own
}

func (s *Server) getVersion(q *request) (any, *failure) {
	if _, failed := s.pipeline(q, q.ids[0]); failed != nil {
		return nil, failed
	}
	if v := s.find(s.versionsOf(q.ids[0]), "pipeline_version_id", q.ids[1]); v != nil {
		return v, nil
	}
	return nil, errorf(codeNotFound, fmt.Sprintf("PipelineVersion %s not found", q.ids[1]), fmt.Sprintf("Failed to get a pipeline version with id %s: ResourceNotFoundError: ", q.ids[1]))
}

func (s *Server) uploadVersion(q *request) (any, *failure) {
	file, header, err := q.FormFile("uploadfile")
	if err != nil {
		return nil, errorf(codeInvalid, err.Error(), "Failed to create a pipeline version due to error parsing pipeline spec filename: ")
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errorf(codeInvalid, err.Error(), "")
	}
	if !strings.HasSuffix(header.Filename, ".yaml") {
		return nil, errorf(codeInvalid, "Unexpected pipeline file format. Support .zip, .tar.gz, .json or YAML", "Failed to create a pipeline version due to error reading pipeline spec file: Invalid input error: ")
	}
	spec, err := documents(text)
	if err != nil {
		return nil, errorf(codeInternal, "unknown template format: pipeline spec is invalid", "Failed to create a pipeline version: InvalidInputError: ")
	}
	id, name := q.URL.Query().Get("pipelineid"), q.URL.Query().Get("name")
	if _, failed := s.pipeline(q, id); failed != nil {
		return nil, failed
	}
	if failed := s.checkTemplate(spec, ""); failed != nil {
		return nil, failed
	}
	if s.find(s.versionsOf(id), "display_name", name) != nil {
		return nil, errorf(codeExists, fmt.Sprintf("Failed to create a new pipeline version. The name %s already exist. Specify a new name", name), "Failed to create a pipeline version: Failed to create pipeline version in PipelineStore: Already exist error: ")
	}
	v := object{
		"pipeline_id": id, "pipeline_version_id": s.newID(kindVersion), "display_name": name,
		"created_at": s.now(), "pipeline_spec": spec,
	}
	if s.newer {
		v["name"] = name
	}
	s.versions = append(s.versions, v)
	return v, nil
}

// documents is a file as the server shows it: the pipeline, or pipeline and
// platform document under names of their own.
func documents(text []byte) (any, error) {
	var spec, platform map[string]any
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var document map[string]any
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF) && platform != nil:
			return map[string]any{"pipeline_spec": spec, "platform_spec": platform}, nil
		case errors.Is(err, io.EOF):
			return spec, nil
		case err != nil:
			return nil, err
		}
		if _, ok := document["platforms"]; ok {
			platform = document
		} else {
			spec = maps.Clone(document)
		}
	}
}
