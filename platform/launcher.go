package platform

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// launcher is what the command line of the KFP launcher says, which runs in the
// same container, above the task.
type launcher struct {
	pid    int
	parent bool // ours, with no shell in between

	pipeline, run, task, pod string

	input string        // what the run gave; the defaults are not in it
	spec  componentSpec // the component, with its defaults
	given executorDoc   // input, decoded
}

// Above a task there are the launcher, Argo's emissary, and perhaps two shells
// of the component.
const maxAncestors = 4

// maxCommandLine is what the kernel allows for the arguments of a program.
const maxCommandLine = 6 << 20

// findLauncher walks up from our parent. In between there can be the shell of a
// lightweight component.
func findLauncher(files fs.FS, ppid int) *launcher {
	pid := ppid
	for level := 0; pid > 0; level++ {
		dir := "proc/" + strconv.Itoa(pid)
		if l := parseLauncher(read(files, dir+"/cmdline", maxCommandLine)); l != nil {
			l.pid, l.parent = pid, pid == ppid
			return l
		}
		if level == maxAncestors-1 {
			break
		}
		pid = parentIn(read(files, dir+"/stat", 1<<12))
	}
	return nil
}

func (l *launcher) String() string {
	if l.parent {
		return fmt.Sprintf("launcher in parent process %d", l.pid)
	}
	return fmt.Sprintf("launcher in process %d", l.pid)
}

// parentIn reads the fourth field of /proc/PID/stat. The second is the name of
// the program in parentheses, which may hold parentheses and spaces.
func parentIn(stat []byte) int {
	_, rest, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	fields := strings.Fields(string(rest))
	if len(fields) < 2 {
		return 0
	}
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pid
}

// parseLauncher reads a command line as /proc shows it, each word ended by a
// NUL. It returns nil for one that is not the launcher's.
func parseLauncher(cmdline []byte) *launcher {
	words := strings.Split(strings.TrimSuffix(string(cmdline), "\x00"), "\x00")
	flags := launcherFlags(launcherArguments(words))
	if flags == nil {
		return nil
	}
	l := &launcher{
		pipeline: plain(flags["pipeline_name"]), run: plain(flags["run_id"]), task: plain(flags["task_name"]), pod: plain(flags["pod_name"]),
		input: flags["executor_input"],
		spec:  parseComponentSpec(flags["component_spec"]),
	}
	l.given = parseExecutorInput(l.input)
	return l
}

// launcherArguments returns the arguments behind the launcher's name. Its first
// versions are started through Argo's emissary, and an administrator can give it
// another path: then its two flags tell.
func launcherArguments(words []string) []string {
	name := slices.IndexFunc(words, func(w string) bool { return strings.HasSuffix(w, "kfp-launcher/launch") })
	if name == 0 || name > 0 && path.Base(words[0]) == "argoexec" {
		return words[name+1:]
	}
	own := words
	if end := slices.Index(words, "--"); end >= 0 {
		own = words[:end]
	}
	if slices.Contains(own, "--executor_input") && slices.Contains(own, "--component_spec") {
		return own
	}
	return nil
}

// launcherFlags reads the flags that we use, up to the "--" behind which the
// task stands. Other flags may or may not have a value; they are stepped over
// word by word.
func launcherFlags(args []string) map[string]string {
	if args == nil {
		return nil
	}
	flags := map[string]string{}
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		name, value, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if !strings.HasPrefix(args[i], "-") || !slices.Contains(usedFlags, name) {
			continue
		}
		if !joined && i+1 < len(args) {
			i++
			value = args[i]
		}
		flags[name] = value
	}
	return flags
}

var usedFlags = []string{"pipeline_name", "run_id", "task_name", "pod_name", "executor_input", "component_spec"}
