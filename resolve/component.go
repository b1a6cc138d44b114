package resolve

import (
	"encoding/json"
	"fmt"
)

// SplitExecutorInput reads an executor input of Kubeflow Pipelines as two
// sources: what the run gave, and what it only seems to have given because the
// launcher filled in the defaults of the component. defaults are those, by
// parameter; without any there is no second source, since nothing is known of
// one. name is the name of the first.
func SplitExecutorInput(c *Contract, name string, text []byte, defaults map[string]json.RawMessage) ([]Source, error) {
	run, err := ExecutorInput(c, text)
	run.Name = name
	if err != nil || len(defaults) == 0 {
		return []Source{run}, err
	}
	component := Source{Name: "component default", Layer: Defaults, Params: true, Values: map[string]Value{}}
	if err := component.addJSON(c, defaults); err != nil {
		return []Source{run}, fmt.Errorf("component default: %w", err)
	}
	for parameter := range component.Values {
		delete(run.Values, parameter)
	}
	return []Source{run, component}, nil
}
