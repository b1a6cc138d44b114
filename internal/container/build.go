package container

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/flts-run/flts-run/internal/dockerfile"
)

// Build says what a Dockerfile is built from.
type Build struct {
	// Context is the directory that COPY copies from, and Dockerfile the file's path.
	Context, Dockerfile string
	// Bases are the images that FROM may name, beside scratch.
	Bases map[string]Image
	// Args are values of ARG.
	Args map[string]string
	// RunEnv and RunMounts are what RUN steps have and nothing else does.
	RunEnv, RunMounts []string
	// Dir is an empty directory for the stages. With Kept, a directory that is there,
	// a stage by that name is taken from it, and not built.
	Dir  string
	Kept map[string]string
}

// Run follows the steps, and returns the last stage.
func (b Build) Run(ctx context.Context) (Image, error) {
	stages, err := b.stages()
	if err != nil {
		return Image{}, err
	}
	return b.all(ctx, stages)
}

// Stage follows the steps of one stage, which may copy from no other.
func (b Build) Stage(ctx context.Context, name string) (Image, error) {
	stages, err := b.stages()
	if err != nil {
		return Image{}, err
	}
	for _, s := range stages {
		if s.Name == name {
			return b.all(ctx, []dockerfile.Stage{s})
		}
	}
	return Image{}, fmt.Errorf("container: no stage %s in %s", name, b.Dockerfile)
}

func (b Build) stages() ([]dockerfile.Stage, error) {
	text, err := os.ReadFile(b.Dockerfile)
	if err != nil {
		return nil, fmt.Errorf("container: %w", err)
	}
	stages, err := dockerfile.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("container: %s: %w", b.Dockerfile, err)
	}
	return stages, nil
}

func (b Build) all(ctx context.Context, stages []dockerfile.Stage) (Image, error) {
	done := map[string]Image{}
	var last Image
	for n, s := range stages {
		var err error
		if kept := b.Kept[s.Name]; kept != "" {
			last = Image{Root: kept}
		} else if last, err = b.stage(ctx, s, filepath.Join(b.Dir, fmt.Sprint(n)), done); err != nil {
			return Image{}, fmt.Errorf("container: %s: %w", b.Dockerfile, err)
		}
		done[s.Name] = last
	}
	return last, nil
}

// stage begins with a copy of its base, and does one step after the other.
func (b Build) stage(ctx context.Context, s dockerfile.Stage, root string, done map[string]Image) (Image, error) {
	base, known := done[s.From]
	if !known {
		base, known = b.Bases[s.From]
	}
	if !known && s.From != "scratch" {
		return Image{}, fmt.Errorf("FROM %s: there is no such image", s.From)
	}
	if err := os.Mkdir(root, 0o755); err != nil {
		return Image{}, err
	}
	i := base
	i.Root = root
	if base.Root != "" {
		if err := copyTree(ctx, base.Root+"/.", root); err != nil {
			return Image{}, err
		}
	}
	for _, step := range s.Steps {
		if err := b.step(ctx, &i, step, done); err != nil {
			return Image{}, fmt.Errorf("line %d: %s: %w", step.Line, step.Instruction, err)
		}
	}
	return i, nil
}

func (b Build) step(ctx context.Context, i *Image, s dockerfile.Step, done map[string]Image) error {
	switch s.Instruction {
	case "ARG":
		if _, given := b.Args[s.Words[0]]; !given {
			return fmt.Errorf("%s has no value", s.Words[0])
		}
	case "ENV":
		before := *i
		for _, word := range s.Words {
			i.Env = merged(i.Env, []string{b.expand(before, word)})
		}
	case "USER":
		i.User = b.expand(*i, s.Words[0])
	case "WORKDIR":
		i.WorkDir = path.Join(orElse(i.WorkDir, "/"), b.expand(*i, s.Words[0]))
		return os.MkdirAll(filepath.Join(i.Root, i.WorkDir), 0o755)
	case "ENTRYPOINT":
		i.Entrypoint, i.Cmd = s.Words, nil
	case "CMD":
		i.Cmd = s.Words
	case "COPY":
		return b.copy(ctx, *i, s, done)
	case "RUN":
		cmd := i.Process(ctx, Start{Command: s.Words, Env: b.RunEnv, Mounts: b.RunMounts})
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	return nil
}

// expand replaces variables by those of the image, and by arguments.
func (b Build) expand(i Image, text string) string {
	return os.Expand(text, func(name string) string {
		for _, entry := range i.Env {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value
			}
		}
		return b.Args[name]
	})
}

// copy copies files, and of directories what is in them. What it made belongs to root.
func (b Build) copy(ctx context.Context, i Image, s dockerfile.Step, done map[string]Image) error {
	from := b.Context
	if name := s.Flags["from"]; name != "" {
		stage, known := done[name]
		if !known {
			return fmt.Errorf("there is no stage %s", name)
		}
		from = stage.Root
	}
	sources, target := s.Words[:len(s.Words)-1], b.expand(i, s.Words[len(s.Words)-1])
	into := strings.HasSuffix(target, "/")
	if !into && len(sources) > 1 {
		return errors.New("several files need a directory, with a slash at its end")
	}
	for _, source := range sources {
		source = filepath.Join(from, b.expand(i, source))
		to := filepath.Join(i.Root, orElse(i.WorkDir, "/"), target)
		if path.IsAbs(target) {
			to = filepath.Join(i.Root, target)
		}
		info, err := os.Stat(source)
		if err != nil {
			return err
		}
		switch {
		case info.IsDir():
			source += "/."
		case into:
			to = filepath.Join(to, filepath.Base(source))
		}
		if err := copyOwned(ctx, source, to, s.Flags["chmod"]); err != nil {
			return err
		}
	}
	return nil
}

func copyOwned(ctx context.Context, source, to, mode string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := copyTree(ctx, source, to); err != nil || mode == "" {
		return err
	}
	return run(ctx, "chmod", "-R", mode, to)
}

// copyTree keeps links, times and modes, and gives all of it to root.
func copyTree(ctx context.Context, source, to string) error {
	return run(ctx, "cp", "--recursive", "--no-dereference", "--preserve=mode,timestamps,links", "--reflink=auto", source, to)
}

func run(ctx context.Context, argv ...string) error {
	if out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", argv[0], err, out)
	}
	return nil
}
