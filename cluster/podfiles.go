package cluster

import (
	"context"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/internal/secret"
)

// Files are what the kubelet mounts into a container, of ConfigMaps, Secrets, fields
// of the pod and its service account. Those of other volumes are not known.
type Files struct {
	Mounts  []Mount   // sorted by path
	Files   []File    // sorted by path
	Missing []Missing // what is named and not there: the kubelet does not start the container
}

// Mount is a place where a volume is mounted.
type Mount struct {
	Path    string
	Volume  string // its name in the pod
	Origins []Origin
	SubPath bool // a part of the volume, which is never updated
	Foreign bool // what is in it does not come from the API
	// Err says why its files, or some of them, are not known, not even their names.
	Err error
}

// File is one file in a container.
type File struct {
	Path    string
	Data    secret.String // nothing of it is shown, wherever it comes from
	Mode    fs.FileMode   // permission bits, with what fsGroup adds; 0 is not known
	Origin  Origin
	SubPath bool  // it is part of a mount that is never updated
	Err     error // why its content is not known

	mount string // path of the mount that it belongs to
}

// Of returns the file at that path.
func (f *Files) Of(name string) (File, bool) {
	i, found := slices.BinarySearchFunc(f.Files, path.Clean(name), func(f File, name string) int { return strings.Compare(f.Path, name) })
	if !found {
		return File{}, false
	}
	return f.Files[i], true
}

// At returns the mount that a path lies in, the innermost.
func (f *Files) At(name string) (Mount, bool) {
	for _, m := range slices.Backward(f.Mounts) {
		if m.Path == name || within(m.Path, name) {
			return m, true
		}
	}
	return Mount{}, false
}

// Files computes what is mounted into a container of the pod; env is its environment,
// which subPathExpr uses.
func (v *View) Files(ctx context.Context, pod *corev1.Pod, c *corev1.Container, env *Environment) Files {
	var all Files
	for _, m := range c.VolumeMounts {
		volume, found := volumeOf(pod, m.Name)
		if !found {
			continue
		}
		content := v.content(ctx, pod, volume)
		mount := Mount{Path: path.Clean(m.MountPath), Volume: m.Name, Origins: content.origins, Foreign: content.foreign, Err: content.err}
		for _, missing := range content.missing {
			if !slices.Contains(all.Missing, missing) {
				all.Missing = append(all.Missing, missing)
			}
		}
		sub := m.SubPath
		if m.SubPathExpr != "" {
			text, known := env.Expand(m.SubPathExpr)
			if sub = text; !known {
				mount.Err, content.files = &NotKnown{"which part of the volume it is depends on a variable that is not known"}, nil
			}
		}
		mount.SubPath = sub != ""
		all.Mounts = append(all.Mounts, mount)
		all.Files = append(all.Files, content.below(mount, path.Clean(sub))...)
	}
	slices.SortFunc(all.Mounts, func(a, b Mount) int { return strings.Compare(a.Path, b.Path) })
	all.Files = slices.DeleteFunc(all.Files, func(f File) bool { return hidden(all.Mounts, f) })
	slices.SortFunc(all.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// hidden reports a file that another mount lies over.
func hidden(mounts []Mount, f File) bool {
	own := ""
	for _, m := range mounts {
		if (m.Path == f.Path || within(m.Path, f.Path)) && len(m.Path) > len(own) {
			own = m.Path
		}
	}
	return own != f.mount
}

func within(dir, name string) bool { return strings.HasPrefix(name, strings.TrimSuffix(dir, "/")+"/") }

func volumeOf(pod *corev1.Pod, name string) (corev1.Volume, bool) {
	i := slices.IndexFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == name })
	if i < 0 {
		return corev1.Volume{}, false
	}
	return pod.Spec.Volumes[i], true
}

// content is what is in a volume, by its path there.
type content struct {
	files   map[string]File
	origins []Origin
	missing []Missing
	foreign bool
	err     error
}

// below are the files of a volume, or of a part of it, where they are mounted.
func (c content) below(m Mount, sub string) []File {
	var files []File
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		f := c.files[name]
		f.SubPath, f.mount = m.SubPath, m.Path
		switch {
		case !m.SubPath:
			f.Path = path.Join(m.Path, name)
		case name == sub:
			f.Path = m.Path
		case within(sub, name):
			f.Path = path.Join(m.Path, strings.TrimPrefix(name, sub+"/"))
		default:
			continue
		}
		files = append(files, f)
	}
	return files
}
