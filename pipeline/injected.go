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
	Mounts    []Mount // the volumes that are no objects

	// PullSecrets name the Secrets with which the image is pulled.
	PullSecrets []Supply
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
	config := p.configs()[label]
	var in Injected
	for _, source := range []struct{ kind, env, volume, name string }{
		{ConfigMap, "configMapAsEnv", "configMapAsVolume", "configMapName"},
		{Secret, "secretAsEnv", "secretAsVolume", "secretName"},
	} {
		object := func(entry any) Object {
			return Object{Kind: source.kind, Name: nameOf(entry, source.name, outer), Optional: member(entry, "optional") == true}
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
	in.Mounts = mounts(config, outer)
	for _, entry := range listAt(config, "imagePullSecret") {
		in.PullSecrets = append(in.PullSecrets, nameOf(entry, "secretName", outer))
	}
	return in
}

// nameOf is the name of an object in a member like secretNameParameter, or in secretName,
// as it was written before 2.5.
func nameOf(entry any, member string, outer map[string]Supply) Supply {
	parameter := memberAt(entry, member+"Parameter")
	if name := textAt(entry, member); name != "" && parameter == nil {
		return Supply{Value: name, HasValue: true}
	}
	return supplied(parameter, outer)
}

// NamesObject reports whether a parameter of the pipeline is the name of an object that
// the task takes.
func (t Task) NamesObject(parameter string) bool {
	names := slices.Clone(t.Injected.PullSecrets)
	for _, o := range t.Objects() {
		names = append(names, o.Name)
	}
	return slices.ContainsFunc(names, func(s Supply) bool { return s.Parameter == parameter })
}

// configs are what the platform document says about executors, by label.
func (p *Package) configs() map[string]any {
	return mappingAt(p.platform, "platforms", "kubernetes", "deploymentSpec", "executors")
}

func listAt(message any, name string) []any {
	list, _ := member(message, name).([]any)
	return list
}
