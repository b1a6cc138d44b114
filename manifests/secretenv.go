package manifests

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Files beside an overlay whose Secret kustomize makes.
const (
	secretValues  = "secret.env"
	secretExample = "secret.env.example"
)

// secretFiles are what kustomize makes the Secret of, if it is known, an example of it,
// and what keeps it out of git.
func (b *builder) secretFiles(dir string) []File {
	example := "# Copy this to " + secretValues + ", which git ignores, and fill it in.\n" +
		"# A line is NAME=VALUE, and the value is all that follows: quotes would be part of it.\n"
	for _, k := range b.secretKeys() {
		example += "\n# " + k.Doc + "\n" + k.Name + "=" + placeholder(k) + "\n"
	}
	tree := []File{
		{Path: dir + ".gitignore", Text: MadeBy + secretValues + "\n"},
		{Path: dir + secretExample, Text: MadeBy + example},
	}
	if b.Credentials != nil {
		tree = append(tree, File{Path: dir + secretValues, Text: MadeBy + b.secretLines(), Confidential: true})
	}
	return tree
}

// secretLines are the credentials as kustomize reads them: it takes no quotes away, and
// knows no value of more than one line.
func (b *builder) secretLines() string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(b.Credentials)) {
		value := b.Credentials[name]
		if strings.ContainsAny(value, "\r\n") {
			b.fault(fmt.Sprintf("%s has several lines, and a file that kustomize makes a Secret of has one for each value", name),
				"give it with --store, or make the Secret without --kustomize")
		}
		fmt.Fprintf(&lines, "%s=%s\n", name, value)
	}
	return lines.String()
}
