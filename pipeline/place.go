package pipeline

import "slices"

// Places in the documents, as Package.Line takes them.

// AtParameter is the place of a parameter of the pipeline.
func AtParameter(name string) []string {
	return []string{"root", "inputDefinitions", "parameters", name}
}

// AtContainer is the place of a member of a task's container: image, command, env.
func (t Task) AtContainer(member string) []string {
	return []string{"deploymentSpec", "executors", t.Executor, "container", member}
}

// AtPlatform is the place of what the platform document says about an executor.
func AtPlatform(label string, members ...string) []string {
	return slices.Concat([]string{"platforms", "kubernetes", "deploymentSpec", "executors", label}, members)
}
