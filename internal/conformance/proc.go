//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// marked lists the processes that were started in this trial, whoever is their
// parent now.
func (t *trial) marked() []int {
	var found []int
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(text, []byte(t.marker)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// endSurvivors ends what is still there and returns how many that were. What was
// just killed may still be on its way out.
func (t *trial) endSurvivors() int {
	left := t.marked()
	for range 20 {
		if len(left) == 0 {
			return 0
		}
		time.Sleep(10 * time.Millisecond)
		left = t.marked()
	}
	for _, pid := range left {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	return len(left)
}

// stat returns the fields of /proc/PID/stat from the third on: the state, the
// parent, the group and so forth.
func stat(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
}

func stateOf(pid int) string {
	if fields := stat(pid); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

// childrenOf counts the children of a process, and those of them that nobody has
// waited for.
func childrenOf(pid int) (children []int, zombies int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		child, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if fields := stat(child); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			children = append(children, child)
			if fields[0] == "Z" {
				zombies++
			}
		}
	}
	return children, zombies
}

// signalSets are the lines of the signals that are blocked and ignored.
func signalSets(status string) string {
	var lines []string
	for line := range strings.Lines(status) {
		if strings.HasPrefix(line, "SigBlk:") || strings.HasPrefix(line, "SigIgn:") {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(lines, "\n")
}
