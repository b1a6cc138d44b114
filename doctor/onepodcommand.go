package doctor

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/platform"
)

// podCommand is the command line of a container, as far as the spec has it.
type podCommand struct {
	words   []string // all of them; none where the image has the command
	task    []string // the words that start the task, behind those of launchers
	wrapped bool     // flts-run starts the task
	// flags are those of flts-run, by name without dashes, and params the values of
	// --param.
	flags  map[string]string
	params []string
}

// words are the command of the container with its arguments, and with the variables in
// them: the kubelet puts those in. A word with a value that is not known is "".
func (p *OnePod) words() []string {
	var words []string
	for _, word := range append(slices.Clone(p.container.Command), p.container.Args...) {
		text, known := p.env.Expand(word)
		if !known {
			text = ""
		}
		words = append(words, text)
	}
	if len(p.container.Command) == 0 && len(words) > 0 {
		words = append([]string{""}, words...) // the image has the first word
	}
	return words
}

// commandOf reads a command line. In front of the task stand Argo's emissary and the
// launcher of Kubeflow Pipelines, each with "--" behind its own arguments, or an init.
func commandOf(words []string) podCommand {
	c := podCommand{words: words, task: words, flags: map[string]string{}}
	for len(c.task) > 0 {
		switch name := path.Base(c.task[0]); {
		case strings.HasPrefix(name, "flts-run"):
			c.wrapped = true
			c.readFlags()
			return c
		case name == "argoexec" || strings.HasSuffix(c.task[0], "kfp-launcher/launch"):
			end := slices.Index(c.task, "--")
			if end < 0 {
				return c
			}
			c.task = c.task[end+1:]
		case slices.Contains([]string{"tini", "dumb-init", "catatonit"}, name):
			c.task = c.task[1:]
			for len(c.task) > 0 && strings.HasPrefix(c.task[0], "-") {
				c.task = c.task[1:]
			}
		default:
			return c
		}
	}
	return c
}

// flagsWithValue are the flags of flts-run that say where it reads.
var flagsWithValue = []string{"param", "params-file", "params-json", "executor-input", "app-env", "namespace", "contract", "config-dir", "secret-dir", "vault-dir", "yaml-dir", "disable"}

// readFlags takes the flags between flts-run and "--", and leaves the task behind it.
func (c *podCommand) readFlags() {
	own := c.task[1:]
	c.task = nil
	if end := slices.Index(own, "--"); end >= 0 {
		own, c.task = own[:end], own[end+1:]
	}
	for i := 0; i < len(own); i++ {
		name, value, joined := strings.Cut(strings.TrimLeft(own[i], "-"), "=")
		if !strings.HasPrefix(own[i], "-") || !slices.Contains(flagsWithValue, name) {
			continue
		}
		if !joined && i+1 < len(own) {
			i++
			value = own[i]
		}
		if name == "param" {
			c.params = append(c.params, value)
		} else {
			c.flags[name] = value
		}
	}
}

// platform is what flts-run would find out in the container. The launcher stands in
// the command line, where a process would see it as its parent.
func (p *OnePod) platform(environ []string) platform.Platform {
	files := podFiles{"proc/1/cmdline": []byte(strings.Join(p.command.words, "\x00") + "\x00")}
	const namespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
	if f, have := p.files.Of(namespace); have && f.Err == nil {
		files[namespace[1:]] = []byte(f.Data.Reveal())
	}
	// The launcher puts the input in place of this; what it adds are the defaults.
	task := slices.DeleteFunc(slices.Clone(p.command.task), func(word string) bool { return strings.Contains(word, "{{$") })
	return platform.Detect(platform.Input{Environ: environ, Task: task, PID: 2, PPID: 1, Files: files})
}

// podFiles is the little of a container's file system that tells the platform.
type podFiles map[string][]byte

// Open opens a file.
func (f podFiles) Open(name string) (fs.File, error) {
	text, have := f[name]
	if !have {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &podFile{Reader: bytes.NewReader(text), name: path.Base(name)}, nil
}

type podFile struct {
	*bytes.Reader
	name string
}

func (f *podFile) Close() error               { return nil }
func (f *podFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *podFile) Name() string               { return f.name }
func (f *podFile) Mode() fs.FileMode          { return 0o444 }
func (f *podFile) ModTime() time.Time         { return time.Time{} }
func (f *podFile) IsDir() bool                { return false }
func (f *podFile) Sys() any                   { return nil }
