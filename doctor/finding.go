package doctor

import (
	"errors"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
)

// Codes of what keeps an examination from looking.
const (
	codeDenied      = "FLTS-K09" // RBAC does not let us look
	codeLogin       = "FLTS-K10" // the API server does not know us
	codeUnreachable = "FLTS-K17" // the API server does not answer
)

func pass(detail string, evidence ...string) checklist.Finding {
	return checklist.Finding{State: checklist.Pass, Detail: detail, Evidence: evidence}
}

func fail(code, detail string, evidence ...string) checklist.Finding {
	return checklist.Finding{State: checklist.Fail, Code: code, Detail: detail, Evidence: evidence}
}

func warn(code, detail string, evidence ...string) checklist.Finding {
	return checklist.Finding{State: checklist.Warn, Code: code, Detail: detail, Evidence: evidence}
}

func skip(reason string) checklist.Finding {
	return checklist.Finding{State: checklist.Skip, Detail: reason}
}

func unknown(code, detail string, evidence ...string) checklist.Finding {
	return checklist.Finding{State: checklist.Unknown, Code: code, Detail: detail, Evidence: evidence}
}

// mended is the finding with the commands that mend it. The first is its hint, unless
// it has one.
func mended(f checklist.Finding, commands ...checklist.Command) checklist.Finding {
	f.Fix = commands
	if f.Hint == "" && len(commands) > 0 {
		f.Hint = commands[0].Line
		if commands[0].Input != "" {
			f.Hint += "   (then type " + commands[0].Input + ")"
		}
	}
	return f
}

// hinted is the finding with something to type that mends nothing by itself.
func hinted(f checklist.Finding, line string) checklist.Finding {
	f.Hint = line
	return f
}

// couldNotLook is the finding of a check that needed to see something and could not.
// What was not found is no such thing: the check itself says what that means.
func (d *Doctor) couldNotLook(err error) checklist.Finding {
	fault, ok := errors.AsType[*cluster.Fault](err)
	if !ok {
		return unknown("", err.Error())
	}
	switch fault.Cause {
	case cluster.Denied:
		return hinted(unknown(codeDenied, fault.Error()), d.kubectl(fault.Namespace)+" auth can-i "+fault.Verb+" "+canI(fault))
	case cluster.Unauthorized:
		return hinted(unknown(codeLogin, fault.Error()), d.kubectl("")+" auth whoami")
	case cluster.Unreachable:
		return hinted(unknown(codeUnreachable, fault.Error()), d.kubectl("")+" cluster-info")
	}
	return hinted(unknown("", fault.Error()), d.kubectl(fault.Namespace)+" "+fault.Verb+" "+hint.ShellWord(fault.Resource))
}

// canI is what kubectl is asked about. Without a namespace it would take that of the
// context.
func canI(f *cluster.Fault) string {
	switch {
	case f.Name != "":
		return hint.ShellWord(f.Resource + "/" + f.Name)
	case f.Namespace == "":
		return hint.ShellWord(f.Resource) + " --all-namespaces"
	}
	return hint.ShellWord(f.Resource)
}
