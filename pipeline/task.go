package pipeline

import (
	"maps"
	"slices"
	"strings"
)

// Task is a place in a pipeline where a container is started. Importers, and the tasks
// that make and delete claims for volumes, start none of the user's.
type Task struct {
	Path     string            // the names of the tasks from the root on: "train", "for-loop-2/say"
	Executor string            // its label; tasks of one component share it
	Image    string            // with placeholders, as it was compiled
	Command  []string          // the command and behind it the arguments, with placeholders
	Environ  map[string]string // what the pipeline itself sets
	Inputs   map[string]Supply // by the name of the parameter
	Injected Injected          // by the platform document
	Cached   bool              // a run may take its result from an earlier one
	Retries  int               // how often it is tried again when it fails
	At       []string          // where the pipeline document has it, as Package.Line takes it
}

// Supply is where a value comes from. The zero Supply is one that only a run knows, such
// as the item of a loop.
type Supply struct {
	Parameter string // of the pipeline as a whole, "" where it is none of those
	Task      string // whose output it is, or ""

	// Value is a constant of the pipeline or the default of the parameter: a JSON value
	// with json.Number in it. It counts where HasValue is set.
	Value    any
	HasValue bool
}

// Text is the value where it is a text that the file holds, or "".
func (s Supply) Text() string {
	text, _ := s.Value.(string)
	return text
}

// mostTasks bounds what Tasks looks at: components that use each other twice make a
// pipeline of exponential size out of a short file.
const mostTasks = 20_000

// Tasks are the tasks of a pipeline in the order of their paths. Of a pipeline with more
// than 20,000 tasks of all kinds the rest is left out. A component that contains itself,
// which no server takes, ends there.
func (p *Package) Tasks() []Task {
	w := walk{p: p, components: mappingAt(p.spec, "components"), executors: mappingAt(p.spec, "deploymentSpec", "executors")}
	root := member(p.spec, "root")
	inputs := map[string]Supply{}
	for name, definition := range mappingAt(root, "inputDefinitions", "parameters") {
		v, has := defaultOf(definition)
		inputs[name] = Supply{Parameter: name, Value: v, HasValue: has}
	}
	w.dag("", []string{"root"}, root, inputs, nil)
	return w.found
}

// walk goes from the root of a pipeline to the tasks that are containers.
type walk struct {
	p                     *Package
	components, executors map[string]any
	seen                  int // tasks of all kinds
	found                 []Task
}

// dag walks the tasks of one component, which the document has at a place. inputs are
// those of the component, and above are the names of the components that it is in.
func (w *walk) dag(path string, at []string, component any, inputs map[string]Supply, above []string) {
	tasks := mappingAt(component, "dag", "tasks")
	for _, name := range slices.Sorted(maps.Keys(tasks)) {
		called := textAt(tasks[name], "componentRef", "name")
		if w.seen++; w.seen > mostTasks || slices.Contains(above, called) {
			continue
		}
		inner := w.components[called]
		given := inputsOf(tasks[name], inner, inputs)
		if label := textAt(inner, "executorLabel"); label != "" {
			t := Task{Path: path + name, Executor: label, Inputs: given, At: slices.Concat(at, []string{"dag", "tasks", name})}
			t.Cached = memberAt(tasks[name], "cachingOptions", "enableCache") == true
			t.Retries = countAt(tasks[name], "retryPolicy", "maxRetryCount")
			w.container(t, inputs)
			continue
		}
		w.dag(path+name+"/", []string{"components", called}, inner, given, append(slices.Clip(above), called))
	}
}

// container adds a task, if its executor is a container of the user's.
func (w *walk) container(t Task, outer map[string]Supply) {
	container := mappingAt(w.executors[t.Executor], "container")
	t.Image = textAt(container, "image")
	if len(container) == 0 || strings.HasPrefix(t.Image, "argostub/") {
		return
	}
	t.Command = append(textsAt(container, "command"), textsAt(container, "args")...)
	t.Injected = w.p.injected(t.Executor, outer)
	t.Environ = map[string]string{}
	variables, _ := member(container, "env").([]any)
	for _, v := range variables {
		t.Environ[textAt(v, "name")] = textAt(v, "value")
	}
	w.found = append(w.found, t)
}

// inputsOf are the parameters of a component where a task uses it. outer are those of
// the component that the task is in.
func inputsOf(task, component any, outer map[string]Supply) map[string]Supply {
	inputs := map[string]Supply{}
	for name, definition := range mappingAt(component, "inputDefinitions", "parameters") {
		v, has := defaultOf(definition)
		inputs[name] = Supply{Value: v, HasValue: has}
	}
	for name, given := range mappingAt(task, "inputs", "parameters") {
		inputs[name] = supplied(given, outer)
	}
	return inputs
}

// supplied reads where a value comes from, as tasks and platform documents write it.
func supplied(given any, outer map[string]Supply) Supply {
	m, _ := given.(map[string]any)
	if member(m, "parameterExpressionSelector") != nil {
		return Supply{} // a part of it
	}
	if name := textAt(m, "componentInputParameter"); name != "" {
		return outer[name]
	}
	if producer := textAt(m, "taskOutputParameter", "producerTask"); producer != "" {
		return Supply{Task: producer}
	}
	constant := member(mappingAt(m, "runtimeValue"), "constant")
	text, isText := constant.(string)
	if constant == nil || isText && strings.Contains(text, "{{$") {
		return Supply{}
	}
	return Supply{Value: constant, HasValue: true}
}

// textsAt is a member that is a list of texts.
func textsAt(message any, name string) []string {
	list, _ := member(message, name).([]any)
	var texts []string
	for _, v := range list {
		text, _ := v.(string) // "{{$}}" is a text; a placeholder of another form is a mapping
		texts = append(texts, text)
	}
	return texts
}
