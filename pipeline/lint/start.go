package lint

import (
	"path"
	"strings"

	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/pipeline"
)

// start looks at the first word of a task's command.
func (l *linter) start(t pipeline.Task) {
	at := t.AtContainer("command")
	switch {
	case len(t.Command) == 0:
		l.add(codeNothing, t.Path, "there is neither command nor args, and KFP never uses the ENTRYPOINT of an image: the task fails with \"command and arguments are empty\"",
			`give the component its command: command=["python", "train.py"]`, t.AtContainer("image")...)
	case strings.HasPrefix(t.Command[0], "-"):
		l.add(codeNothing, t.Path, "there are args alone, and KFP never uses the ENTRYPOINT of an image: it starts "+t.Command[0]+" as a program, which fails",
			`give the component its command: command=["python", "train.py"]`, t.AtContainer("args")...)
	case t.StartsWithRunner():
	case strings.Contains(t.Command[0], "{{$"):
		l.add(codeBare, t.Path, "the command begins with a program that only a run knows, so nothing is known to check the configuration", l.Inject, at...)
	case path.IsAbs(t.Command[0]):
		l.add(codePastShim, t.Path, "the command begins with "+t.Command[0]+", by its path, so neither flts-run nor a shim in the image checks the configuration", l.Inject, at...)
	default:
		l.add(codeBare, t.Path, "the command begins with "+path.Base(t.Command[0])+" and not with flts-run: nothing checks the configuration, unless the image has a shim of that name",
			l.Inject+"; or the shim into the image: flts-run install --shim "+hint.ShellWord(path.Base(t.Command[0]))+" DIR", at...)
	}
}
