package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/form"
	"github.com/flts-run/flts-run/submit"
)

// describeParameters lets the help of submit tell of the parameters of the
// pipeline in the file that the command line names, if it asks for help.
func (r *runner) describeParameters(c *cli.Command) error {
	if !r.line.has(helpName) {
		return nil
	}
	b, named := r.namedBackend(r.line)
	if !named {
		return nil
	}
	f, name, err := b.read(submit.Target{File: r.line.positionals[0], Pipeline: r.line.positionals[0]})
	switch {
	case err != nil:
		return err
	case f != nil:
		c.CustomHelpTemplate = helpTemplate(parametersHelp(f, flagNames(c.Flags)) + optionsHelp(c.Flags))
	case b.name == airflowBackend && name != "":
		// The server has to be asked, for which cli has to read the other flags.
		r.asksHelp = true
		r.line.known = slices.DeleteFunc(r.line.known, func(w flagWord) bool { return w.name == helpName })
	}
	return nil
}

// helpOfDAG asks the server what a DAG wants, and shows that with the help.
func (r *runner) helpOfDAG(ctx context.Context, s *settings) error {
	b := r.chosenBackend(s, submitOptions)
	target := b.target(s)
	backend, err := b.open(ctx, s)
	s.check(err)
	if err := refuse(s.problems, ""); err != nil {
		return err
	}
	f, err := backend.Form(ctx, target)
	if err != nil {
		return err
	}
	flags := s.c.Command.Flags
	s.c.Command.CustomHelpTemplate = helpTemplate(parametersHelp(f, flagNames(flags)) + optionsHelp(flags))
	cli.HelpPrinter(s.c.App.Writer, s.c.Command.CustomHelpTemplate, s.c.Command)
	return nil
}

// formOf reads, without a request, what a line of submit asks its user for; nil if
// that cannot be known.
func (r *runner) formOf(line commandLine) (form.Form, error) {
	b, named := r.namedBackend(line)
	if !named {
		return nil, nil
	}
	f, _, err := b.read(submit.Target{File: line.positionals[0]})
	return f, err
}

// namedBackend is the backend that a line wants; named says that the line has a
// word for what to run, too.
func (r *runner) namedBackend(line commandLine) (b backend, named bool) {
	name := cmp.Or(byName(r.environ)["FLTSCTL_BACKEND"], backendOption.fallback)
	for _, w := range line.known {
		if w.name == backendOption.flag {
			name = w.value
		}
	}
	b, ok := r.backends[name]
	return b, ok && len(line.positionals) > 0
}

// helpTemplate is cli's template of a command's help with the lists behind it. They
// are a string in the template, so nothing in them is taken for a template.
func helpTemplate(lists string) string {
	return `NAME:
   {{template "helpNameTemplate" .}}

USAGE:
   {{.HelpName}} [flags]{{if .ArgsUsage}} {{.ArgsUsage}}{{end}}{{if .Description}}

DESCRIPTION:
   {{template "descriptionTemplate" .}}{{end}}
{{` + strconv.Quote(lists) + "}}"
}

// underHeadings are flags in the order of their headings, each of which stands once: a
// command has flags of several lists.
func underHeadings(flags []cli.Flag) []cli.Flag {
	first := map[string]int{}
	headingOf := func(f cli.Flag) string { return f.(cli.CategorizableFlag).GetCategory() }
	for i, f := range slices.Backward(flags) {
		first[headingOf(f)] = i
	}
	return slices.SortedStableFunc(slices.Values(flags), func(a, b cli.Flag) int { return first[headingOf(a)] - first[headingOf(b)] })
}

// optionsHelp lists flags in their order, under their headings. A tab ends a
// column: cli's printer lines them up.
func optionsHelp(flags []cli.Flag) string {
	var b strings.Builder
	heading := ""
	for _, f := range underHeadings(flags) {
		h := f.(cli.CategorizableFlag).GetCategory()
		if h == "" {
			continue // --help, which whoever reads this has found
		}
		if h != heading {
			heading = h
			fmt.Fprintf(&b, "\n%s:\n", strings.ToUpper(h))
		}
		d := f.(cli.DocGenerationFlag)
		placeholder, usage := unquoteUsage(d.GetUsage())
		names := make([]string, len(f.Names()))
		for i, n := range f.Names() {
			names[i] = dashed(n)
		}
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
		fmt.Fprintf(&b, "   %s\t%s", strings.TrimSpace(strings.Join(names, ", ")+" "+placeholder), usage)
		if isList(f) {
			b.WriteString("; may be repeated")
		}
		if text := d.GetDefaultText(); text != "" && takesValue(f) {
			b.WriteString("; default " + text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// unquoteUsage finds the name of a flag's value, which stands between backquotes.
func unquoteUsage(usage string) (placeholder, text string) {
	front, rest, ok := strings.Cut(usage, "`")
	if !ok {
		return "", usage
	}
	placeholder, behind, _ := strings.Cut(rest, "`")
	return placeholder, front + placeholder + behind
}

// parametersHelp lists the parameters of a form in the same way.
func parametersHelp(f form.Form, ours []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nPARAMETERS of %s:\n", f.Title())
	if len(f.Parameters()) == 0 {
		b.WriteString("   none\n")
	}
	for _, p := range f.Parameters() {
		fmt.Fprintf(&b, "   %s %s\t%s\n", parameterFlag(p.Name, ours), p.Type, strings.Join(facts(p), "; "))
	}
	return console.Printable(b.String())
}

// parameterFlag is how a parameter is set on a command line.
func parameterFlag(name string, ours []string) string {
	for _, n := range ours {
		if n == name || n == flagOf(name) {
			return "--param " + name + "="
		}
	}
	return "--" + flagOf(name)
}

// facts is what there is to know of a parameter, each on no more than one line.
func facts(p form.Parameter) []string {
	var list []string
	if p.Description != "" {
		list = append(list, strings.TrimSuffix(strings.Join(strings.Fields(p.Description), " "), "."))
	}
	if len(p.Choices) > 0 {
		list = append(list, "one of "+strings.Join(texts(p.Choices), ", "))
	}
	switch {
	case p.Required:
		list = append(list, "required")
	case p.HasDefault:
		list = append(list, "default "+texts([]any{p.Default})[0])
	default:
		list = append(list, "optional")
	}
	return list
}

// texts is values as JSON writes them.
func texts(values []any) []string {
	list := make([]string, len(values))
	for i, v := range values {
		b, err := encodeJSON(v, "")
		if err != nil {
			b = []byte("?")
		}
		list[i] = strings.TrimSpace(string(b))
	}
	return list
}
