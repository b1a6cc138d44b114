package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/internal/wholefile"
	"github.com/flts-run/flts-run/manifests"
)

// Modes of what is written: what holds values of the Secret is for its owner alone.
const (
	openMode         = 0o644
	confidentialMode = 0o600
	directoryMode    = 0o755
)

// statusDiffers is that of --check which found a difference.
const statusDiffers = 1

// path is where a file of the tree, or the only file, goes.
func (w wantedManifests) path(f manifests.File) string {
	if w.tree {
		return filepath.Join(w.out, filepath.FromSlash(f.Path))
	}
	return w.out
}

// writeManifests writes the files, or stdout where there is no --out.
func (r *runner) writeManifests(w wantedManifests, files []manifests.File) error {
	if w.out == "" {
		if w.output == "json" {
			return nil // the summary is the product
		}
		// Not through the mask: a Secret is here because somebody wrote --reveal.
		_, err := r.stdout.Write([]byte(files[0].Text))
		return err
	}
	for _, f := range files { // all of them, before one is written
		if _, err := present(w.path(f)); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := replaceFile(w.path(f), f); err != nil {
			return usage("", "cannot write %w", err)
		}
	}
	return nil
}

// present is the text of a file that is there, "" where there is none. One that we did
// not make is not ours to change.
func present(path string) (string, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", usage("", "cannot read %s: %w", path, withoutPath(err))
	case !manifests.IsOurs(string(text)):
		return "", usage("name another --out, or move it away", "%s is there, and fltsctl manifests did not make it", path)
	}
	return string(text), nil
}

// replaceFile puts a whole file in the place of an old one, or nothing.
func replaceFile(path string, f manifests.File) error {
	if err := os.MkdirAll(filepath.Dir(path), directoryMode); err != nil {
		return fmt.Errorf("%s: %w", path, withoutPath(err))
	}
	mode := fs.FileMode(openMode)
	if f.Confidential {
		mode = confidentialMode
	}
	return wholefile.Write(path, f.Text, mode)
}

// compareManifests shows what would change, without a value of a Secret.
func (r *runner) compareManifests(w wantedManifests, files []manifests.File) error {
	var changed []string
	for _, f := range files {
		path := w.path(f)
		old, err := present(path)
		if err != nil {
			return err
		}
		diff, err := manifests.Difference(path, old, f.Text)
		if err != nil {
			return err
		}
		if diff != "" {
			changed = append(changed, path)
		}
		if w.output == "table" {
			if err := r.product(diff); err != nil {
				return err
			}
		}
	}
	if w.output == "json" {
		if err := r.writeDocument(w.output, checkDocument{documentSchema, append([]string{}, changed...)}); err != nil {
			return err
		}
	}
	if changed == nil {
		r.out.Print("nothing would change in " + w.out + "\n")
		return nil
	}
	r.status = statusDiffers
	r.out.Line("note", fmt.Sprintf("%d of %d files would change", len(changed), len(files)), "the same command without --check writes them")
	return nil
}

// checkDocument is what --check found.
type checkDocument struct {
	Schema  string   `json:"schema"`
	Changed []string `json:"changed"` // paths of files
}

// manifestsDocument says what was made, and no values.
type manifestsDocument struct {
	Schema  string           `json:"schema"`
	Objects []objectDocument `json:"objects,omitempty"` // of one environment
	Files   []fileDocument   `json:"files,omitempty"`
	Names   []namesDocument  `json:"names"`
}

// namesDocument are what pipelines of an environment refer to.
type namesDocument struct {
	AppEnv         string `json:"app_env,omitempty"`
	Namespace      string `json:"namespace"`
	ConfigMap      string `json:"configmap"`
	Secret         string `json:"secret"`
	ServiceAccount string `json:"service_account"`
}

type objectDocument struct {
	Kind         string   `json:"kind"`
	Name         string   `json:"name"`
	Keys         []string `json:"keys,omitempty"`
	Bytes        int      `json:"bytes,omitempty"`
	Confidential bool     `json:"confidential"`
}

type fileDocument struct {
	Path         string `json:"path"`
	Confidential bool   `json:"confidential"`
}

func manifestsDocumentOf(w wantedManifests, files []manifests.File, made []manifests.Made) manifestsDocument {
	doc := manifestsDocument{Schema: documentSchema}
	if w.out != "" {
		for _, f := range files {
			doc.Files = append(doc.Files, fileDocument{w.path(f), f.Confidential})
		}
	}
	for i, o := range w.environments {
		doc.Names = append(doc.Names, namesDocument{string(o.Values.AppEnv), o.Namespace, made[i].ConfigMap, made[i].Secret, o.Account})
	}
	if !w.tree {
		for _, o := range made[0].Objects {
			doc.Objects = append(doc.Objects, objectDocument{o.Kind, o.Name, o.Keys, o.Bytes, o.Confidential})
		}
	}
	return doc
}

// sayNames says what was written, and how pipelines come to it.
func (r *runner) sayNames(w wantedManifests, made []manifests.Made) {
	if w.out != "" {
		r.out.Line("note", "wrote "+w.out, w.next())
	}
	var lines []string
	for i, o := range w.environments {
		if o.Kinds != nil && !slices.Contains(o.Kinds, manifests.ConfigMaps) && !slices.Contains(o.Kinds, manifests.Secrets) {
			continue
		}
		line := "fltsctl inject pipeline.yaml --configmap " + made[i].ConfigMap + " --secret " + made[i].Secret
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
			r.out.Line("note", strings.TrimSpace(string(o.Values.AppEnv)+" pipelines refer to ConfigMap "+made[i].ConfigMap+" and Secret "+made[i].Secret), line)
		}
	}
}

// next is what makes the cluster have it.
func (w wantedManifests) next() string {
	if w.tree {
		return "kubectl apply --server-side -k " + hint.ShellWord(filepath.Join(w.out, "overlays", string(w.environments[0].Values.AppEnv)))
	}
	return "kubectl apply --server-side -f " + hint.ShellWord(w.out)
}
