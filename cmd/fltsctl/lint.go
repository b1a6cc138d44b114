package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist/codes"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/lint"
)

const lintDescription = `It reads compiled pipelines, and asks no server. Exit status: 0 there is no error,
and with --strict no warning either; 1 there is; 64 wrong usage, or a file that is no
pipeline; 125 fltsctl failed.`

const (
	lintName    = "lint"
	heldHeading = "What it is held against"
)

// Options of lint alone.
var (
	lintContractOption  = option{flag: "contract", heading: heldHeading, variables: []string{"FLTS_CONTRACT"}, files: true, usage: "contract `FILE`, instead of the built-in one"}
	servedVersionOption = option{flag: "kfp-version", heading: heldHeading, variables: []string{"FLTSCTL_KFP_VERSION"}, usage: "release of the server (`VERSION`), like 2.5; fields that are newer are errors"}
	onlyCodeOption      = option{flag: "only", heading: checksHeading, repeated: true, usage: "findings of this `CODE`; it may be given several times"}
	skipCodeOption      = option{flag: "skip", heading: checksHeading, repeated: true, usage: "all but the findings of this `CODE`"}
	strictOption        = option{flag: "strict", heading: checksHeading, boolean: true, usage: "end with status 1 for a warning, too"}
)

var lintOutput = outputOption.as("table", "json", "github")

func (r *runner) lintCommand() *cli.Command {
	return &cli.Command{
		Name: lintName, Usage: "say what is wrong with a compiled pipeline, before it is submitted", ArgsUsage: "FILE…",
		Description: lintDescription,
		Flags:       cliFlags([]option{lintContractOption, servedVersionOption, onlyCodeOption, skipCodeOption, strictOption, lintOutput}),
		Action:      r.lint,
	}
}

// linted is a file with what was found in it.
type linted struct {
	File     string         `json:"file"`
	Pipeline string         `json:"pipeline"`
	Findings []lint.Finding `json:"findings"`
}

// lint looks at every file that is a pipeline, also when others are none.
func (r *runner) lint(c *cli.Context) error {
	s := r.settings(c)
	format := s.oneOf(lintOutput)
	o := s.lintOptions()
	only, skip := s.codes(onlyCodeOption), s.codes(skipCodeOption)
	strict := s.boolean(strictOption)
	if !c.Args().Present() {
		s.problem(usage("fltsctl lint pipeline.yaml", "which pipeline? no file is given"))
	}
	if err := refuse(s.problems, "nothing was looked at"); err != nil {
		return err
	}
	all := []linted{}
	var unreadable []error
	for _, file := range c.Args().Slice() {
		p, err := pipeline.Load(file)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		o.Inject = "fltsctl inject " + hint.ShellWord(file) + " > injected.yaml"
		found := slices.DeleteFunc(lint.Check(p, o), func(f lint.Finding) bool {
			return len(only) > 0 && !slices.Contains(only, f.Code) || slices.Contains(skip, f.Code)
		})
		all = append(all, linted{p.File, p.Name, found})
	}
	if err := r.printLinted(format, all); err != nil {
		return err
	}
	for _, l := range all {
		if n := lint.Count(l.Findings); n[lint.Error] > 0 || strict && n[lint.Warning] > 0 {
			r.status = 1
		}
	}
	return refuse(unreadable, "")
}

func (s *settings) lintOptions() lint.Options {
	contract, err := contractPlaces{contract: s.value(lintContractOption)}.readContract()
	s.check(err)
	o := lint.Options{Contract: contract}
	if text, from := s.get(servedVersionOption); text != "" {
		if o.Server, err = pipeline.ParseRelease(text); err != nil {
			s.problem(usage("the server says it: curl SERVER/apis/v2beta1/healthz, tag_name", "%s: %w", from, err))
		}
	}
	return o
}

// codes are the finding codes that an option names.
func (s *settings) codes(o option) []string {
	var ids []string
	for _, word := range s.list(o) {
		text, known := codes.Explain(word)
		if !known || !slices.Contains(lint.Codes(), text.ID) {
			all := lint.Codes()
			s.problem(usage("its codes are "+all[0]+" to "+all[len(all)-1], "--%s %s: lint has no such finding", o.flag, word))
			continue
		}
		ids = append(ids, text.ID)
	}
	return ids
}

// lintDocument is what lint found, as data.
type lintDocument struct {
	Schema string                `json:"schema"`
	Files  []linted              `json:"files"`
	Counts map[lint.Severity]int `json:"counts"`
}

func (r *runner) printLinted(format string, all []linted) error {
	counts := map[lint.Severity]int{}
	var text strings.Builder
	for _, l := range all {
		for severity, n := range lint.Count(l.Findings) {
			counts[severity] += n
		}
		if format == "github" {
			text.WriteString(githubText(l))
		} else {
			text.WriteString(lintText(l))
		}
	}
	if format == "json" {
		return r.writeDocument(format, lintDocument{documentSchema, all, counts})
	}
	if err := r.product(text.String()); err != nil || len(all) == 0 {
		return err
	}
	r.out.Print(lintSummary(len(all), counts))
	return nil
}
