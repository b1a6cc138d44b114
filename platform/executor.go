package platform

import (
	"encoding/json"
	"strings"
)

// taskExecutorInput finds "--executor_input JSON" or "--executor_input=JSON"
// among the words of the task. The last counts, as for Python's argparse. A
// value that is no JSON object belongs to a task that means something else by
// the flag; the unreplaced placeholder {{$}} begins like one and is kept, so
// that it is reported.
func taskExecutorInput(task []string) ExecutorInput {
	for i := len(task) - 1; i >= 0; i-- {
		text, found := strings.CutPrefix(task[i], "--executor_input")
		switch {
		case !found:
			continue
		case text == "" && i+1 < len(task):
			text = task[i+1]
		case strings.HasPrefix(text, "="):
			text = text[1:]
		default:
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			return ExecutorInput{text, TaskArguments}
		}
	}
	return ExecutorInput{}
}

// executorDoc is the part of an executor input that we use.
type executorDoc struct {
	Inputs struct {
		Parameters map[string]json.RawMessage `json:"parameterValues"`
	} `json:"inputs"`
	Outputs struct {
		OutputFile string `json:"outputFile"`
		Artifacts  map[string]struct {
			Artifacts []struct {
				URI string `json:"uri"`
			} `json:"artifacts"`
		} `json:"artifacts"`
	} `json:"outputs"`
}

func parseExecutorInput(text string) executorDoc {
	var doc executorDoc
	if text != "" && json.Unmarshal([]byte(text), &doc) != nil {
		return executorDoc{}
	}
	return doc
}

// componentSpec is the part of a component's definition that we use.
type componentSpec struct {
	ExecutorLabel string `json:"executorLabel"`
	Inputs        struct {
		Parameters map[string]struct {
			Default json.RawMessage `json:"defaultValue"`
		} `json:"parameters"`
	} `json:"inputDefinitions"`
}

func parseComponentSpec(text string) componentSpec {
	var spec componentSpec
	if text != "" && json.Unmarshal([]byte(text), &spec) != nil {
		return componentSpec{}
	}
	return spec
}

// component is the name that its author gave it; the compiler writes exec-NAME.
func (c componentSpec) component() string {
	return plain(strings.TrimPrefix(c.ExecutorLabel, "exec-"))
}

// task finds the name of the task in the places where it is to put its outputs,
// …/RUN/TASK/SALT/NAME: no argument and no variable holds it.
func (d executorDoc) task(run string) string {
	if run == "" {
		return ""
	}
	if name := segmentAfter(d.Outputs.OutputFile, run); name != "" {
		return name
	}
	for _, output := range d.Outputs.Artifacts {
		for _, a := range output.Artifacts {
			if name := segmentAfter(a.URI, run); name != "" {
				return name
			}
		}
	}
	return ""
}

func segmentAfter(location, segment string) string {
	_, rest, found := strings.Cut(location, "/"+segment+"/")
	name, _, more := strings.Cut(rest, "/")
	if !found || !more {
		return ""
	}
	return plain(name)
}
