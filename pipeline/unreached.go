package pipeline

import (
	"maps"
	"slices"
)

// Unreached are the labels of the platform document that no executor of the pipeline has:
// what stands there reaches no task.
func (p *Package) Unreached() []string {
	executors := mappingAt(p.spec, "deploymentSpec", "executors")
	var labels []string
	for _, label := range slices.Sorted(maps.Keys(p.configs())) {
		if _, has := executors[label]; !has {
			labels = append(labels, label)
		}
	}
	return labels
}

// Executors are the labels of the executors, sorted.
func (p *Package) Executors() []string {
	return slices.Sorted(maps.Keys(mappingAt(p.spec, "deploymentSpec", "executors")))
}
