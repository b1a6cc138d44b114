package main

import (
	"context"
	"io"
	"os"
)

const sizeLimit = 15 // MiB

// binarySize is what flts-run adds to every image that carries it.
func binarySize(_ context.Context, b bench, _ io.Writer) ([]bar, error) {
	info, err := os.Stat(b.fltsRun)
	if err != nil {
		return nil, err
	}
	return []bar{{"size of the binary", float64(info.Size()) / (1 << 20), sizeLimit, "MiB"}}, nil
}
