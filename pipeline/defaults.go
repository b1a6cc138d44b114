package pipeline

import (
	"maps"
	"slices"

	"github.com/flts-run/flts-run/internal/form"
)

// DefaultProblem is what is wrong with the default of a parameter: of the pipeline, or of
// one of its components. No server looks at those.
type DefaultProblem struct {
	form.Problem
	At []string // where the pipeline document has the parameter, as Line takes it
}

// DefaultProblems holds every default against the type and the choices of its parameter.
// That of a parameter which holds a secret is left to whoever looks for those.
func (p *Package) DefaultProblems() []DefaultProblem {
	found := defaultProblems([]string{"root"}, "", p.spec["root"])
	components := mappingAt(p.spec, "components")
	for _, name := range slices.Sorted(maps.Keys(components)) {
		found = append(found, defaultProblems([]string{"components", name}, " of "+name, components[name])...)
	}
	return found
}

// defaultProblems are those of one component; of goes on after "default".
func defaultProblems(at []string, of string, component any) []DefaultProblem {
	var found []DefaultProblem
	parameters := mappingAt(component, "inputDefinitions", "parameters")
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		parameter := parameterOf(name, parameters[name])
		if parameter.Default == nil || form.IsSecret(name, parameter.Default) {
			continue
		}
		_, problems := read(parameter, form.Given{Name: name, Value: parameter.Default, IsValue: true, Origin: "default" + of})
		for _, problem := range problems {
			found = append(found, DefaultProblem{problem, slices.Concat(at, []string{"inputDefinitions", "parameters", name})})
		}
	}
	return found
}
