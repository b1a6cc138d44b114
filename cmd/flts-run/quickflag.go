package main

import "github.com/urfave/cli/v2"

// quickFlag is a flag that knows its names. cli asks each flag for its names once
// for each other flag, and a flag of its own finds them with a regular expression
// every time: with two dozen flags that was the third of what a start costs.
type quickFlag struct {
	documentedFlag
	names []string
}

// documentedFlag is what cli looks for in a flag beside its value.
type documentedFlag interface {
	cli.Flag
	cli.DocGenerationFlag
	cli.VisibleFlag
	cli.CategorizableFlag
}

func quick(f documentedFlag) cli.Flag { return quickFlag{f, f.Names()} }

func (f quickFlag) Names() []string { return f.names }
