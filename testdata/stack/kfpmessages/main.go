// Kfpmessages decodes compiled pipelines with the messages that Kubeflow Pipelines
// publishes, and names what these do not have.
//
// It prints {} when it is ready. A question is a line of JSON, {"pipeline": …,
// "platform": …}, of which either may be left out. The answer has "unknown", the fields
// and the names of enumerations that the messages lack (kubernetes.SecretAsVolume.x),
// sorted and once each, and "error", which says what is wrong apart from them, or is
// empty. It ends when its stdin ends.
//
// It has a module of its own because the Go checksum database does not know these two
// versions: the lines in go.sum are those that Kubeflow Pipelines has.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

type question struct {
	Pipeline map[string]any `json:"pipeline"`
	Platform map[string]any `json:"platform"`
}

type answer struct {
	Unknown []string `json:"unknown"`
	Error   string   `json:"error"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "kfpmessages: error:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	questions, answers := json.NewDecoder(in), json.NewEncoder(out)
	if err := answers.Encode(struct{}{}); err != nil {
		return err
	}
	for {
		var q question
		if err := questions.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		s := strict{unknown: map[string]bool{}}
		err := s.pipeline(q.Pipeline)
		if err == nil {
			err = s.platform(q.Platform)
		}
		a := answer{Unknown: slices.Sorted(maps.Keys(s.unknown))}
		if err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}
