package resolve

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ReadYAML reads config_base.yaml and config_<APP_ENV>.yaml of a directory, both
// in the layer of defaults, and returns the sources highest first: the overlay,
// then the base. A file that is not there is left out, and without APP_ENV there
// is no overlay. That the directory is not there is an fs.ErrNotExist.
//
// The files are merged deeply: mappings are merged, everything else in the
// overlay replaces what the base has in its place, and null is "not given".
//
// The path of a value names a variable: its parts in upper case, with '_' for
// '-', joined by '_'. So minio: {endpoint: x} gives MINIO_ENDPOINT, and so does
// MINIO_ENDPOINT: x. Spellings are reached by the same rule. What reaches nothing
// is no concern of ours, unless it is nearly the name of a variable or lies in a
// section that the contract knows (minio, mlflow): then it is a warning.
func ReadYAML(c *Contract, dir string, env AppEnv) ([]Source, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	texts := map[string]string{}
	err := inOneGeneration(func(g generations) error {
		clear(texts)
		for _, name := range yamlNames(env) {
			path := g.pin(filepath.Join(dir, name))
			if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
				continue
			}
			text, err := readFile(path)
			if err != nil {
				return fmt.Errorf("%s %w", filepath.Join(dir, name), err)
			}
			texts[name] = text
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mergeYAML(c, dir, env, texts, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// MountedYAML is ReadYAML with files that are known otherwise: texts are those in the
// directory, by their names.
func MountedYAML(c *Contract, dir string, env AppEnv, texts map[string]string) ([]Source, error) {
	return mergeYAML(c, dir, env, texts, func(name string) bool {
		_, have := texts[name]
		return have
	})
}

// yamlNames are the base and the overlay, in this order.
func yamlNames(env AppEnv) []string {
	if env == "" {
		return []string{"config_base.yaml"}
	}
	return []string{"config_base.yaml", "config_" + string(env) + ".yaml"}
}

func mergeYAML(c *Contract, dir string, env AppEnv, texts map[string]string, exists func(name string) bool) ([]Source, error) {
	names := yamlNames(env)
	var above *yamlTree
	var sources []Source
	var problems []error
	for i := len(names) - 1; i >= 0; i-- {
		text, have := texts[names[i]]
		if !have {
			if f := misnamed(dir, names[i], exists); f != nil {
				sources = append(sources, Source{Name: "yaml " + names[i], Layer: Defaults, Note: "not there", Findings: []Finding{*f}})
			}
			continue
		}
		tree, err := parseYAML(filepath.Join(dir, names[i]), text)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		sources = append(sources, tree.source(c, "yaml "+names[i], env, above))
		above = tree
	}
	return sources, errors.Join(problems...)
}

// misnamed warns about config_base.yml, which is easily not seen.
func misnamed(dir, name string, exists func(name string) bool) *Finding {
	other := strings.TrimSuffix(name, ".yaml") + ".yml"
	if !exists(other) {
		return nil
	}
	return &Finding{Severity: Warning, Code: CodeYAMLName, Message: filepath.Join(dir, other) + " is not read", Hint: "rename it to " + name}
}

// parseYAML reads one document. Its errors do not quote the text, which may hold
// a secret: *pass is a reference to an anchor of that name.
func parseYAML(file, text string) (*yamlTree, error) {
	t := &yamlTree{file: file}
	var documents []yaml.Node
	if err := yaml.Load([]byte(text), &documents, yaml.WithAllDocuments()); err != nil {
		return nil, yamlError(file, err)
	}
	switch {
	case len(documents) > 1:
		return nil, fmt.Errorf("%s:%d:%d: a second document begins here: write one", file, documents[1].Line, documents[1].Column)
	case len(documents) == 0 || len(documents[0].Content) == 0 || documents[0].Content[0].Tag == "!!null":
		return t, nil
	}
	root := documents[0].Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d:%d: want a mapping of names to values", file, root.Line, root.Column)
	}
	return t, t.walk(root, nil, 0)
}

func yamlError(file string, err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return fmt.Errorf("%s:1:1: is no valid YAML", file)
	}
	return fmt.Errorf("%s:%d:%d: %s", file, cmp.Or(load.Mark.Line, 1), cmp.Or(load.Mark.Column, 1), yamlFault(load))
}

// yamlFault says what the parser found, without what it quotes of the file.
func yamlFault(load *yaml.LoadError) string {
	what := load.Message
	switch {
	case strings.Contains(what, "unknown anchor"):
		what = "refers to an anchor that is not in the file: a text that begins with * needs quotes"
	case what == "" || strings.ContainsAny(what, "'\"`") && !strings.Contains(what, "did not find expected"):
		what = "is no valid YAML"
	}
	return what
}
