package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/flts-run/flts-run/resolve"
)

// learn hides new secrets before the task can have printed them. The kubelet writes
// the new files into a directory of their own, whose name begins with two dots, and
// then lets the link "..data" point to it: so they can be read before the task sees
// them. What is wrong with the files is said when they have settled.
func (l *reloader) learn(ctx context.Context) {
	l.mu.Lock()
	now := l.seen.plan
	l.mu.Unlock()
	for _, dir := range l.dirs {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if e.IsDir() && strings.HasPrefix(e.Name(), "..") {
				l.hide(now.secretsAt(l.settings, dir, filepath.Join(dir, e.Name())))
			}
		}
	}
	_, _ = l.prepare(ctx, l.settings)
}

// secretsAt lists the secrets that a volume would hold if it were another directory:
// files named as keys, those that variables name, and YAML.
func (p *plan) secretsAt(s *settings, volume, other string) []hidden {
	mounted, _ := resolve.ReadMounted(p.contract, volume, resolve.Secret, other)
	sources := []resolve.Source{mounted}
	if dir, inside := below(s.value(yamlDirOption), volume, other); inside {
		yaml, _ := resolve.ReadYAML(p.contract, dir, p.resolution.AppEnv)
		sources = append(sources, yaml...)
	}
	paths := map[string]string{}
	for _, name := range p.keyFiles {
		if path, inside := below(s.vars[name], volume, other); inside {
			paths[name] = path
		}
	}
	named := resolve.ReadEnviron(p.contract, nil)
	_, _ = named.ReadKeyFiles(p.contract, paths)
	return secretsIn(p.contract, append(sources, named.Sensitive)...)
}

// below is where a path inside one directory would be inside another.
func below(path, from, to string) (there string, inside bool) {
	rest, err := filepath.Rel(from, path)
	if err != nil || !filepath.IsLocal(rest) {
		return "", false
	}
	return filepath.Join(to, strings.TrimPrefix(rest, "..data/")), true
}
