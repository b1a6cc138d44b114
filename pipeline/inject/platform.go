package inject

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/pipeline"
)

// runIDVariable tells a task the id of its run. KFP sets no variable for that.
const runIDVariable = "KFP_RUN_ID"

// toExecutors is the way to the executors in the platform document.
var toExecutors = []string{"platforms", "kubernetes", "deploymentSpec", "executors"}

// ourLists are the lists of the platform document that get an entry.
var ourLists = []string{"configMapAsVolume", "secretAsVolume", "configMapAsEnv", "secretAsEnv", "fieldPathAsEnv"}

// entryID tells an entry of one of those lists from the others in it.
func entryID(entry *yaml.Node) string {
	if pairs := itemsOf(entry, "keyToEnv"); len(pairs) > 0 {
		return textOf(pairs[0], "envVar")
	}
	return textOf(entry, "mountPath") + textOf(entry, "name")
}

// config is what the platform document has for an executor, or nil.
func (t *tree) config(label string) *yaml.Node {
	executors := member(t.platform, toExecutors...)
	if i := memberExactly(executors, label); i >= 0 {
		return executors.Content[i+1]
	}
	return nil
}

// configIn makes what is missing on the way to that.
func (i *injection) configIn(label string) *yaml.Node {
	if i.platform == nil {
		i.platform = mapping()
		i.documents = append(i.documents, &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{i.platform}})
	}
	executors := i.mappingIn(i.platform, toExecutors...)
	return i.in(executors, memberExactly(executors, label), label, mapping())
}

// entry adds one to a list of the platform document.
func (e *editing) entry(list string, entry *yaml.Node) {
	insert(e.listIn(e.configIn(e.label), list), entry)
	e.mark.entries[list] = entryID(entry)
}

// mounted is a volume that a pipeline mounts.
type mounted struct{ kind, name, path string }

// mounts are the volumes of a container, with the names that they have in the pod. A name
// that only a run knows is "".
func (c container) mounts() []mounted {
	var all []mounted
	for _, t := range c.tasks {
		for _, v := range t.Injected.Volumes {
			all = append(all, mounted{v.Kind, v.Name.Text(), v.Path})
		}
		for _, m := range t.Injected.Mounts {
			all = append(all, mounted{m.Kind, m.Name.Text(), m.Path})
		}
	}
	return all
}

// volumeOf are the words for an object that is mounted.
var volumeOf = map[string]struct{ list, name, variable, standard, flag string }{
	pipeline.ConfigMap: {"configMapAsVolume", "configMapName", "FLTS_CONFIG_DIR", DefaultConfigDir, "--config-mount"},
	pipeline.Secret:    {"secretAsVolume", "secretName", "FLTS_SECRET_DIR", DefaultSecretDir, "--secret-mount"},
}

// mount mounts an object, unless the pipeline does so itself.
func (e *editing) mount(kind string, o Object) {
	if o.Name == "" {
		return
	}
	words := volumeOf[kind]
	dir, own := e.environ[words.variable]
	switch {
	case !own:
		dir = o.Dir
	case !strings.HasPrefix(dir, "/") || strings.Contains(dir, "$("):
		e.refuse("set "+words.variable+" to a path in the pipeline, or skip the task", "%s has a %s whose value is not known here, so nothing can be mounted there", e.label, words.variable)
		return
	}
	for _, m := range e.mounts {
		switch {
		case m.kind == kind && m.name == o.Name:
			e.note(fmt.Sprintf("it mounts the %s %s at %s itself", kind, o.Name, m.path))
			if !own && !samePath(m.path, words.standard) {
				e.variable(words.variable, m.path)
			}
			return
		case m.name == o.Name:
			e.refuse("rename one of them, or use --by env", "%s has a volume %s already, for a %s: KFP would give the %s the same name", e.label, o.Name, m.kind, kind)
			return
		case samePath(m.path, dir):
			e.refuse("mount it elsewhere: "+words.flag+" /etc/flts/own", "%s mounts another object at %s already", e.label, dir)
			return
		}
	}
	content := append(e.named(words.name, o.Name), scalar("mountPath"), scalar(dir))
	if !e.olderThan(sinceOptionalVolumes) {
		content = append(content, scalar("optional"), boolean(!o.Required))
	}
	e.entry(words.list, mapping(content...))
	e.mounts = append(e.mounts, mounted{kind, o.Name, dir})
	e.added(fmt.Sprintf("%s %s at %s", kind, o.Name, dir))
	if !own && !samePath(dir, words.standard) {
		e.variable(words.variable, dir)
	}
}

func samePath(a, b string) bool { return path.Clean(a) == path.Clean(b) }

// named is the name of an object in both forms: as a constant, and as what may be a
// parameter, which servers read where they know it.
func (e *editing) named(field, name string) []*yaml.Node {
	content := []*yaml.Node{scalar(field), scalar(name)}
	if !e.olderThan(sinceNameParameters) {
		content = append(content, scalar(field+"Parameter"), mapping(scalar("runtimeValue"), mapping(scalar("constant"), scalar(name))))
	}
	return content
}

// variableOf are the words for an object whose keys are variables.
var variableOf = map[string]struct{ list, name, key, prefix string }{
	pipeline.ConfigMap: {"configMapAsEnv", "configMapName", "configMapKey", ConfigMapPrefix},
	pipeline.Secret:    {"secretAsEnv", "secretName", "secretKey", SecretPrefix},
}

// keys gives the container a variable for each key of an object.
func (e *editing) keys(kind string, o Object) {
	if o.Name == "" {
		return
	}
	words := variableOf[kind]
	pairs := list()
	for _, key := range e.Keys {
		name := words.prefix + key.Name
		if key.Sensitive != (kind == pipeline.Secret) {
			continue
		}
		if _, has := e.environ[name]; has {
			e.note("it has " + name + " itself, and keeps it")
			continue
		}
		insert(pairs, mapping(scalar(words.key), scalar(key.Name), scalar("envVar"), scalar(name)))
		e.environ[name] = ""
	}
	if len(pairs.Content) == 0 {
		return
	}
	content := append(e.named(words.name, o.Name), scalar("keyToEnv"), pairs)
	if !e.olderThan(sinceOptionalVariables) {
		content = append(content, scalar("optional"), boolean(!o.Required))
	}
	e.entry(words.list, mapping(content...))
	e.added(fmt.Sprintf("%d keys of the %s %s as %s*", len(pairs.Content), kind, o.Name, words.prefix))
}

// runID lets the pod's label tell the id of the run.
func (e *editing) runID() {
	if _, has := e.environ[runIDVariable]; has || e.olderThan(sinceConfigMaps) {
		return
	}
	e.entry("fieldPathAsEnv", mapping(scalar("fieldPath"), scalar("metadata.labels['pipeline/runid']"), scalar("name"), scalar(runIDVariable)))
	e.added(runIDVariable)
}
