package inject

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// removal is one use of Remove.
type removal struct {
	*tree
	problems []Problem
	done     []Executor
}

func (r *removal) executors() {
	for _, c := range r.containers() {
		done := Executor{Label: c.label, Tasks: c.paths(), State: Plain}
		text, marked := markOf(c.node)
		m, err := readMark(text)
		switch {
		case !c.isUsers() && !marked:
			done.State = NotOurs
		case marked && err != nil:
			r.refuse(c, "its "+markVariable+" "+err.Error())
		case marked:
			done.State = Restored
			done.Added, done.Notes = r.restore(c, m)
		}
		r.done = append(r.done, done)
	}
}

func (r *removal) refuse(c container, what string) {
	r.problems = append(r.problems, Problem{fmt.Sprintf("what was added to %s cannot be told apart: %s", c.label, what), "compile the pipeline again"})
}

func markOf(container *yaml.Node) (text string, marked bool) {
	for _, v := range itemsOf(container, "env") {
		if textOf(v, "name") == markVariable {
			return textOf(v, "value"), true
		}
	}
	return "", false
}

// restore takes away what a mark tells of.
func (r *removal) restore(c container, m mark) (taken, notes []string) {
	command := itemsOf(c.node, "command")
	if m.command > 0 {
		if m.command > len(command) || command[m.command-1].Value != "--" {
			r.refuse(c, "its command was changed since")
			return nil, nil
		}
		n := member(c.node, "command")
		n.Content = slices.Clone(command[m.command:])
		dropEmpty(c.node, "command")
		taken = append(taken, "the command")
	}
	if m.newImage != "" {
		if image := member(c.node, "image"); image != nil && image.Value == m.newImage {
			image.Value = m.image
			taken = append(taken, "the image")
		} else {
			notes = append(notes, "its image was changed since, and stays")
		}
	}
	for _, name := range append(slices.Clone(m.variables), markVariable) {
		dropItem(c.node, "env", func(v *yaml.Node) bool { return textOf(v, "name") == name })
	}
	for _, list := range ourLists {
		if id, ok := m.entries[list]; ok {
			dropItem(c.config, list, func(entry *yaml.Node) bool { return entryID(entry) == id })
			taken = append(taken, list)
		}
	}
	if len(m.entries) > 0 {
		r.dropEmptyConfig(c.label)
	}
	return taken, notes
}

// dropItem takes the first such item out of a list in a mapping, and the list if it was the
// only one.
func dropItem(m *yaml.Node, name string, is func(*yaml.Node) bool) {
	items := itemsOf(m, name)
	if i := slices.IndexFunc(items, is); i >= 0 {
		member(m, name).Content = slices.Delete(slices.Clone(items), i, i+1)
		dropEmpty(m, name)
	}
}

// dropEmpty takes out a field with nothing in it, which is as good as none.
func dropEmpty(m *yaml.Node, name string) {
	if n := member(m, name); n != nil && len(n.Content) == 0 {
		drop(m, name)
	}
}

// dropEmptyConfig takes out what was made for an executor in the platform document, up to
// the document itself.
func (r *removal) dropEmptyConfig(label string) {
	way := append(slices.Clone(toExecutors), label)
	for i := len(way); i > 0; i-- {
		dropEmpty(member(r.platform, way[:i-1]...), way[i-1])
	}
	if len(r.platform.Content) == 0 {
		r.documents = slices.DeleteFunc(r.documents, func(d *yaml.Node) bool { return d.Content[0] == r.platform })
		r.platform = nil
	}
}
