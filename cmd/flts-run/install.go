package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/urfave/cli/v2"
)

// ownFile is the running program, also after its file was replaced or removed.
const ownFile = "proc/self/exe"

// installedName is the name of the copy. Links that shims are end at a file
// whose name begins so.
const installedName = "flts-run"

func (r *runner) installCommand() *cli.Command {
	return &cli.Command{
		Name: "install", Usage: "copy this program into a directory, such as a volume that another container mounts",
		UsageText: "flts-run install [--shim NAME[,NAME]] DIR",
		Flags:     []cli.Flag{&cli.StringFlag{Name: "shim", Usage: "link these programs too, so that calling them starts them under flts-run (`NAME[,NAME]`)"}},
		Action:    r.install,
	}
}

func (r *runner) install(c *cli.Context) error {
	const form = "flts-run install --shim sh,python3 /opt/flts/bin"
	if err := r.noTask("install"); err != nil {
		return err
	}
	dir := c.Args().First()
	switch {
	case dir == "":
		return usage(form, "install needs a directory")
	case c.Args().Len() > 1:
		return usage("flags stand before the directory: "+form, "unexpected argument %q", c.Args().Get(1))
	}
	shims, err := shimNames(c.String("shim"))
	if err != nil {
		return err
	}
	if err := errors.Join(usableDirectory(dir), usableLinks(dir, shims)); err != nil {
		return err
	}
	if err := r.copySelf(filepath.Join(dir, installedName)); err != nil {
		return notInstalled(dir, err)
	}
	r.out.Print("flts-run: installed " + filepath.Join(dir, installedName) + "\n")
	for _, name := range shims {
		if err := linkShim(dir, name); err != nil {
			return notInstalled(dir, err)
		}
		r.out.Print("flts-run: installed " + filepath.Join(dir, name) + " -> " + installedName + "\n")
	}
	if len(shims) > 0 {
		r.out.Line("hint", "the shims work where "+dir+" is the first directory of PATH", "")
	}
	return nil
}

func usableDirectory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usage("mkdir -p "+dir+", or mount a volume there", "%s does not exist", dir)
	case err != nil:
		return notInstalled(dir, err)
	case !info.IsDir():
		return usage("", "%s is no directory", dir)
	}
	return nil
}

func notInstalled(dir string, err error) error {
	f := &failure{status: statusInternal, err: fmt.Errorf("not installed: %w", err)}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		f.hint = "mount a volume at " + dir + " that this user may write, such as an emptyDir"
	}
	return f
}

// copySelf writes the running program to path. Whoever starts path meanwhile
// gets the old file or the new one and never half of it, and a program that runs
// from the old file goes on undisturbed.
func (r *runner) copySelf(path string) error {
	if r.files == nil {
		return errors.New("the file system cannot be read")
	}
	from, err := r.files.Open(ownFile)
	if err != nil {
		return fmt.Errorf("own program: %w", err)
	}
	defer func() { _ = from.Close() }() // read only
	to, err := os.CreateTemp(filepath.Dir(path), "."+installedName+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(to.Name()) // of what is left when something fails
	_, err = io.Copy(to, from)
	// Chmod, since the umask has no say: another user is to run it.
	err = errors.Join(err, to.Chmod(0o755), to.Sync(), to.Close())
	if err != nil {
		return err
	}
	return os.Rename(to.Name(), path)
}
