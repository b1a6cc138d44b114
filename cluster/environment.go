package cluster

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Variable is a name in the environment of a container, and the sources that give it.
type Variable struct {
	Name    string
	Sources []string // "ConfigMap flts-config", "the pod spec"; the last one wins
	Ours    bool     // one of the sources is among those that were asked for
}

// Twice finds the variables of a container that more than one source gives. The later
// of equal names in env wins, every env beats every envFrom, and a later envFrom beats
// an earlier one. keys knows those of an object, nil where it is not there or not
// known; wanted are the references that make a variable Ours.
func Twice(c *corev1.Container, keys func(Reference) []string, wanted func(Reference) bool) []Variable {
	var order []string
	by := map[string]*Variable{}
	add := func(name, source string, ours bool) {
		v := by[name]
		if v == nil {
			v = &Variable{Name: name}
			by[name], order = v, append(order, name)
		}
		v.Sources, v.Ours = append(v.Sources, source), v.Ours || ours
	}
	for _, r := range inEnvironment(c) {
		if r.Way == EnvFrom {
			for _, key := range keys(r) {
				add(r.Prefix+key, r.Object(), wanted(r))
			}
		}
	}
	for _, e := range c.Env {
		source, ours := "the pod spec", false
		for _, r := range inEnvironment(&corev1.Container{Env: []corev1.EnvVar{e}}) {
			if r.Optional && !slices.Contains(keys(r), r.Key) {
				source = "" // which gives nothing
				continue
			}
			source, ours = r.Object(), wanted(r)
		}
		if source != "" {
			add(e.Name, source, ours)
		}
	}
	var twice []Variable
	for _, name := range order {
		if v := by[name]; len(v.Sources) > 1 {
			twice = append(twice, *v)
		}
	}
	return twice
}
