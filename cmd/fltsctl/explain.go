package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/checklist/codes"
)

const explainDescription = `A finding code may be written in small letters and without its prefix: k09.`

func (r *runner) explainCommand() *cli.Command {
	return &cli.Command{
		Name: "explain", Usage: "say at length what a finding code means, and what mends it", ArgsUsage: "[CODE…]",
		Description: explainDescription + " Without one, all codes are listed.",
		Flags:       cliFlags([]option{outputOption.as("table", "json")}),
		Action:      r.explainCodes,
	}
}

// codesDocument are the texts of codes.
type codesDocument struct {
	Schema string       `json:"schema"`
	Codes  []codes.Text `json:"codes"`
}

func (r *runner) explainCodes(c *cli.Context) error {
	s := r.settings(c)
	format := s.oneOf(outputOption.as("table", "json"))
	texts, whole := codes.All(), c.Args().Present()
	if whole {
		texts = s.asked(c.Args().Slice())
	}
	if err := refuse(s.problems, ""); err != nil {
		return err
	}
	if format == "json" {
		return r.writeDocument(format, codesDocument{documentSchema, texts})
	}
	var parts []string
	for _, t := range texts {
		if whole {
			parts = append(parts, t.String())
		} else {
			parts = append(parts, fmt.Sprintf("%s  %s\n", t.ID, t.Title))
		}
	}
	if whole {
		return r.product(strings.Join(parts, "\n"))
	}
	return r.product(strings.Join(parts, ""))
}

// asked are the texts of these codes.
func (s *settings) asked(names []string) []codes.Text {
	var found []codes.Text
	for _, name := range names {
		text, ok := codes.Explain(name)
		if !ok {
			s.problem(usage(codes.Near(name, "fltsctl explain lists all codes"), "no finding code %q", name))
		}
		found = append(found, text)
	}
	return found
}
