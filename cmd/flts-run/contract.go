package main

import (
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/resolve"
)

// contractCommand prints the contract, which holds no value of anybody: it
// resolves nothing, and looks at nothing but the contract file.
func (r *runner) contractCommand() *cli.Command {
	return &cli.Command{
		Name: "contract", Usage: "print the contract in use, its JSON Schema, or a table of its keys",
		UsageText: "flts-run contract [--schema|--docs] [--contract FILE]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: contractOption.flag, Usage: contractOption.usage + " [" + contractOption.variable + "]"},
			&cli.BoolFlag{Name: "schema", Usage: "the JSON Schema of contract files, for editors"},
			&cli.BoolFlag{Name: "docs", Usage: "the keys as a Markdown table"},
		},
		Action: r.contract,
	}
}

func (r *runner) contract(c *cli.Context) error {
	if err := errors.Join(r.noTask("contract"), r.noArguments(c, "flts-run contract --help")); err != nil {
		return err
	}
	if c.Bool("schema") && c.Bool("docs") {
		return usage("", "--schema and --docs are two different outputs")
	}
	text, err := r.contractText(c)
	if err != nil {
		return err
	}
	_, err = io.WriteString(r.stdout, text)
	return err
}

func (r *runner) contractText(c *cli.Context) (string, error) {
	if c.Bool("schema") { // of every contract, also of one that is broken
		text, err := resolve.ContractSchema()
		return string(text) + "\n", err
	}
	contract, err := readContract(newSettings(c, r.environ))
	if err != nil {
		return "", err
	}
	if c.Bool("docs") {
		return contract.Markdown(), nil
	}
	text, err := contract.YAML()
	return string(text), err
}
