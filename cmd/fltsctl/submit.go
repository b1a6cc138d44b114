package main

import "github.com/urfave/cli/v2"

func (r *runner) submitCommand() *cli.Command {
	return &cli.Command{Name: "submit", Usage: "start a run of a pipeline or DAG"}
}
