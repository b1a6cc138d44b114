//go:build amd64 || arm64

package launch

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// process is what is wanted of /proc/PID/stat.
type process struct {
	pid, parent, group int
	zombie             bool
}

// leftovers lists what is still there of a task that has ended: its group, and
// every process that has become our child since. Where /proc does not tell, it
// is the group alone, as the number that kill takes for one.
func (r *run) leftovers() []int {
	if !haveChildren() && !groupExists(r.pid) {
		return nil
	}
	all, err := processes()
	if err != nil {
		if groupExists(r.pid) {
			return []int{-r.pid}
		}
		return nil
	}
	us := os.Getpid()
	var left []int
	for _, p := range all {
		ours := p.parent == us && !r.earlier[p.pid] || p.group == r.pid
		if ours && !p.zombie {
			left = append(left, p.pid)
		}
	}
	return left
}

// childrenNow is nil in the usual case, and then costs one call.
func childrenNow() map[int]bool {
	if !haveChildren() {
		return nil
	}
	children := map[int]bool{}
	all, _ := processes() // without /proc none is known
	for _, p := range all {
		if p.parent == os.Getpid() {
			children[p.pid] = true
		}
	}
	return children
}

// haveChildren asks without reaping: a child that ended stays to be waited for.
func haveChildren() bool {
	const everyone, exited, leave = 0, 4, 0x1000000 // P_ALL, WEXITED, WNOWAIT
	_, _, errno := syscall.RawSyscall6(syscall.SYS_WAITID, everyone, 0, 0, exited|leave|syscall.WNOHANG, 0, 0)
	return errno != syscall.ECHILD
}

func groupExists(group int) bool { return syscall.Kill(-group, 0) != syscall.ESRCH }

// processes reads all there are. One that ends meanwhile is left out.
func processes() ([]process, error) {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var all []process
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		text, err := os.ReadFile("/proc/" + name + "/stat")
		if err != nil {
			continue
		}
		if p, ok := parseStat(text); ok && p.pid == pid {
			all = append(all, p)
		}
	}
	if len(all) == 0 { // not even we: there is no proc file system
		return nil, os.ErrNotExist
	}
	return all, nil
}

// parseStat reads "PID (NAME) STATE PARENT GROUP …". The name is what the
// program calls itself, parentheses and spaces included.
func parseStat(text []byte) (p process, ok bool) {
	open, shut := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || shut < open {
		return p, false
	}
	fields := strings.Fields(string(text[shut+1:]))
	if len(fields) < 3 {
		return p, false
	}
	var errs [3]error
	p.pid, errs[0] = strconv.Atoi(strings.TrimSpace(string(text[:open])))
	p.parent, errs[1] = strconv.Atoi(fields[1])
	p.group, errs[2] = strconv.Atoi(fields[2])
	p.zombie = fields[0] == "Z" || fields[0] == "X"
	return p, errs == [3]error{}
}
