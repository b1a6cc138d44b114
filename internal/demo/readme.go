package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// quoted are the scenes that README.md shows.
var quoted = []string{"success", "refused"}

// marker is the line before the fenced block of a scene.
func marker(scene string) string { return "<!-- demo:" + scene + " -->" }

const fence = "```"

// block finds the text between the fences that follow a scene's marker.
func block(readme, scene string) (from, to int, err error) {
	at := strings.Index(readme, marker(scene))
	if at < 0 {
		return 0, 0, fmt.Errorf("README.md has no line %s", marker(scene))
	}
	open := strings.Index(readme[at:], "\n"+fence)
	if open < 0 {
		return 0, 0, fmt.Errorf("README.md has no fenced block behind %s", marker(scene))
	}
	from = at + open + 1
	from += strings.Index(readme[from:], "\n") + 1
	length := strings.Index(readme[from-1:], "\n"+fence)
	if length < 0 {
		return 0, 0, fmt.Errorf("the fenced block behind %s does not end", marker(scene))
	}
	return from, from + length, nil
}

// withScenes puts what was printed into the blocks.
func withScenes(readme string, blocks map[string]string) (string, error) {
	for _, scene := range quoted {
		from, to, err := block(readme, scene)
		if err != nil {
			return "", err
		}
		readme = readme[:from] + blocks[scene] + readme[to:]
	}
	return readme, nil
}

// updateReadme rewrites the blocks of a README.md, or writes one that has
// nothing else.
func updateReadme(file string, blocks map[string]string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte("# flts-run\n")
		for _, scene := range quoted {
			text = fmt.Appendf(text, "\n%s\n%sconsole\n%s\n", marker(scene), fence, fence)
		}
	} else if err != nil {
		return err
	}
	updated, err := withScenes(string(text), blocks)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(updated), 0o644)
}
