package launch

import (
	"fmt"
	"strconv"
	"strings"
)

// Reason is why a program cannot be started. The words are stable.
type Reason string

// NotFound, MissingInterpreter and MissingLoader are the ones that shells report
// as 127: a file that has to be there is not. The others are 126.
const (
	NotFound           Reason = "not-found"
	MissingInterpreter Reason = "missing-interpreter" // of the script's #! line
	MissingLoader      Reason = "missing-loader"      // of a dynamically linked binary
	IsDirectory        Reason = "is-directory"
	NotExecutable      Reason = "not-executable" // no execute bit at all
	Denied             Reason = "denied"         // not for this user
	NoExecMount        Reason = "noexec-mount"
	WrongArchitecture  Reason = "wrong-architecture"
	UnknownFormat      Reason = "unknown-format" // neither a binary nor a script with #!
	TooLarge           Reason = "too-large"      // arguments and environment together
	Refused            Reason = "refused"        // anything else the kernel said
)

// NotRunnable is a task that cannot be started.
type NotRunnable struct {
	Program string // as the user wrote it
	Path    string // the file in question, when there is one
	Reason  Reason
	Detail  string // what was seen, in words; never a value of the environment
	Instead string // a similar program that is there
	Err     error  // what the system said, when it was asked
}

// Status is 127 for what is not there and 126 for what is and cannot be run.
func (e *NotRunnable) Status() int {
	switch e.Reason {
	case NotFound, MissingInterpreter, MissingLoader:
		return 127
	}
	return 126
}

func (e *NotRunnable) Unwrap() error { return e.Err }

func (e *NotRunnable) Error() string {
	text := "cannot run " + programName(e.Program)
	if e.Path != "" && e.Path != e.Program {
		text += " (" + quoteOdd(e.Path) + ")"
	}
	text += ": " + e.summary()
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

func (e *NotRunnable) summary() string {
	switch e.Reason {
	case NotFound:
		return "not found"
	case MissingInterpreter:
		return "the interpreter of the script is missing"
	case MissingLoader:
		return "the program loader is missing"
	case IsDirectory:
		return "it is a directory"
	case NotExecutable:
		return "the file is not executable"
	case Denied:
		return "permission denied"
	case NoExecMount:
		return "it lies on a volume mounted noexec"
	case WrongArchitecture:
		return "built for another processor"
	case UnknownFormat:
		return "neither a program nor a script"
	case TooLarge:
		return "arguments and environment are too long together"
	}
	return "the system refused it"
}

// Hint says what to do about it; "" when nothing is known.
func (e *NotRunnable) Hint() string {
	file := quoteOdd(e.Path)
	switch e.Reason {
	case NotFound:
		return e.hintNotFound()
	case MissingInterpreter:
		if strings.Contains(e.Detail, crlfDetail) {
			return "save it with Unix line ends: RUN sed -i 's/\\r$//' " + file + " in the Dockerfile, and *.sh text eol=lf in .gitattributes"
		}
		return "install the interpreter in the image, or correct the first line of " + file
	case MissingLoader:
		return "the binary and the image have different C libraries: build it statically (CGO_ENABLED=0 for Go), or use an image with the library it was built for"
	case IsDirectory:
		return "name the program inside it"
	case NotExecutable:
		return "RUN chmod +x " + file + " in the Dockerfile, or start it through its interpreter"
	case Denied:
		return "RUN chmod a+rx " + file + " in the Dockerfile, or run the container as the owner of the file"
	case NoExecMount:
		return "copy it into the image, or start it through its interpreter"
	case WrongArchitecture:
		return "build the image for this machine: docker build --platform " + platform()
	case UnknownFormat:
		return "make #!/bin/sh (or the interpreter it is written for) its first line, or start it as: sh " + file
	case TooLarge:
		return "hand the large value over as a file: mount it and pass its path"
	}
	return ""
}

func (e *NotRunnable) hintNotFound() string {
	switch {
	case e.Program == "":
		return "look for a variable in the command that is empty"
	case strings.ContainsAny(e.Program, " \t\n"):
		return "the program and its arguments are one word: give them as separate words, or start them as: sh -c '…'"
	case e.Instead != "":
		return "the image has " + quoteOdd(e.Instead)
	case strings.HasPrefix(e.Program, "-"):
		return "the first word after -- is the program"
	}
	return "check the spelling and that the image contains it, or give its full path"
}

// programName leaves out what follows the first word of a command line that was
// given as one word: arguments may be secret.
func programName(program string) string {
	if i := strings.IndexAny(program, " \t\n"); i > 0 {
		return quoteOdd(program[:i]) + " …"
	}
	return quoteOdd(program)
}

// quoteOdd quotes what would not be read as one word or would harm a terminal.
func quoteOdd(text string) string {
	if text == "" || strings.ContainsAny(text, " \"'\\") || fmt.Sprintf("%q", text) != `"`+text+`"` {
		return strconv.Quote(text)
	}
	return text
}
