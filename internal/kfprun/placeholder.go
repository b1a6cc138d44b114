package kfprun

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// jobFacts are what constant placeholders stand for.
type jobFacts struct {
	pipeline, run, task, execution string
	now                            time.Time
}

// constants puts them in a text.
func (f jobFacts) constants() *strings.Replacer {
	return strings.NewReplacer(
		"{{$.pipeline_job_name}}", f.pipeline,
		"{{$.pipeline_job_resource_name}}", f.pipeline+"-"+f.run[:8],
		"{{$.pipeline_job_uuid}}", f.run,
		"{{$.pipeline_task_name}}", f.task,
		"{{$.pipeline_task_uuid}}", f.execution,
		"{{$.pipeline_job_create_time_utc}}", f.now.UTC().Format(time.RFC3339),
		"{{$.pipeline_job_schedule_time_utc}}", f.now.UTC().Format(time.RFC3339),
	)
}

// commandLine is the command line of a container with what the driver resolves in it:
// constants, and what is there only if an input is. Inputs and outputs are left to the
// launcher.
func commandLine(constants *strings.Replacer, c container, spec component, given inputs) ([]string, error) {
	var argv []string
	for _, word := range slices.Concat(c.Command, c.Args) {
		words := []string{word}
		if strings.HasPrefix(word, `{"IfPresent":`) || strings.HasPrefix(word, `{"Concat":`) {
			var structure any
			err := decode([]byte(word), &structure)
			if err == nil {
				words, err = resolve(structure, func(name string) bool { return present(name, spec, given) })
			}
			if err != nil {
				return nil, fmt.Errorf("placeholder %s: %w", word, err)
			}
		}
		for _, word := range words {
			argv = append(argv, constants.Replace(word))
		}
	}
	return argv, nil
}

// present reports whether an input has a value, given or default.
func present(name string, spec component, given inputs) bool {
	value, ok := given.Parameters[name]
	_, isArtifact := given.Artifacts[name]
	return ok && value != nil || isArtifact || spec.InputDefinitions.Parameters[name].DefaultValue != nil
}

// resolve is the words that a structure of placeholders comes to.
func resolve(structure any, present func(string) bool) ([]string, error) {
	switch s := structure.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{s}, nil
	case []any:
		var words []string
		for _, part := range s {
			more, err := resolve(part, present)
			if err != nil {
				return nil, err
			}
			words = append(words, more...)
		}
		return words, nil
	case map[string]any:
		if parts, ok := s["Concat"]; ok {
			words, err := resolve(parts, present)
			return []string{strings.Join(words, "")}, err
		}
		if choice, ok := s["IfPresent"].(map[string]any); ok {
			branch := "Else"
			if name, _ := choice["InputName"].(string); present(name) {
				branch = "Then"
			}
			return resolve(choice[branch], present)
		}
	}
	text, err := json.Marshal(structure)
	if err == nil {
		err = fmt.Errorf("%s is neither IfPresent nor Concat", text)
	}
	return nil, err
}
