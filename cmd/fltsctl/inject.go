package main

import (
	"fmt"

	"github.com/aymanbagabas/go-udiff"
	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/internal/wholefile"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/inject"
	"github.com/flts-run/flts-run/submit"
)

const injectDescription = `Rewrites a compiled KFP pipeline so that each of its tasks starts under flts-run and has
the ConfigMap and the Secret of the contract. The images must have flts-run in them.

PIPELINE is what the KFP compiler wrote: .yaml, .json, .zip or .tar.gz. The file goes to
stdout, or to --out; what became of each task is said on stderr. Nothing else in it
changes, a second injection changes nothing, and --remove takes all of it out again.

If anything stands against it, all of it is said, and nothing is written.`

const injectName = "inject"

var (
	removeOption  = option{flag: "remove", heading: tasksHeading, boolean: true, usage: "take out what an injection has added"}
	outOption     = option{flag: "out", heading: outputHeading, files: true, usage: "write the pipeline to this `FILE`, as a whole or not at all"}
	diffOption    = option{flag: "diff", heading: outputHeading, boolean: true, usage: "print what changes instead of the pipeline"}
	injectOutputs = []string{"table", "json"}
	summaryOption = option{flag: "output", short: "o", heading: outputHeading, variables: outputOption.variables, fallback: "table", values: injectOutputs, usage: "`FORMAT` of what became of the tasks; json is printed instead of the pipeline"}
)

func (r *runner) injectCommand() *cli.Command {
	return &cli.Command{
		Name: injectName, Usage: "put flts-run and its configuration into a compiled pipeline",
		ArgsUsage: "PIPELINE", Description: injectDescription,
		Flags:  cliFlags(injectOptions, []option{examinedContractOption.under(objectsHeading), removeOption, outOption, diffOption, summaryOption}),
		Action: r.inject,
	}
}

func (r *runner) inject(c *cli.Context) error {
	s := r.settings(c)
	output, diff, out := s.oneOf(summaryOption), s.boolean(diffOption), s.value(outOption)
	if diff && output == "json" {
		s.problem(usage("leave one of them out", "--diff and -o json both are what stdout is for"))
	}
	name, text, result := r.injected(s)
	if err := refuse(s.problems, "nothing was written"); err != nil {
		return err
	}
	if out != "" {
		if err := wholefile.Write(out, string(result.Text)); err != nil {
			return usage("name a file that can be written", "%w", err)
		}
	}
	r.sayInjected(s, name, result)
	switch {
	case output == "json":
		return r.writeDocument(output, injectionDocumentOf(name, result))
	case diff:
		return r.difference(name, string(text), string(result.Text))
	case out == "":
		_, err := r.stdout.Write(result.Text) // as it is: a pipeline that is masked is another one
		return err
	}
	return nil
}

// difference writes what changed as diff -u does. The library loses count of the new
// lines where two changes share a hunk.
func (r *runner) difference(name, before, after string) error {
	d, err := udiff.ToUnifiedDiff(name, name+" (changed)", before, udiff.Lines(before, after), 3)
	if err != nil {
		return err
	}
	shift := 0
	for _, h := range d.Hunks {
		h.ToLine = h.FromLine + shift
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				shift++
			case udiff.Delete:
				shift--
			}
		}
	}
	return r.product(d.String())
}

// injected reads the file of a command line and changes it. What stands against that goes
// to the settings' problems.
func (r *runner) injected(s *settings) (name string, text []byte, result inject.Result) {
	file := s.c.Args().First()
	switch {
	case file == "":
		s.problem(usage("fltsctl inject PIPELINE.yaml", "no pipeline is given"))
		return "", nil, result
	case s.c.Args().Len() > 1:
		s.problem(usage("a value with spaces needs quotes", "one pipeline is wanted, and %q is there too", s.c.Args().Get(1)))
	}
	remove := s.boolean(removeOption)
	for _, o := range injectOptions {
		if remove && s.given(o) {
			s.problem(usage("leave one of them out", "--remove adds nothing that --%s could be for", o.flag))
		}
	}
	o := s.injection(file, "")
	name, text, err := pipeline.Text(file)
	if err != nil {
		s.problem(err)
		return name, text, result
	}
	o.File = name
	if remove {
		result, err = inject.Remove(name, text)
	} else {
		result, err = inject.Inject(text, o)
	}
	if err != nil {
		s.refused(err, "")
	}
	return name, text, result
}

// injectedTarget is what submit names, with the change that --inject makes on the way.
func (r *runner) injectedTarget(s *settings) submit.Target {
	t := kfpTarget(s)
	if !s.boolean(injectOption) {
		s.strayInjectOptions()
		return t
	}
	if t.File == "" {
		if t.Pipeline != "" {
			s.problem(usage("give the file: fltsctl submit PIPELINE.yaml --inject", "--inject changes a file, and %s is on the server", t.Pipeline))
		}
		return t
	}
	o := s.injection(t.File, injectFront)
	name, text, err := pipeline.Text(t.File)
	if err != nil {
		return t // and whoever reads the file says what is wrong with it
	}
	o.File = name
	result, err := inject.Inject(text, o)
	if err != nil {
		s.refused(err, injectFront)
		return t
	}
	t.Text = string(result.Text)
	r.out.Print(fmt.Sprintf("injected flts-run: %s\n", summary(result)))
	for _, e := range result.Executors {
		for _, n := range e.Notes {
			r.out.Line("note", e.Label+": "+n, "")
		}
	}
	if !s.boolean(noCacheOption) {
		r.warnOfCache(name, result.Text, "add --no-cache")
	}
	return t
}

// warnOfCache: a changed ConfigMap changes no key of the cache.
func (r *runner) warnOfCache(name string, text []byte, hint string) {
	p, err := pipeline.Read(name, text)
	if err != nil {
		return // it was read before
	}
	if _, n := p.DisableCaching(); n > 0 {
		r.out.Line("warning", fmt.Sprintf("%s may be answered from the cache, which knows nothing of a ConfigMap or a Secret: after a change there they may give old results", numbered(n, "task")), hint)
	}
}
