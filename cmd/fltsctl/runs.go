package main

import "github.com/urfave/cli/v2"

func (r *runner) runsCommand() *cli.Command {
	return &cli.Command{Name: "runs", Usage: "look at runs, stop them, run them again"}
}
