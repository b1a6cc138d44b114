package launch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
)

const crlfDetail = "the line ends in CR LF"

// diagnose finds out what the kernel meant. Its answer is one number for many
// causes: "no such file" is also said of a script whose interpreter is missing.
func diagnose(program, path string, errno syscall.Errno) *NotRunnable {
	n := &NotRunnable{Program: program, Path: path, Err: errno}
	info, err := os.Stat(path)
	if err != nil {
		n.Reason, n.Detail, _ = absent(path, err)
		return n
	}
	if n.Reason, n.Detail = forbidden(path, info); n.Reason != "" {
		return n
	}
	// Scripts may be interpreted by scripts: the kernel follows five.
	culprit, about := path, ""
	for range 5 {
		file, err := inspect(culprit)
		if err != nil {
			break
		}
		var interpreter string
		n.Reason, n.Detail, interpreter = file.trouble(errno)
		if n.Reason != "" {
			n.Detail = about + n.Detail
			return n
		}
		if interpreter == "" {
			break
		}
		culprit = interpreter
		about = "its interpreter " + quoteOdd(culprit) + ": "
		if info, err := os.Stat(culprit); err == nil {
			if n.Reason, n.Detail = forbidden(culprit, info); n.Reason != "" {
				n.Path, n.Detail = culprit, strings.TrimSuffix(about+n.Detail, ": ")
				return n
			}
		}
	}
	n.Reason, n.Detail = Refused, about+errno.Error()
	return n
}

// trouble names what is wrong with a file, or else the interpreter in which to
// look on.
func (f program) trouble(errno syscall.Errno) (reason Reason, detail, interpreter string) {
	switch {
	case f.script && f.interpreter == "":
		return UnknownFormat, "#! names no interpreter, or one too long for the kernel", ""
	case f.script && !exists(f.interpreter):
		if name, found := strings.CutSuffix(f.interpreter, "\r"); found {
			return MissingInterpreter, "#!" + quoteOdd(name) + ", " + crlfDetail, ""
		}
		return MissingInterpreter, "#!" + quoteOdd(f.interpreter), ""
	case f.script:
		return "", "", f.interpreter
	case f.elf && f.machine != machineOf(runtime.GOARCH) && errno == syscall.ENOEXEC:
		return WrongArchitecture, "it is for " + machineName(f.machine) + ", this machine is " + runtime.GOARCH, ""
	case f.elf && f.interpreter != "" && !exists(f.interpreter):
		return MissingLoader, quoteOdd(f.interpreter), ""
	case f.elf:
		return "", "", ""
	case errno != syscall.ENOEXEC:
		return "", "", ""
	case f.empty:
		return UnknownFormat, "the file is empty", ""
	case f.text:
		return UnknownFormat, "a text file without a #! line", ""
	}
	return UnknownFormat, "", ""
}

// exists is true of everything but a name that is certainly not there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
}

// forbidden judges the kind and the permissions of a file; "" is fine.
func forbidden(path string, info fs.FileInfo) (Reason, string) {
	switch {
	case info.IsDir():
		return IsDirectory, ""
	case info.Mode()&0o111 == 0 && modesMatter:
		return NotExecutable, "mode " + info.Mode().Perm().String()
	case mayExecute(path):
		return "", ""
	case onNoExecMount(path):
		return NoExecMount, ""
	}
	return Denied, fmt.Sprintf("mode %s%s, and this process has uid %d", info.Mode().Perm(), ownerOf(info), os.Geteuid())
}

// tooLarge names the largest entry, since that is nearly always the whole story.
func tooLarge(path string, argv, env []string) *NotRunnable {
	total, most, where := 0, -1, ""
	weigh := func(text string, label func() string) {
		total += len(text) + 1
		if len(text) > most {
			most, where = len(text), label()
		}
	}
	for i, word := range argv {
		weigh(word, func() string { return fmt.Sprintf("argument %d", i) })
	}
	for i, entry := range env {
		weigh(entry, func() string { return entryLabel(entry, i) })
	}
	return &NotRunnable{
		Program: argv[0], Path: path, Reason: TooLarge, Err: syscall.E2BIG,
		Detail: fmt.Sprintf("%d strings of %d bytes in all; the largest is %s with %d bytes",
			len(argv)+len(env), total, where, most),
	}
}
