package kfprun

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// inputs of a task. A parameter that was not given is not among them.
type inputs struct {
	Parameters map[string]any
	Artifacts  map[string]Artifact
}

// inputsOf resolves what a task takes from constants, from the pipeline that it is in,
// and from other tasks.
func (w *walk) inputsOf(path string, t taskSpec, outer inputs) (inputs, error) {
	in := inputs{map[string]any{}, map[string]Artifact{}}
	for name, from := range t.Inputs.Parameters {
		value, given, err := w.parameter(path, from, outer)
		if err != nil {
			return in, fmt.Errorf("parameter %s: %w", name, err)
		}
		if given {
			in.Parameters[name] = value
		}
	}
	for name, from := range t.Inputs.Artifacts {
		artifact, given, err := w.artifact(path, from, outer)
		if err != nil {
			return in, fmt.Errorf("artifact %s: %w", name, err)
		}
		if given {
			in.Artifacts[name] = artifact
		}
	}
	return in, in.resolveAmongThemselves()
}

func (w *walk) parameter(path string, from parameterInput, outer inputs) (value any, given bool, err error) {
	switch {
	case from.ParameterExpressionSelector != "":
		return nil, false, errors.New("is a part of a value, which is not taken out here")
	case from.RuntimeValue != nil:
		return from.RuntimeValue.Constant, true, nil
	case from.ComponentInputParameter != "":
		value, given = outer.Parameters[from.ComponentInputParameter]
		return value, given, nil
	case from.TaskOutputParameter != nil:
		value, given = w.run.Tasks[path+from.TaskOutputParameter.ProducerTask].Parameters[from.TaskOutputParameter.OutputParameterKey]
		if !given {
			return nil, false, fmt.Errorf("task %s gave no %s", from.TaskOutputParameter.ProducerTask, from.TaskOutputParameter.OutputParameterKey)
		}
		return value, true, nil
	}
	return nil, false, errors.New("comes from what is not read here, as the final status of a task")
}

func (w *walk) artifact(path string, from artifactInput, outer inputs) (artifact Artifact, given bool, err error) {
	switch {
	case from.ComponentInputArtifact != "":
		artifact, given = outer.Artifacts[from.ComponentInputArtifact]
		return artifact, given, nil
	case from.TaskOutputArtifact != nil:
		artifact, given = w.run.Tasks[path+from.TaskOutputArtifact.ProducerTask].Artifacts[from.TaskOutputArtifact.OutputArtifactKey]
		if !given {
			return artifact, false, fmt.Errorf("task %s gave no %s", from.TaskOutputArtifact.ProducerTask, from.TaskOutputArtifact.OutputArtifactKey)
		}
		return artifact, true, nil
	}
	return artifact, false, errors.New("comes from what is not read here")
}

// resolveAmongThemselves puts values in place of the placeholders that a text made of
// several values has, also in lists and mappings.
func (in inputs) resolveAmongThemselves() error {
	var pairs []string
	for name, value := range in.Parameters {
		text, err := asText(value)
		if err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
		pairs = append(pairs, "{{$.inputs.parameters['"+name+"']}}", text)
	}
	in.replaceTexts(strings.NewReplacer(pairs...))
	return nil
}

// replaceTexts changes the texts among the parameters, and those in them.
func (in inputs) replaceTexts(r *strings.Replacer) {
	for name, value := range in.Parameters {
		in.Parameters[name] = replaced(value, r)
	}
}

func replaced(value any, r *strings.Replacer) any {
	switch v := value.(type) {
	case string:
		return r.Replace(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = replaced(v[i], r)
		}
		return list
	case map[string]any:
		mapping := make(map[string]any, len(v))
		for key := range v {
			mapping[key] = replaced(v[key], r)
		}
		return mapping
	}
	return value
}

// complete holds inputs against what the component takes. Of a component that is a
// pipeline, defaults are filled in; of a container the launcher does that.
func (c component) complete(in inputs) (inputs, error) {
	complete := inputs{map[string]any{}, in.Artifacts}
	maps.Copy(complete.Parameters, in.Parameters)
	for _, name := range slices.Sorted(maps.Keys(c.InputDefinitions.Parameters)) {
		d := c.InputDefinitions.Parameters[name]
		value, given := in.Parameters[name]
		switch {
		case given && d.ParameterType == "STRING":
			text, err := asText(value)
			if err != nil {
				return in, fmt.Errorf("parameter %s: %w", name, err)
			}
			complete.Parameters[name] = text
		case !given && d.DefaultValue != nil && c.DAG != nil:
			complete.Parameters[name] = d.DefaultValue
		case !given && d.DefaultValue == nil && !d.IsOptional:
			return in, fmt.Errorf("parameter %s was not given and has no default", name)
		}
	}
	for name, d := range c.InputDefinitions.Artifacts {
		if _, given := in.Artifacts[name]; !given && !d.IsOptional {
			return in, fmt.Errorf("artifact %s was not given", name)
		}
	}
	return complete, nil
}

// asText is a value where a text is wanted. A number is written as KFP does, which keeps
// it as a double: 1.0 is 1.
func asText(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		n, err := v.Float64()
		return strconv.FormatFloat(n, 'f', -1, 64), err
	}
	text, err := json.Marshal(value)
	return string(text), err
}
