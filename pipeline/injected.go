package pipeline

import (
	"maps"
	"slices"
)

// Injected is what a container gets from the cluster by the platform document of a
// pipeline, in the order of the document.
type Injected struct {
	Variables []Variable
	Volumes   []Volume
}

// Kinds of objects.
const (
	ConfigMap = "ConfigMap"
	Secret    = "Secret"
)

// Object is a ConfigMap or a Secret that a task names.
type Object struct {
	Kind     string
	Name     Supply // a text
	Optional bool   // the task starts without it too
}

// Variable is a variable of the environment. It is one key of an object, or a field of
// the pod.
type Variable struct {
	Name string
	Object
	Key   string // of the object
	Field string // of the pod, and then there is no object: "metadata.namespace"
}

// Volume is an object that is mounted, with all its keys as files.
type Volume struct {
	Object
	Path string
}

// Repeated are the names of variables that a task gets from more than one place, sorted.
// KFP merges such into one entry of the pod by their name, and Kubernetes refuses a pod
// with an entry that has two values.
func (t Task) Repeated() []string {
	times := map[string]int{}
	for name := range t.Environ {
		times[name]++
	}
	for _, v := range t.Injected.Variables {
		times[v.Name]++
	}
	maps.DeleteFunc(times, func(_ string, n int) bool { return n < 2 })
	return slices.Sorted(maps.Keys(times))
}

// Objects are the objects that a task names, once for each place where it does.
func (t Task) Objects() []Object {
	var all []Object
	for _, v := range t.Injected.Variables {
		if v.Field == "" {
			all = append(all, v.Object)
		}
	}
	for _, v := range t.Injected.Volumes {
		all = append(all, v.Object)
	}
	return all
}

// injected reads what the platform document says about an executor. Its parameters are
// those of the component that the task is in, and not the task's own.
func (p *Package) injected(label string, outer map[string]Supply) Injected {
	executors := mappingAt(p.platform, "platforms", "kubernetes", "deploymentSpec", "executors")
	config := executors[label]
	var in Injected
	for _, source := range []struct{ kind, env, volume, name string }{
		{ConfigMap, "configMapAsEnv", "configMapAsVolume", "configMapName"},
		{Secret, "secretAsEnv", "secretAsVolume", "secretName"},
	} {
		object := func(entry any) Object {
			o := Object{Kind: source.kind, Name: supplied(member(entry, source.name+"Parameter"), outer), Optional: member(entry, "optional") == true}
			if name := textAt(entry, source.name); name != "" && member(entry, source.name+"Parameter") == nil {
				o.Name = Supply{Value: name, HasValue: true} // as it was written before 2.5
			}
			return o
		}
		for _, entry := range listAt(config, source.env) {
			for _, pair := range listAt(entry, "keyToEnv") {
				key := textAt(pair, "secretKey") + textAt(pair, "configMapKey") // one of them
				in.Variables = append(in.Variables, Variable{Name: textAt(pair, "envVar"), Object: object(entry), Key: key})
			}
		}
		for _, entry := range listAt(config, source.volume) {
			in.Volumes = append(in.Volumes, Volume{Object: object(entry), Path: textAt(entry, "mountPath")})
		}
	}
	for _, entry := range listAt(config, "fieldPathAsEnv") {
		in.Variables = append(in.Variables, Variable{Name: textAt(entry, "name"), Field: textAt(entry, "fieldPath")})
	}
	return in
}

func listAt(message any, name string) []any {
	list, _ := member(message, name).([]any)
	return list
}
