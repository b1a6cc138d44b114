package inject

import (
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/flts-run/flts-run/internal/near"
	"github.com/flts-run/flts-run/pipeline"
)

// container is an executor of the pipeline, and who uses it.
type container struct {
	label      string
	node       *yaml.Node // deploymentSpec.executors.LABEL.container, or nil
	config     *yaml.Node // what the platform document has for it, or nil
	components []string
	tasks      []pipeline.Task
}

// containers are all executors in the order of the file.
func (t *tree) containers() []container {
	tasks := map[string][]pipeline.Task{}
	for _, task := range t.pipeline.Tasks() {
		tasks[task.Executor] = append(tasks[task.Executor], task)
	}
	components := map[string][]string{}
	if n := member(t.spec, "components"); n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			label := textOf(n.Content[i+1], "executorLabel")
			components[label] = append(components[label], n.Content[i].Value)
		}
	}
	executors := member(t.spec, "deploymentSpec", "executors")
	if executors == nil || executors.Kind != yaml.MappingNode {
		return nil
	}
	var all []container
	for i := 0; i+1 < len(executors.Content); i += 2 {
		label := executors.Content[i].Value
		all = append(all, container{
			label: label, node: member(executors.Content[i+1], "container"), config: t.config(label),
			components: components[label], tasks: tasks[label],
		})
	}
	return all
}

// isUsers reports whether a task starts a container of the user's with it: importers and
// the tasks that make volumes do not.
func (c container) isUsers() bool { return len(c.tasks) > 0 }

func (c container) paths() []string {
	var all []string
	for _, t := range c.tasks {
		all = append(all, t.Path)
	}
	return all
}

// program is the first word of what is started, or "".
func (c container) program() string {
	if words := slices.Concat(itemsOf(c.node, "command"), itemsOf(c.node, "args")); len(words) > 0 {
		return words[0].Value
	}
	return ""
}

// handsOnInput reports whether flts-run finds the parameters in the command itself, as it
// does for every Python component.
func (c container) handsOnInput() bool {
	return slices.ContainsFunc(slices.Concat(itemsOf(c.node, "command"), itemsOf(c.node, "args")), func(n *yaml.Node) bool {
		return n.Value == "--executor_input"
	})
}

// environ are the variables that the pipeline sets, and those that a task gets from the
// cluster, whose value is not known.
func (c container) environ() map[string]string {
	all := map[string]string{}
	for _, t := range c.tasks {
		for _, v := range t.Injected.Variables {
			all[v.Name] = ""
		}
		maps.Copy(all, t.Environ)
	}
	return all
}

// named are the names by which --skip finds a container as a whole.
func (c container) named() []string { return append([]string{c.label}, c.components...) }

// checkSkips refuses patterns that leave nothing out, and those that leave out one of two
// tasks that share a container.
func (i *injection) checkSkips(all []container) {
	used := map[string]bool{}
	var names []string
	for _, c := range all {
		if !c.isUsers() {
			continue
		}
		names = append(append(names, c.paths()...), c.named()...)
		skipped, kept := i.split(c, used)
		if len(skipped) > 0 && len(kept) > 0 {
			i.refuse("skip both, or give one of them a component of its own",
				"%s cannot be skipped alone: %s runs the same component, and the command belongs to that (%s)", skipped[0], kept[0], c.label)
		}
	}
	for _, pattern := range i.Skip {
		if _, err := path.Match(pattern, ""); err != nil {
			i.refuse("write a name or a pattern: exec-*, train", "--skip %q is no pattern", pattern)
		} else if !used[pattern] {
			i.refuse(near.DidYouMean(pattern, names, "its tasks: "+strings.Join(names, ", ")), "--skip %s fits no task of the pipeline", pattern)
		}
	}
}

// split tells the tasks of a container that are to be skipped from the others, and notes
// which patterns were of use.
func (i *injection) split(c container, used map[string]bool) (skipped, kept []string) {
	fits := func(names ...string) bool {
		found := false
		for _, pattern := range i.Skip {
			for _, name := range names {
				if ok, _ := path.Match(pattern, name); ok || pattern == name {
					found, used[pattern] = true, true
				}
			}
		}
		return found
	}
	whole := fits(c.named()...)
	for _, p := range c.paths() {
		if fits(p) || whole {
			skipped = append(skipped, p)
		} else {
			kept = append(kept, p)
		}
	}
	return skipped, kept
}

func (i *injection) skips(c container) bool {
	_, kept := i.split(c, map[string]bool{})
	return len(kept) == 0
}

// checkImages refuses images that no task has.
func (i *injection) checkImages(all []container) {
	var have []string
	for _, c := range all {
		if c.isUsers() {
			have = append(have, textOf(c.node, "image"))
		}
	}
	for _, old := range sortedNames(i.Images) {
		if !slices.Contains(have, old) {
			slices.Sort(have)
			i.refuse(near.DidYouMean(old, have, "its images: "+strings.Join(slices.Compact(have), ", ")), "--image %s: no task of the pipeline has this image", old)
		}
		if i.Images[old] == "" {
			i.refuse("write --image OLD=NEW", "--image %s has no new image", old)
		}
	}
}

// container changes one of them.
func (i *injection) container(c container) Executor {
	e := editing{injection: i, container: c, environ: c.environ(), mounts: c.mounts(), done: Executor{Label: c.label, Tasks: c.paths()}}
	e.mark.entries = map[string]string{}
	e.command()
	e.image()
	for _, name := range sortedNames(i.Options.Variables) {
		e.variable(name, i.Options.Variables[name])
	}
	switch i.By {
	case Volumes:
		e.mount(pipeline.ConfigMap, i.ConfigMap)
		e.mount(pipeline.Secret, i.Secret)
	case Variables:
		e.keys(pipeline.ConfigMap, i.ConfigMap)
		e.keys(pipeline.Secret, i.Secret)
	}
	e.runID()
	insert(i.listIn(c.node, "env"), mapping(scalar("name"), scalar(markVariable), scalar("value"), scalar(e.mark.String())))
	return e.done
}

// editing is the change of one container.
type editing struct {
	*injection
	container
	environ map[string]string // what it has, and is given
	mounts  []mounted
	mark    mark
	done    Executor
}

func (e *editing) added(text string) { e.done.Added = append(e.done.Added, text) }
func (e *editing) note(text string)  { e.done.Notes = append(e.done.Notes, text) }

// command puts flts-run in front. Where there are arguments alone, the first of them is
// the program: KFP joins both.
func (e *editing) command() {
	program := e.program()
	switch {
	case program == "":
		e.refuse("give its component a command: the ENTRYPOINT of an image is never used by KFP",
			"%s has neither command nor args, which KFP refuses too: there is nothing to start flts-run with", e.label)
		return
	case path.Base(program) == "flts-run":
		e.done.State = Kept
		e.note("its author starts it under flts-run already, and so it stays")
		return
	}
	e.done.State = Wrapped
	words := []string{e.Program, "exec"}
	if !e.handsOnInput() {
		words = append(words, "--executor-input", "{{$}}")
	}
	words = append(words, "--")
	command := e.listIn(e.node, "command")
	for _, word := range words {
		insert(command, scalar(word))
	}
	e.mark.command = len(words)
	e.added(strings.Join(words, " "))
}

func (e *editing) image() {
	old := textOf(e.node, "image")
	image, ok := e.Images[old]
	if !ok || image == old {
		return
	}
	member(e.node, "image").Value = image
	e.mark.image, e.mark.newImage = old, image
	e.added("image " + image)
}

// variable sets one, unless the pipeline does: a pod with two entries of one name never
// starts.
func (e *editing) variable(name, value string) {
	if own, has := e.environ[name]; has {
		if own != value {
			e.note("it has " + name + " itself, and keeps it")
		}
		return
	}
	insert(e.listIn(e.node, "env"), mapping(scalar("name"), scalar(name), scalar("value"), scalar(value)))
	e.environ[name] = value
	e.mark.variables = append(e.mark.variables, name)
	e.added(name + "=" + value)
}
