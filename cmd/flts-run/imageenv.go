package main

import (
	"crypto/rand"
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/flts-run/flts-run/resolve"
)

func imageEnvCommand(r *runner) *cli.Command {
	return &cli.Command{
		Name: "image-env", Usage: "record what the image sets, so that it counts as a default",
		UsageText: "RUN flts-run image-env > /etc/flts/image.env",
		Flags:     cliFlags([]option{contractOption})[1:], // without --param
		Action:    r.imageEnv,
	}
}

// imageEnv prints the record of the environment it was started in: the product,
// so it goes to stdout.
func (r *runner) imageEnv(c *cli.Context) error {
	if err := errors.Join(r.noTask("image-env"), r.noArguments(c, "flts-run image-env > /etc/flts/image.env")); err != nil {
		return err
	}
	contract, err := readContract(newSettings(c, r.environ))
	if err != nil {
		return err
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	_, err = io.WriteString(r.stdout, resolve.RecordImageEnv(contract, r.environ, salt).String())
	return err
}
