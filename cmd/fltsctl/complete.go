package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/form"
)

// completeName is the hidden command that the scripts of the shells call:
//
//	fltsctl __complete SHELL WORD…
//
// with the words of the command line up to the cursor, the last of which may be
// empty. It writes a line for each candidate, "WORD<tab>what it is", or the one
// line ":files" where a file's name is wanted. It asks no server and never fails:
// there is nobody to tell.
const completeName = "__complete"

// filesWanted stands for the names of files, which the shell knows better.
const filesWanted = ":files"

// candidate is a word that might be meant.
type candidate struct{ word, about string }

func (r *runner) complete(app *cli.App, args []string) error {
	if len(args) < 2 {
		return nil
	}
	shell, words := args[0], args[1:]
	cut := 0
	if shell == "bash" {
		words, cut = joined(words)
	}
	if shell != "fish" { // which hands over what its quotes mean
		for i, w := range words {
			words[i] = r.unquoted(w)
		}
	}
	last := words[len(words)-1]
	var b strings.Builder
	for _, c := range r.candidates(app, words[:len(words)-1], last) {
		if c.word == filesWanted {
			b.WriteString(filesWanted + "\n")
			break
		}
		if strings.HasPrefix(c.word, last) && !strings.ContainsAny(c.word, "\n\t") {
			about := console.Printable(strings.Join(strings.Fields(c.about), " "))
			fmt.Fprintf(&b, "%s\t%s\n", c.word[min(cut, len(c.word)):], about)
		}
	}
	return r.product(b.String())
}

// joined undoes what bash does to words with "=" and ":" in them, which it breaks
// there. cut is how much of the last word bash does not want back.
func joined(words []string) (whole []string, cut int) {
	isBreak := func(w string) bool { return w != "" && strings.Trim(w, "=:") == "" }
	for i, w := range words {
		if i > 0 && (isBreak(w) || isBreak(words[i-1])) && len(whole) > 0 {
			whole[len(whole)-1] += w
		} else {
			whole = append(whole, w)
		}
	}
	last := words[len(words)-1]
	if isBreak(last) {
		last = ""
	}
	return whole, len(whole[len(whole)-1]) - len(last)
}

// unquoted is a word as the shell would hand it to a program, near enough.
func (r *runner) unquoted(word string) string {
	if rest, ok := strings.CutPrefix(word, "~/"); ok && r.home != "" {
		word = filepath.Join(r.home, rest)
	}
	return strings.NewReplacer(`"`, "", `'`, "", `\ `, " ", `\`, "").Replace(word)
}

// candidates lists what the next word may be behind those before it.
func (r *runner) candidates(app *cli.App, before []string, last string) []candidate {
	line := takeApart(app, before)
	c := line.command()
	switch {
	case c == nil:
		return commandCandidates(app.Commands)
	case len(c.Subcommands) > 0:
		return commandCandidates(c.Subcommands)
	}
	var f form.Form
	if c.Name == submitName {
		f, _ = r.formOf(line) // a file that is no pipeline has no parameters to offer
	}
	if w, waits := line.waits(before); waits {
		return valueCandidates(c, f, w.name, "")
	}
	if name, _, ok := strings.Cut(last, "="); ok && strings.HasPrefix(name, "-") {
		return valueCandidates(c, f, strings.TrimLeft(name, "-"), name+"=")
	}
	if strings.HasPrefix(last, "-") {
		return slices.Concat(parameterCandidates(f, flagNames(c.Flags)), flagCandidates(c))
	}
	if c.Name == lintName || (c.Name == submitName || c.Name == injectName) && len(line.positionals) == 0 {
		return []candidate{{word: filesWanted}}
	}
	if c.Name == doctorName && len(line.positionals) == 0 {
		return []candidate{{podWord, "examine one pod"}}
	}
	return nil
}

// waits returns the flag whose value the next word is.
func (l *commandLine) waits(before []string) (flagWord, bool) {
	for _, w := range slices.Concat(l.known, l.others) {
		if !w.hasValue && w.written == before[len(before)-1] {
			return w, true
		}
	}
	return flagWord{}, false
}

func commandCandidates(commands []*cli.Command) []candidate {
	var list []candidate
	for _, c := range commands {
		list = append(list, candidate{c.Name, c.Usage})
	}
	return list
}

func flagCandidates(c *cli.Command) []candidate {
	var list []candidate
	for _, f := range c.Flags {
		about := ""
		if d, ok := f.(cli.DocGenerationFlag); ok {
			_, about = unquoteUsage(d.GetUsage())
		}
		list = append(list, candidate{"--" + f.Names()[0], about})
	}
	return list
}

// parameterCandidates lists the parameters that are flags.
func parameterCandidates(f form.Form, ours []string) []candidate {
	if f == nil {
		return nil
	}
	var list []candidate
	for _, p := range f.Parameters() {
		if flag := parameterFlag(p.Name, ours); !strings.HasSuffix(flag, "=") {
			list = append(list, candidate{flag, strings.Join(append([]string{p.Type}, facts(p)...), "; ")})
		}
	}
	return list
}

// valueCandidates lists the values of a flag that has few, with what stands in
// front of them in the same word.
func valueCandidates(c *cli.Command, f form.Form, name, front string) []candidate {
	var values []string
	switch known := flagNamed(c.Flags, name).(type) {
	case nil:
		values = choices(f, name)
	case optionFlag:
		if known.option.files {
			return []candidate{{word: filesWanted}}
		}
		values = known.option.values
	}
	list := make([]candidate, len(values))
	for i, v := range values {
		list[i] = candidate{word: front + v}
	}
	return list
}

// choices lists the values that a parameter may have, if they are few.
func choices(f form.Form, name string) []string {
	if f == nil {
		return nil
	}
	name = meant(f, name)
	for _, p := range f.Parameters() {
		switch {
		case p.Name != name:
		case strings.EqualFold(p.Type, "boolean"):
			return []string{"false", "true"}
		default:
			list := make([]string, len(p.Choices))
			for i, c := range p.Choices {
				list[i] = word(c)
			}
			return list
		}
	}
	return nil
}

// word is a value as it is written on a command line.
func word(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return texts([]any{value})[0]
}
