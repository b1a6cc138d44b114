package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
	"github.com/flts-run/flts-run/internal/hint"
	"github.com/flts-run/flts-run/resolve"
)

// Codes of one pod.
const (
	codePodNoStart   = "FLTS-K46" // flts-run did not start the task
	codePodFailed    = "FLTS-K47" // the task failed, or was ended
	codePodUnwrapped = "FLTS-K48" // it does not start under flts-run
	codePodReference = "FLTS-K49" // what it names is not there
)

// describe is the command that shows the pod.
func (p *OnePod) describe() string {
	return p.kubectl() + " describe pod " + p.Name
}

func (p *OnePod) kubectl() string { return p.doctor.kubectl(p.Namespace) }

// checkPhase looks whether the pod gets to run.
func (p *OnePod) checkPhase(ctx context.Context) checklist.Finding {
	newest, eventsErr := p.newestEvent(ctx)
	if s, is := stuckOn(p.Pod, newest, p.doctor.Now()); is {
		return hinted(fail(codeStuck, s.text()), p.describe())
	}
	state := string(p.Status.Phase)
	switch {
	case p.Status.Phase != corev1.PodPending:
	case eventsErr != nil:
		return p.doctor.couldNotLook(eventsErr)
	default:
		f := hinted(unknown("", "it has not started yet, "+p.since(p.CreationTimestamp.Time)+" after it was made"), p.describe())
		f.Transient = true
		return f
	}
	if p.DeletionTimestamp != nil {
		state += ", being deleted"
	}
	if p.Status.Phase == corev1.PodRunning {
		ready := 0
		for _, s := range p.Status.ContainerStatuses {
			if s.Ready {
				ready++
			}
		}
		state += fmt.Sprintf(", %d of %d containers ready", ready, len(p.Spec.Containers))
	}
	return pass(state)
}

// newestEvent is the last about the pod that keeps it from starting, or nil.
func (p *OnePod) newestEvent(ctx context.Context) (*corev1.Event, error) {
	all, err := p.doctor.view.Events(ctx, p.Namespace)
	return newestHolds(all)[p.UID], err
}

func (p *OnePod) since(t time.Time) string { return p.doctor.Now().Sub(t).Round(time.Second).String() }

// checkConfiguration says what flts-run would say in the container.
func (p *OnePod) checkConfiguration(context.Context) checklist.Finding {
	var errs, warnings []resolve.Finding
	for _, err := range p.problems {
		errs = append(errs, asFinding(err))
	}
	for _, f := range p.Findings {
		if f.Severity == resolve.Error {
			errs = append(errs, f)
		} else {
			warnings = append(warnings, f)
		}
	}
	all := slices.Concat(errs, warnings)
	unsure, unseen := p.unsure()
	var f checklist.Finding
	switch {
	case len(errs) > 0:
		f = fail(all[0].Code, all[0].Message)
		if end, _ := p.lastEnd(); end != nil && strings.Contains(end.Message, "["+f.Code+"]") {
			f.Explains = []string{"pod/" + codePodNoStart, "pod/" + codeStuck}
		}
	case unsure > 0:
		f = p.doctor.couldNotLook(unseen)
		f.Detail = fmt.Sprintf("%d keys are not known: %s", unsure, f.Detail)
		f.Evidence = findingTexts(all)
		return f
	case len(warnings) > 0:
		f = warn(all[0].Code, all[0].Message)
	default:
		return pass(fmt.Sprintf("%d of %d keys have a value", p.set(), len(p.Keys)))
	}
	f.Evidence = findingTexts(all[1:])
	return hinted(f, all[0].Hint)
}

// asFinding is what flts-run would refuse to read.
func asFinding(err error) resolve.Finding {
	f := resolve.Finding{Severity: resolve.Error, Message: oneLine(err.Error())}
	if coded, ok := errors.AsType[interface {
		error
		Code() string
	}](err); ok {
		f.Code = coded.Code()
	}
	return f
}

func findingTexts(all []resolve.Finding) []string {
	var texts []string
	for _, f := range all {
		if f.Code != "" {
			f.Message += " [" + f.Code + "]"
		}
		texts = append(texts, f.Message)
	}
	return firstTen(texts)
}

// unsure counts the keys whose value is not known, and says why: what may not be seen
// before what nobody can.
func (p *OnePod) unsure() (n int, why error) {
	for _, k := range p.Keys {
		if k.unseen == nil {
			continue
		}
		n++
		if why == nil || cluster.Is(k.unseen, cluster.Denied) {
			why = k.unseen
		}
	}
	return n, why
}

func (p *OnePod) set() int {
	n := 0
	for _, k := range p.Keys {
		if k.Set {
			n++
		}
	}
	return n
}

// checkWrapper looks whether flts-run starts the task.
func (p *OnePod) checkWrapper(context.Context) checklist.Finding {
	c := p.command
	switch {
	case c.wrapped:
		return pass("flts-run starts the task")
	case len(c.words) == 0 || len(c.task) > 0 && c.task[0] == "":
		return hinted(unknown("", "the image has the command, and the spec does not say it"), p.kubectl()+" exec "+p.Name+" -c "+p.Container+" -- cat /proc/1/cmdline | tr '\\0' ' '")
	}
	name := "the command of container " + p.Container
	if len(c.task) > 0 {
		name = hint.ShellWord(oneLine(c.task[0]))
	}
	return hinted(fail(codePodUnwrapped, name+" is started without flts-run, unless that is a shim of the image"),
		"make flts-run the first word: command: [flts-run, exec, --, …]")
}
