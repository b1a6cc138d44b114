// Package pod is what a container of the demo's component finds when it starts,
// on this machine and as an ordinary user: the released flts-run, component.sh,
// and a ConfigMap and a Secret mounted as the kubelet does it. The demo and the
// end-to-end tests run the same component in it.
//
//	bin/flts-run     built with the flags of a release
//	component.sh     from testdata/demo
//	config, secrets  the mounted volumes
//	tmp              where the component works
//
// A command that runs in a pod has an environment of its own: no proxy, no AWS
// variable and no curl configuration of the developer changes what it does.
package pod

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/flts-run/flts-run/internal/fakevolume"
)

// Pod is one such directory.
type Pod struct {
	dir     string
	environ []string
}

// New lays out a pod in a directory that exists. path is the PATH on which the
// component finds sh, awk and curl.
func New(source Source, dir, path string) (*Pod, error) {
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o755); err != nil {
		return nil, fmt.Errorf("pod: %w", err)
	}
	script, err := source.Component()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "component.sh"), script, 0o644); err != nil {
		return nil, fmt.Errorf("pod: %w", err)
	}
	return &Pod{dir: dir, environ: []string{
		"PATH=" + filepath.Join(dir, "bin") + string(os.PathListSeparator) + path,
		"HOME=" + dir,
		"TMPDIR=" + filepath.Join(dir, "tmp"),
		"LANG=C.UTF-8",
	}}, nil
}

// MountConfigMap mounts the ConfigMap, or replaces it as an update would.
func (p *Pod) MountConfigMap(data map[string]string) error {
	return fakevolume.Mount(filepath.Join(p.dir, "config"), data)
}

// MountSecret does the same with the Secret.
func (p *Pod) MountSecret(data map[string]string) error {
	return fakevolume.Mount(filepath.Join(p.dir, "secrets"), data)
}
