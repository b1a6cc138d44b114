package launch

import "strings"

// Codes of what keeps a task from being started. They are stable: a code is
// never reused for something else.
const (
	CodeNotFound       = "FLTS-E01" // no such program
	CodeNotExecutable  = "FLTS-E03" // it is there and may not be executed
	CodeInterpreter    = "FLTS-E04" // the interpreter of the script is missing
	CodeLineEnds       = "FLTS-E06" // the first line of the script ends in CR LF
	CodeLoader         = "FLTS-E07" // the loader of a dynamically linked program is missing
	CodeNoExecMount    = "FLTS-E08" // it lies on a volume mounted noexec
	CodeArchitecture   = "FLTS-E09" // built for another processor
	CodeFormat         = "FLTS-E10" // neither a program nor a script
	CodeTooLarge       = "FLTS-E11" // arguments and environment are too long together
	CodeKernelRefused  = "FLTS-E12" // the kernel refused it for another reason
	CodeUnpassable     = "FLTS-E13" // a single string that no program can be given
	CodeNothingToStart = "FLTS-E14" // the program is an empty word
)

// Code is the finding code of what keeps the task from starting.
func (e *NotRunnable) Code() string {
	switch e.Reason {
	case NotFound:
		if e.Program == "" {
			return CodeNothingToStart
		}
		return CodeNotFound
	case MissingInterpreter:
		if strings.Contains(e.Detail, crlfDetail) {
			return CodeLineEnds
		}
		return CodeInterpreter
	case MissingLoader:
		return CodeLoader
	case IsDirectory, NotExecutable, Denied:
		return CodeNotExecutable
	case NoExecMount:
		return CodeNoExecMount
	case WrongArchitecture:
		return CodeArchitecture
	case UnknownFormat:
		return CodeFormat
	case TooLarge:
		return CodeTooLarge
	}
	return CodeKernelRefused
}

// Code is the finding code of a string that cannot be handed on.
func (e *Unpassable) Code() string { return CodeUnpassable }
