package main

import (
	"encoding/json"
	"fmt"

	"github.com/kubeflow/pipelines/api/v2alpha1/go/pipelinespec"
	"github.com/kubeflow/pipelines/kubernetes_platform/go/kubernetesplatform"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// strict decodes documents and collects what the messages lack.
type strict struct{ unknown map[string]bool }

func (s strict) pipeline(document map[string]any) error {
	if document == nil {
		return nil
	}
	if err := s.decode("pipeline", document, &pipelinespec.PipelineSpec{}); err != nil {
		return err
	}
	return s.decode("deploymentSpec", document["deploymentSpec"], &pipelinespec.PipelineDeploymentConfig{})
}

func (s strict) platform(document map[string]any) error {
	if document == nil {
		return nil
	}
	if err := s.decode("platform", document, &pipelinespec.PlatformSpec{}); err != nil {
		return err
	}
	kubernetes, _ := document["platforms"].(map[string]any)["kubernetes"].(map[string]any)
	deployment, _ := kubernetes["deploymentSpec"].(map[string]any)
	executors, _ := deployment["executors"].(map[string]any)
	for label, executor := range executors {
		if err := s.decode(label, executor, &kubernetesplatform.KubernetesExecutorConfig{}); err != nil {
			return err
		}
	}
	return nil
}

// decode holds a part of a document against its message. What the message lacks is
// collected, and any other fault is the error.
func (s strict) decode(name string, part any, into proto.Message) error {
	s.walk(into.ProtoReflect().Descriptor(), part)
	text, err := json.Marshal(part)
	if err == nil {
		err = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// walk goes through a message where value has the form that it should have. Structs are
// free form.
func (s strict) walk(message protoreflect.MessageDescriptor, value any) {
	object, ok := value.(map[string]any)
	if !ok || message.ParentFile().Package() == "google.protobuf" {
		return
	}
	for key, inner := range object {
		field := message.Fields().ByJSONName(key)
		if field == nil {
			field = message.Fields().ByTextName(key)
		}
		if field == nil {
			s.unknown[string(message.FullName())+"."+key] = true
			continue
		}
		s.field(field, inner)
	}
}

func (s strict) field(field protoreflect.FieldDescriptor, value any) {
	values := []any{value}
	if list, ok := value.([]any); ok && field.IsList() {
		values = list
	}
	if entries, ok := value.(map[string]any); ok && field.IsMap() {
		values = nil
		for _, entry := range entries {
			values = append(values, entry)
		}
		field = field.MapValue()
	}
	for _, v := range values {
		switch name, isName := v.(string); {
		case field.Message() != nil:
			s.walk(field.Message(), v)
		case field.Enum() != nil && isName && field.Enum().Values().ByName(protoreflect.Name(name)) == nil:
			s.unknown[string(field.Enum().FullName())+"."+name] = true
		}
	}
}
