package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// insideContainer is the one argument of this program when it is about to become the
// program of a container.
const insideContainer = "inside-container"

// spec is what a process in a container is to be.
type spec struct {
	Root         string // where to put the root directory together; empty: it is there
	Hostname     string
	Resolvconf   string
	Mounts       []mount
	Programs     []string
	ReadOnlyRoot bool

	Argv, Env []string
	Dir       string
	UID, GID  int
	Groups    []int
}

type mount struct {
	From, To string
	ReadOnly bool
}

// Descriptors that launch hands on, before those of its caller.
const (
	specDescriptor   = 3
	reportDescriptor = 4
)

// launch starts a command that ends in become, and returns when it became the program
// of the spec, or why it cannot.
func launch(cmd *exec.Cmd, s spec, files ...*os.File) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	specRead, specWrite, err := os.Pipe()
	if err != nil {
		return err
	}
	reportRead, reportWrite, err := os.Pipe()
	if err != nil {
		return errors.Join(err, specRead.Close(), specWrite.Close())
	}
	defer reportRead.Close()
	cmd.ExtraFiles = append([]*os.File{specRead, reportWrite}, files...)
	err = cmd.Start()
	_ = specRead.Close()
	_ = reportWrite.Close()
	if err != nil {
		return errors.Join(err, specWrite.Close())
	}
	_, err = specWrite.Write(text)
	_ = specWrite.Close()
	report, readErr := io.ReadAll(reportRead)
	if len(report) > 0 {
		err = errors.New(string(report))
	}
	if err = errors.Join(err, readErr); err != nil {
		_ = cmd.Wait()
	}
	return err
}

// become makes of this process the one that the spec says, and does not return.
func become() {
	unix.CloseOnExec(reportDescriptor)
	report := os.NewFile(reportDescriptor, "report")
	fmt.Fprint(report, tryBecome())
	os.Exit(128)
}

func tryBecome() error {
	unix.CloseOnExec(specDescriptor)
	unix.CloseOnExec(specDescriptor + 2) // our own program, where there is one
	text, err := io.ReadAll(os.NewFile(specDescriptor, "spec"))
	if err != nil {
		return err
	}
	var s spec
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Root != "" {
		if err := s.makeRoot(); err != nil {
			return err
		}
	}
	if err := errors.Join(syscall.Setgroups(s.Groups), syscall.Setresgid(s.GID, s.GID, s.GID), syscall.Setresuid(s.UID, s.UID, s.UID)); err != nil {
		return err
	}
	if s.Root == "" {
		// It ends with nsenter, which is killed when a probe takes too long. A change of
		// user would undo this.
		if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
			return err
		}
	}
	if s.Dir == "" {
		s.Dir = "/"
	}
	if err := os.Chdir(s.Dir); err != nil {
		return err
	}
	for _, e := range s.Env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			_ = os.Setenv("PATH", path)
		}
	}
	program, err := exec.LookPath(s.Argv[0])
	if err != nil {
		return err
	}
	return &os.PathError{Op: "exec", Path: program, Err: syscall.Exec(program, s.Argv, s.Env)}
}

// makeRoot puts the root directory together and moves into it.
func (s spec) makeRoot() error {
	if err := os.MkdirAll(s.Root, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", s.Root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount the root: %w", err)
	}
	for _, part := range []func() error{s.image, s.devices, s.programs, s.files, s.volumes, s.enter} {
		if err := part(); err != nil {
			return err
		}
	}
	return unix.Sethostname([]byte(s.Hostname))
}

// image is what every image has: programs, and what they read in /etc.
func (s spec) image() error {
	for _, dir := range []string{"/usr", "/bin", "/sbin", "/lib", "/lib64"} {
		to, err := os.Readlink(dir)
		if err == nil {
			err = os.Symlink(to, filepath.Join(s.Root, dir))
		} else {
			err = s.bindIfThere(dir)
		}
		if err != nil {
			return err
		}
	}
	for _, file := range []string{"nsswitch.conf", "ld.so.cache", "ssl", "ca-certificates", "alternatives", "localtime"} {
		if err := s.bindIfThere("/etc/" + file); err != nil {
			return err
		}
	}
	for _, dir := range []string{"/proc", "/sys", "/root", "/home", "/run", "/var", "/opt", "/tmp", "/var/tmp"} {
		if err := os.MkdirAll(filepath.Join(s.Root, dir), 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{"/tmp", "/var/tmp"} {
		if err := os.Chmod(filepath.Join(s.Root, dir), 0o777|os.ModeSticky); err != nil {
			return err
		}
	}
	return unix.Mount("proc", filepath.Join(s.Root, "proc"), "proc", 0, "")
}

func (s spec) devices() error {
	for _, name := range []string{"null", "zero", "full", "random", "urandom"} {
		if err := s.bind(mount{From: "/dev/" + name, To: "/dev/" + name}); err != nil {
			return err
		}
	}
	for name, to := range map[string]string{"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"} {
		if err := os.Symlink(to, filepath.Join(s.Root, "dev", name)); err != nil {
			return err
		}
	}
	shm := filepath.Join(s.Root, "dev", "shm")
	if err := os.Mkdir(shm, 0o755); err != nil {
		return err
	}
	return os.Chmod(shm, 0o777|os.ModeSticky)
}

// programs are the image's own. They hide what this machine has in their place.
func (s spec) programs() error {
	const dir = "/usr/local/bin"
	if err := unix.Mount("tmpfs", filepath.Join(s.Root, dir), "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount %s: %w", dir, err)
	}
	for _, file := range s.Programs {
		if err := s.bind(mount{From: file, To: filepath.Join(dir, filepath.Base(file)), ReadOnly: true}); err != nil {
			return err
		}
	}
	return nil
}

// files are the users of the image, and what a runtime writes for a pod.
func (s spec) files() error {
	for name, text := range map[string]string{
		"passwd":      "root:x:0:0:root:/root:/bin/sh\n",
		"group":       "root:x:0:\n",
		"hostname":    s.Hostname + "\n",
		"resolv.conf": s.Resolvconf,
	} {
		if err := os.WriteFile(filepath.Join(s.Root, "etc", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s spec) volumes() error {
	for _, m := range s.Mounts {
		if err := s.bind(m); err != nil {
			return err
		}
	}
	return nil
}

func (s spec) bindIfThere(path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return s.bind(mount{From: path, To: path, ReadOnly: true})
}

// bind makes the place, with the kind of what comes there, and mounts.
func (s spec) bind(m mount) error {
	info, err := os.Stat(m.From)
	if err != nil {
		return err
	}
	place := filepath.Join(s.Root, m.To)
	if info.IsDir() {
		err = os.MkdirAll(place, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(place), 0o755); err == nil {
		var file *os.File
		if file, err = os.OpenFile(place, os.O_CREATE, 0o644); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(m.From, place, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s: %w", m.To, err)
	}
	if !m.ReadOnly {
		return nil
	}
	if err := unix.Mount("", place, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("mount %s read-only: %w", m.To, err)
	}
	return nil
}

// enter makes the directory the root, and lets go of the old one.
func (s spec) enter() error {
	if err := os.Chdir(s.Root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("change the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root: %w", err)
	}
	if s.ReadOnlyRoot {
		return unix.Mount("", "/", "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
	}
	return nil
}
