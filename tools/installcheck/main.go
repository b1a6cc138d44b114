// Command installcheck installs the commands of this module as a stranger does,
// "go install MODULE/cmd/NAME@VERSION", from a module proxy in a directory that
// serves what git has at HEAD. It fails when go.mod has a replace or an exclude, a
// checksum is missing, or a file that is needed is not tracked.
//
//	installcheck ROOT
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"
)

// stated is the version that is served.
const stated = "v0.0.1"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: installcheck ROOT")
		os.Exit(64)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "installcheck:", err)
		os.Exit(1)
	}
}

func check(root string) error {
	dir, err := os.MkdirTemp("", "installcheck")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, err := serve(root, filepath.Join(dir, "proxy"))
	if err != nil {
		return err
	}
	commands, err := filepath.Glob(filepath.Join(root, "cmd", "*", "main.go"))
	if err != nil || len(commands) == 0 {
		return errors.Join(err, errors.New("no command found"))
	}
	for _, file := range commands {
		name := filepath.Base(filepath.Dir(file))
		if err := install(dir, path, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("ok  go install %s/cmd/%s@%s\n", path, name, stated)
	}
	return nil
}

// serve lays the module out as the go command expects a proxy to, and returns its
// path.
func serve(root, proxy string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	path := modfile.ModulePath(text)
	escaped, err := module.EscapePath(path)
	if err != nil {
		return "", err
	}
	versions := filepath.Join(proxy, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		return "", err
	}
	info, err := json.Marshal(map[string]string{"Version": stated, "Time": time.Unix(0, 0).UTC().Format(time.RFC3339)})
	if err != nil {
		return "", err
	}
	archive, err := os.Create(filepath.Join(versions, stated+".zip"))
	if err != nil {
		return "", err
	}
	return path, errors.Join(
		modzip.CreateFromVCS(archive, module.Version{Path: path, Version: stated}, root, "HEAD", ""),
		archive.Close(),
		os.WriteFile(filepath.Join(versions, "list"), []byte(stated+"\n"), 0o644),
		os.WriteFile(filepath.Join(versions, stated+".info"), info, 0o644),
		os.WriteFile(filepath.Join(versions, stated+".mod"), text, 0o644),
	)
}

// install has a module cache of its own, so that nothing of an earlier version is
// found; what the machine's cache holds of other modules is served from there.
func install(dir, path, name string) error {
	settings, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		return err
	}
	cache, proxy, _ := strings.Cut(strings.TrimSpace(string(settings)), "\n")
	cmd := exec.Command("go", "install", path+"/cmd/"+name+"@"+stated)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GOBIN="+filepath.Join(dir, "bin"), "GOMODCACHE="+filepath.Join(dir, "cache"), "GOFLAGS=-modcacherw -trimpath", "GOWORK=off",
		"GOPROXY=file://"+filepath.Join(dir, "proxy")+",file://"+filepath.Join(cache, "cache", "download")+","+proxy,
		"GONOSUMDB="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	out, err := exec.Command(filepath.Join(dir, "bin", name), "version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("the installed program: %w\n%s", err, out)
	}
	return nil
}
