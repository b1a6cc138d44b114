package main

import (
	"embed"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// scripts are what a shell reads to complete our command lines. They ask the
// program itself, by the hidden command completeName.
//
//go:embed completion
var scripts embed.FS

var shells = []string{"bash", "fish", "zsh"}

const completionDescription = `   bash   source <(fltsctl completion bash)          in ~/.bashrc
   zsh    source <(fltsctl completion zsh)           in ~/.zshrc, behind compinit
   fish   fltsctl completion fish | source           in ~/.config/fish/config.fish

Behind a pipeline file its parameters are completed, and the values of those that
have few.`

func (r *runner) completionCommand() *cli.Command {
	c := &cli.Command{
		Name: "completion", Usage: "print a script that completes command lines in a shell",
		Description: completionDescription, ArgsUsage: strings.Join(shells, "|"),
	}
	for _, shell := range shells {
		c.Subcommands = append(c.Subcommands, &cli.Command{
			Name: shell, Usage: "for " + shell,
			Action: func(c *cli.Context) error { return r.completionScript(c, shell) },
		})
	}
	c.Action = func(c *cli.Context) error {
		hint := "fltsctl completion --help says how each is used"
		if !c.Args().Present() {
			return usage(hint, "which shell? %s", strings.Join(shells, ", "))
		}
		return usage(hint, "no shell %q: %s", c.Args().First(), strings.Join(shells, ", "))
	}
	return c
}

func (r *runner) completionScript(c *cli.Context, shell string) error {
	if err := noArguments(c); err != nil {
		return err
	}
	text, err := scripts.ReadFile("completion/fltsctl." + shell)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(r.stdout, string(text))
	return err
}
