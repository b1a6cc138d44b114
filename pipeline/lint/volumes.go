package lint

import (
	"fmt"
	"path"
	"slices"

	"github.com/flts-run/flts-run/pipeline"
)

// volume is one that a task mounts.
type volume struct {
	source string // "ConfigMap flts-config"; the same one may be mounted twice
	name   string // in the pod, or "" where only a run knows it
	path   string
}

// launcherPaths is where KFP itself mounts volumes in each pod.
func launcherPaths() []string {
	return []string{"/kfp-launcher", "/gcs", "/s3", "/minio", "/.local", "/.cache", "/.config"}
}

// volumes looks for those that get into each other's way. KFP gives a volume the name of
// its object, and patches the pod: volumes are merged by their name and mounts by their
// path. So one object at two paths is fine.
func (l *linter) volumes(t pipeline.Task) {
	at := pipeline.AtPlatform(t.Executor)
	var before []volume
	for _, v := range volumesOf(t) {
		clean := path.Clean(v.path)
		if slices.Contains(launcherPaths(), clean) {
			l.add(codePathTwice, t.Path, fmt.Sprintf("%s is mounted at %s, where KFP mounts a volume of its own", v.source, clean), "mount it somewhere else, as /mnt"+clean, at...)
		}
		for _, other := range before {
			if v.name != "" && v.name == other.name && v.source != other.source {
				l.add(codeVolumeTwice, t.Path, fmt.Sprintf("%s and %s are both mounted: KFP makes one volume with two sources of them, and Kubernetes refuses the pod", other.source, v.source),
					"give one of them another name, or take its keys as variables", at...)
			}
			if clean == path.Clean(other.path) {
				l.add(codePathTwice, t.Path, fmt.Sprintf("%s and %s are mounted at %s: one of them hides the other", other.source, v.source, clean), "mount each at a path of its own", at...)
			}
		}
		before = append(before, v)
	}
}

func volumesOf(t pipeline.Task) []volume {
	var all []volume
	for _, v := range t.Injected.Volumes {
		all = append(all, volume{sourceOf(v.Kind, v.Name), v.Name.Text(), v.Path})
	}
	for _, m := range t.Injected.Mounts {
		all = append(all, volume{sourceOf(m.Kind, m.Name), m.Name.Text(), m.Path})
	}
	return all
}

// sourceOf is what is mounted, in words.
func sourceOf(kind string, name pipeline.Supply) string {
	switch {
	case name.Text() != "":
		return kind + " " + name.Text()
	case name.Parameter != "":
		return "the " + kind + " that parameter " + name.Parameter + " names"
	}
	return "a " + kind + " that only a run knows"
}
