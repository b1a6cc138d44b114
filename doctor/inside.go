package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/console"
	"github.com/flts-run/flts-run/internal/hint"
)

// InsideOptions say from where to look. Without any it is a pod that runs and reads the
// configuration, or else a short-lived pod like one that would.
type InsideOptions struct {
	Pod       string // its name; one that does not run is looked from by one like it
	Workload  string // instead: "deployment/trainer", "cronjob/nightly"
	Container string // "" is one that reads the configuration

	// Image is run instead of the component's own, in a short-lived pod. Without a pod
	// or a workload that pod has the ConfigMap and the Secret by envFrom.
	Image          string
	ServiceAccount string // of a short-lived pod, instead of the template's
	Program        string // flts-run in the container: "/flts-run"; "" is found out

	Args []string // of flts-run check, after our own: flags, and then services

	// Mask is applied to every text of every result. The component's own flts-run has
	// masked what it knows of.
	Mask func(string) string
}

// IDs of what this side says.
const (
	insideLook    = "inside.look"
	insideConfig  = "inside.config"
	insideRemoved = "inside.removed"
)

// Limits of one look: flts-run ends by itself before we end it.
const (
	insideTimeout = 45 * time.Second
	execTimeout   = insideTimeout + 15*time.Second
)

// Inside has flts-run look from where the component runs, and returns what it saw under
// IDs that begin with "inside.", beside the result inside.look: whether it could. With
// Verdict.Add it becomes part of an examination from outside; Explain joins their
// causes.
//
// When it makes a pod it takes that away again before it returns, also when the context
// has ended; inside.removed says that it could not.
func (d *Doctor) Inside(ctx context.Context, o InsideOptions) checklist.Verdict {
	if o.Mask == nil {
		o.Mask = func(text string) string { return text }
	}
	var l look
	verdict := checklist.Runner{}.Run(ctx, []checklist.Check{{
		ID: insideLook, Target: "inside", Rung: checklist.Identify, Title: "flts-run looks from where the component runs",
		Run: func(ctx context.Context) checklist.Finding { return d.look(ctx, o, &l) },
	}})
	verdict.Results[0].Vantage = l.vantage
	verdict.Add(l.seen)
	for i := range verdict.Results {
		verdict.Results[i] = cleaned(verdict.Results[i], o.Mask)
	}
	for i := range verdict.Known {
		verdict.Known[i] = cleaned(verdict.Known[i], o.Mask)
	}
	return verdict
}

// look is what one look has seen.
type look struct {
	vantage string
	seen    checklist.Verdict
}

func (d *Doctor) look(ctx context.Context, o InsideOptions, l *look) checklist.Finding {
	from, nowhere := d.place(ctx, o)
	if nowhere != nil {
		return *nowhere
	}
	l.vantage = from.vantage()
	d.learnVariables(from)
	out, left, err := d.run(ctx, from, o)
	if left.err != nil {
		l.seen.Results = append(l.seen.Results, d.stays(left, l.vantage))
	}
	if err != nil {
		return d.notRun(from, o, err)
	}
	r, err := parseReport(out.Stdout)
	if err != nil {
		return d.noReport(from, out, err)
	}
	seen := r.verdict(l.vantage)
	seen.Add(l.seen)
	l.seen = seen
	return pass(fmt.Sprintf("flts-run %s looked from %s, container %s", r.Version, from.vantage(), from.container.Name))
}

// learnVariables tells of the secrets that stand in the template itself.
func (d *Doctor) learnVariables(from place) {
	for _, e := range from.container.Env {
		if k := d.Contract.Key(e.Name); k != nil && k.Sensitive {
			d.Learn(e.Name, e.Value)
		}
	}
}

// leftover is a pod that could not be taken away again, if there is an error.
type leftover struct {
	pod string
	err error
}

// run runs flts-run there.
func (d *Doctor) run(ctx context.Context, from place, o InsideOptions) (cluster.Output, leftover, error) {
	program := cmp.Or(o.Program, programOf(&from.template.Spec, from.container))
	command := slices.Concat(
		[]string{program, "check", "--output=json", "--report=", "--timeout=" + insideTimeout.String()},
		flagsOf(from.container, from.pod == ""), o.Args)
	if from.pod != "" {
		ctx, cancel := context.WithTimeoutCause(ctx, execTimeout, fmt.Errorf("it did not end within %s", execTimeout))
		defer cancel()
		out, err := d.view.API.Exec(ctx, d.Namespace, from.pod, from.container.Name, command...)
		return out, leftover{}, err
	}
	pod := cluster.Temporary(d.Namespace, from.template, from.container.Name, command, installs)
	main := &pod.Spec.Containers[0]
	main.Image = cmp.Or(o.Image, main.Image)
	pod.Spec.ServiceAccountName = cmp.Or(o.ServiceAccount, pod.Spec.ServiceAccountName)
	out, left, err := d.view.RunPod(ctx, pod)
	return out, leftover{pod.Name, left}, err
}

// stays is the result about a pod that was made and is still there.
func (d *Doctor) stays(left leftover, vantage string) checklist.Result {
	f := hinted(warn(codeLeft, fmt.Sprintf("pod %s is still there: %s", left.pod, left.err)), d.kubectl(d.Namespace)+" delete pod "+hint.ShellWord(left.pod))
	r := result(insideRemoved, "inside", "the short-lived pod is taken away again", f)
	r.Vantage = vantage
	return r
}

// notRun is why flts-run was not run, or not to its end.
func (d *Doctor) notRun(from place, o InsideOptions, err error) checklist.Finding {
	if stuck, ok := errors.AsType[*cluster.NotStarted](err); ok {
		return d.notStarted(from, o, stuck)
	}
	for _, why := range []error{cluster.ErrNode, cluster.ErrNotRunning} {
		if errors.Is(err, why) {
			f := unknown(codeNowhere, fmt.Sprintf("no program can be run in %s: %s", from.name, why))
			return hinted(f, d.kubectl(d.Namespace)+" describe pod "+hint.ShellWord(from.pod))
		}
	}
	if _, ok := errors.AsType[*cluster.Fault](err); ok {
		return d.couldNotLook(err)
	}
	return unknown(codeNoReport, fmt.Sprintf("flts-run in %s gave no report: %s", from.vantage(), err))
}

// componentWouldNot are reasons for which a pod of the component itself would not start.
var componentWouldNot = []string{"CreateContainerConfigError", "FailedMount"}

// ofImage are reasons that are about the image, which may be one that was asked for.
var ofImage = []string{"ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}

func (d *Doctor) notStarted(from place, o InsideOptions, stuck *cluster.NotStarted) checklist.Finding {
	say := unknown
	if slices.Contains(componentWouldNot, stuck.Reason) || o.Image == "" && slices.Contains(ofImage, stuck.Reason) {
		say = fail
	}
	look := d.kubectl(d.Namespace) + " get events --field-selector type=Warning"
	if stuck.Reason == "Forbidden" {
		look = d.kubectl(d.Namespace) + " get resourcequota,limitrange"
	}
	return hinted(say(codeNotStarted, from.vantage()+" does not start: "+stuck.Error()), look)
}

// noReport is that something ran, and was not flts-run, or not one that we know.
func (d *Doctor) noReport(from place, out cluster.Output, err error) checklist.Finding {
	if out.Status == 126 || out.Status == 127 {
		return hinted(unknown(codeNoProgram, fmt.Sprintf("there is no flts-run to start in the image of %s, container %s", from.name, from.container.Name)), d.borrowed(from))
	}
	f := unknown(codeNoReport, fmt.Sprintf("flts-run in %s ended with %d, and %s", from.vantage(), out.Status, err))
	if said := lastWord(slices.Concat(out.Stderr, out.Stdout)); said != "" {
		f.Evidence = []string{"it said: " + console.Printable(said)}
	}
	return hinted(f, d.kubectl(d.Namespace)+" exec "+hint.ShellWord(cmp.Or(from.pod, "POD"))+" -- flts-run version")
}

// borrowed looks with an image that has flts-run, in everything else like the component.
func (d *Doctor) borrowed(from place) string {
	kind, name, _ := strings.Cut(from.name, " ")
	text := "fltsctl doctor"
	if d.Context != "" {
		text += " --context " + hint.ShellWord(d.Context)
	}
	text += " -n " + hint.ShellWord(d.Namespace) + " --from-inside --image flts-run:1.0 --program /flts-run"
	switch kind {
	case "pod":
		text += " --pod " + hint.ShellWord(name)
	case "image":
	default:
		text += " --workload " + hint.ShellWord(kind+"/"+name)
	}
	return text
}
