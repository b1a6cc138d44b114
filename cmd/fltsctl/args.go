package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/near"
)

// commandLine is a command line taken apart. The flag package stops at the first
// word that is no flag and knows nothing of a pipeline's parameters, so the words
// are put in order here, before cli sees them:
//
//	submit p.yaml --dataset X --watch   is   submit --watch=true -- p.yaml
//
// and "--dataset X" is kept for the pipeline to read.
type commandLine struct {
	path        []*cli.Command // the command and its subcommands, outermost first
	known       []flagWord     // flags of the command
	others      []flagWord     // flags that it does not have
	positionals []string
	problems    []error
}

// flagWord is a flag as it was written.
type flagWord struct {
	name     string // without its dashes; of known flags the first of its names
	written  string // "--dataset"
	value    string
	hasValue bool
}

// takeApart reads the words behind the program's name. Flags stand anywhere behind
// their command, "--" ends them. A flag that the command does not have takes a
// value, because parameters of pipelines do: so the words that are neither can be
// told before there is a pipeline to ask.
func takeApart(app *cli.App, words []string) commandLine {
	var line commandLine
	commands, flags := app.Commands, app.Flags
	for len(words) > 0 {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(words[0]) })
		if i < 0 {
			break
		}
		line.path = append(line.path, commands[i])
		commands, flags = commands[i].Subcommands, commands[i].Flags
		words = words[1:]
	}
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch {
		case word == "--":
			line.positionals = append(line.positionals, words...)
			words = nil
		case len(word) < 2 || word[0] != '-':
			line.positionals = append(line.positionals, word)
		default:
			words = line.flag(flags, word, words)
		}
	}
	return line
}

// flag reads one flag, and its value from the words behind it if it needs one
// from there; it returns the words that are left.
func (l *commandLine) flag(flags []cli.Flag, word string, rest []string) []string {
	w := flagWord{}
	w.written, w.value, w.hasValue = strings.Cut(word, "=")
	w.name = strings.TrimPrefix(strings.TrimPrefix(w.written, "-"), "-")
	f := flagNamed(flags, w.name)
	if !w.hasValue && f != nil && !takesValue(f) {
		w.value, w.hasValue = "true", true
	}
	if !w.hasValue && len(rest) > 0 && isValue(flags, rest[0]) {
		w.value, w.hasValue = rest[0], true
		rest = rest[1:]
	}
	if f == nil {
		l.others = append(l.others, w)
		return rest
	}
	w.name = f.Names()[0]
	switch {
	case !w.hasValue:
		l.problems = append(l.problems, noValue(w, rest))
	case !isList(f) && slices.ContainsFunc(l.known, func(k flagWord) bool { return k.name == w.name }):
		l.problems = append(l.problems, usage("", "--%s is given twice", w.name))
	}
	l.known = append(l.known, w)
	return rest
}

// noValue says that a flag has none, and why the next word is not it.
func noValue(w flagWord, rest []string) error {
	hint := ""
	if len(rest) > 0 {
		hint = "if its value starts with dashes, write " + w.written + "=VALUE"
	}
	return usage(hint, "%s wants a value", w.written)
}

// isValue reports whether a word behind a flag is its value: a negative number is,
// another flag is not.
func isValue(flags []cli.Flag, word string) bool {
	if strings.HasPrefix(word, "--") {
		return false
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(word, "-"), "=")
	return !strings.HasPrefix(word, "-") || flagNamed(flags, name) == nil
}

func flagNamed(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationFlag)
	return ok && d.TakesValue()
}

func isList(f cli.Flag) bool {
	d, ok := f.(cli.DocGenerationSliceFlag)
	return ok && d.IsSliceFlag()
}

// command is the innermost one, nil for the program itself.
func (l *commandLine) command() *cli.Command {
	if len(l.path) == 0 {
		return nil
	}
	return l.path[len(l.path)-1]
}

// name is the command as it is typed.
func (l *commandLine) name() string {
	name := "fltsctl"
	for _, c := range l.path {
		name += " " + c.Name
	}
	return name
}

// has reports whether a flag of the command is there.
func (l *commandLine) has(name string) bool {
	return slices.ContainsFunc(l.known, func(w flagWord) bool { return w.name == name })
}

// words is the command line as cli reads it without a mistake: each flag in one
// word, before all that is none.
func (l *commandLine) words() []string {
	var words []string
	for _, c := range l.path {
		words = append(words, c.Name)
	}
	for _, w := range l.known {
		words = append(words, "--"+w.name+"="+w.value)
	}
	if len(l.positionals) == 0 || l.has(helpName) { // cli would look for help on a word
		return words
	}
	if c := l.command(); c == nil || len(c.Subcommands) > 0 {
		// What should be a command, and is none: its noCommand says so.
		return append(words, l.positionals...)
	}
	return append(append(words, "--"), l.positionals...)
}

// unknownFlag says that a command has no such flag.
func unknownFlag(w flagWord, known []string, help string) error {
	if file := w.name + "-file"; slices.Contains(known, file) {
		return usage("did you mean --"+file+" FILE?", "no flag %s", w.written)
	}
	if meant := near.Name(w.name, known); meant != "" {
		return usage("did you mean "+dashed(meant)+"?", "no flag %s", w.written)
	}
	return usage(help+" lists the flags", "no flag %s", w.written)
}

// dashed is a name as a flag: one letter has one dash.
func dashed(name string) string { return strings.Repeat("-", min(len(name), 2)) + name }

// flagNames lists the names of flags that are shown.
func flagNames(flags []cli.Flag) []string {
	var names []string
	for _, f := range flags {
		if v, ok := f.(cli.VisibleFlag); !ok || v.IsVisible() {
			names = append(names, f.Names()...)
		}
	}
	return names
}
