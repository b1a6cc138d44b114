//go:build unix

package resolve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// denied says why a path may not be read: the mode and the owner of what
// refuses, which may be a directory above it, and who we are.
func denied(path string) string {
	what, info := "", fs.FileInfo(nil)
	for _, dir := range above(path) {
		if _, err := os.Stat(dir + "/."); errors.Is(err, fs.ErrPermission) { // the dot is looked for in it
			what = "directory " + dir + " may not be searched: "
			info, _ = os.Stat(dir)
			break
		}
	}
	if what == "" {
		info, _ = os.Stat(path)
	}
	if info == nil {
		return what + whoWeAre()
	}
	owner := ""
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = fmt.Sprintf(", owner %d:%d", stat.Uid, stat.Gid)
	}
	return fmt.Sprintf("%smode %04o%s; %s", what, info.Mode().Perm(), owner, whoWeAre())
}

// above lists the directories on the way to a path, from the root down.
func above(path string) []string {
	var dirs []string
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		dirs = append([]string{dir}, dirs...)
		if dir == filepath.Dir(dir) {
			return dirs
		}
	}
}

func whoWeAre() string {
	groups, _ := os.Getgroups()
	text := fmt.Sprintf("this process is %d:%d", os.Geteuid(), os.Getegid())
	if len(groups) > 0 {
		text += ", groups " + strings.Trim(fmt.Sprint(groups), "[]")
	}
	return text
}

// readableHint makes a mounted file readable for us, whoever we are.
func readableHint() string {
	return fmt.Sprintf("set securityContext.fsGroup: %d in the pod and defaultMode: 0440 in the volume", os.Getegid())
}
