package kfprun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/flts-run/flts-run/pipeline"
)

// What follows is the part of a compiled pipeline that a driver reads.

type pipelineSpec struct {
	PipelineInfo   struct{ Name string }
	Root           json.RawMessage
	Components     map[string]json.RawMessage
	DeploymentSpec struct {
		Executors map[string]struct {
			Container *container
			Importer  json.RawMessage
		}
	}
}

type container struct {
	Image   string
	Command []string
	Args    []string
	Env     []struct{ Name, Value string }
}

type component struct {
	text              json.RawMessage
	ExecutorLabel     string
	DAG               *dagSpec
	InputDefinitions  definitions
	OutputDefinitions definitions
}

type definitions struct {
	Parameters map[string]struct {
		ParameterType string
		DefaultValue  any
		IsOptional    bool
	}
	Artifacts map[string]struct {
		ArtifactType   json.RawMessage
		IsOptional     bool
		IsArtifactList bool
	}
}

type dagSpec struct {
	Tasks   map[string]taskSpec
	Outputs struct {
		Parameters map[string]struct {
			ValueFromParameter *parameterSelector
			ValueFromOneof     *struct{ ParameterSelectors []parameterSelector }
		}
		Artifacts map[string]struct {
			ArtifactSelectors []struct{ ProducerSubtask, OutputArtifactKey string }
		}
	}
}

type parameterSelector struct{ ProducerSubtask, OutputParameterKey string }

type taskSpec struct {
	ComponentRef   struct{ Name string }
	DependentTasks []string
	Inputs         struct {
		Parameters map[string]parameterInput
		Artifacts  map[string]artifactInput
	}
	TriggerPolicy     struct{ Condition, Strategy string }
	ParameterIterator json.RawMessage
	ArtifactIterator  json.RawMessage
}

type parameterInput struct {
	RuntimeValue                *struct{ Constant any }
	ComponentInputParameter     string
	TaskOutputParameter         *struct{ ProducerTask, OutputParameterKey string }
	ParameterExpressionSelector string
}

type artifactInput struct {
	ComponentInputArtifact string
	TaskOutputArtifact     *struct{ ProducerTask, OutputArtifactKey string }
}

// read decodes the documents of a pipeline.
func read(p *pipeline.Package) (spec pipelineSpec, platform map[string]executorConfig, err error) {
	text, err := p.Spec()
	if err == nil {
		err = decode(text, &spec)
	}
	if err != nil {
		return spec, nil, fmt.Errorf("kfprun: %s: %w", p.Name, err)
	}
	text, err = p.PlatformSpec()
	if err == nil && text != nil {
		platform, err = readPlatform(text)
	}
	if err != nil {
		return spec, nil, fmt.Errorf("kfprun: platform document of %s: %w", p.Name, err)
	}
	return spec, platform, nil
}

// decode keeps the digits of numbers.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func (s pipelineSpec) root() (component, error) {
	c := component{text: s.Root}
	if err := decode(s.Root, &c); err != nil {
		return c, fmt.Errorf("kfprun: root: %w", err)
	}
	if c.DAG == nil {
		return c, errors.New("kfprun: root has no tasks")
	}
	return c, nil
}

func (s pipelineSpec) component(name string) (component, error) {
	text, ok := s.Components[name]
	if !ok {
		return component{}, fmt.Errorf("there is no component %q", name)
	}
	c := component{text: text}
	if err := decode(text, &c); err != nil {
		return c, fmt.Errorf("component %q: %w", name, err)
	}
	return c, nil
}
