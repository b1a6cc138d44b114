package kfp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flts-run/flts-run/submit"
)

// maxText is how many characters the server's database keeps of a name and of a
// description. Some databases refuse a longer one and some cut it.
const maxText = 255

// Submit starts a run, or finds the one that an order with the same Key started.
func (b *Backend) Submit(ctx context.Context, o submit.Order) (submit.Receipt, error) {
	o.Namespace = b.namespace(o.Namespace)
	run, where, err := b.assemble(ctx, o)
	if err != nil {
		return submit.Receipt{}, err
	}
	var rec record
	existing := false
	if o.Key == "" {
		rec, err = b.client.createRun(ctx, run)
	} else {
		rec, existing, err = b.submitOnce(ctx, run, where)
	}
	if err != nil {
		return submit.Receipt{}, unsettled(err, o)
	}
	return submit.Receipt{Run: b.described(rec, where), Existing: existing}, nil
}

// unsettled adds what settles the question whether there is a run now, or would
// have spared it.
func unsettled(err error, o submit.Order) error {
	var e *submit.Error
	if !errors.As(err, &e) || e.Kind != submit.Unsettled {
		return err
	}
	told := *e
	told.Advice = "look before you send it again: fltsctl runs list; with --idempotency-key KEY the same command finds the first run instead of starting a second"
	if o.Key != "" {
		told.Advice = "send it again with the same key: that finds the run if there is one"
	}
	return &told
}

// where is what a run belongs to, as far as its submission had to find out.
type where struct {
	experiment experiment
	source     source
	namespace  string // that was asked for, which a server for one user ignores
	mark       mark   // of an order with a key
}

// described is a run that was just started, with the names that are known anyway.
func (b *Backend) described(rec record, w where) submit.Run {
	run := b.outlined(rec)
	run.Pipeline, run.Version = w.source.name, w.source.version.Name
	run.Experiment, run.Namespace = w.experiment.Name, w.experiment.Namespace
	return run
}

// assemble makes a run of an order: it finds or creates what the run belongs to.
func (b *Backend) assemble(ctx context.Context, o submit.Order) (newRun, where, error) {
	if err := checkOrder(o); err != nil {
		return newRun{}, where{}, err
	}
	s, err := b.sourceOf(ctx, o)
	if err != nil {
		return newRun{}, where{}, err
	}
	e, err := b.experimentNamed(ctx, o.Experiment, o.Namespace)
	if err != nil {
		return newRun{}, where{}, err
	}
	run := newRun{
		Name:           cmp.Or(o.Name, b.nameFor(s)),
		Experiment:     e.ID,
		PipelineID:     s.version.PipelineID,
		VersionID:      s.version.ID,
		Parameters:     o.Values,
		PipelineRoot:   o.PipelineRoot,
		ServiceAccount: o.ServiceAccount,
	}
	if s.sent != nil {
		if run.Spec, err = body(s.sent); err != nil {
			return newRun{}, where{}, err
		}
	}
	run.Description = describe(o.Description, o.Labels)
	w := where{experiment: e, source: s, namespace: o.Namespace}
	if o.Key != "" {
		w.mark = markOf(o, s)
		run.Description = line(run.Description, w.mark.String())
	}
	return run, w, nil
}

// nameFor is the name of a run that was given none.
func (b *Backend) nameFor(s source) string {
	return cut(s.name, b.o.Now().UTC().Format(" 2006-01-02 15-04-05"))
}

// describe is a description with the labels below it, a line each: a run of KFP
// has no labels, but lists can be searched for its description.
func describe(description string, labels map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		description = line(description, name+"="+labels[name])
	}
	return description
}

// line puts a line below a text.
func line(text, more string) string {
	if text == "" {
		return more
	}
	return text + "\n" + more
}

// checkOrder refuses what can be refused before anything is sent.
func checkOrder(o submit.Order) error {
	if err := checkLabels(o.Labels); err != nil {
		return err
	}
	return checkTexts(o)
}

func checkLabels(labels map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		switch {
		case name == "" || strings.ContainsAny(name, "=\n\r") || strings.ContainsAny(labels[name], "\n\r"):
			return &submit.Error{Kind: submit.Invalid, Message: fmt.Sprintf("label %q: a label of a KFP run is one line name=value of its description", name)}
		case strings.HasPrefix(name, markName):
			return &submit.Error{Kind: submit.Invalid, Message: fmt.Sprintf("label %q is how fltsctl knows a run again", name), Advice: "take another name"}
		}
	}
	return nil
}

// checkTexts refuses what the server would cut, or answer 500 to.
func checkTexts(o submit.Order) error {
	description := describe(o.Description, o.Labels)
	if strings.Contains(description, markName+"=") {
		return &submit.Error{
			Kind: submit.Invalid, Message: fmt.Sprintf("the run's description has %q in it, by which fltsctl knows a run again", markName+"="),
			Advice: "leave the line out",
		}
	}
	if o.Key != "" {
		description = line(description, strings.Repeat("x", markLength))
	}
	for _, text := range []struct{ what, value string }{
		{"the run's name", o.Name},
		{"the run's description, with labels and idempotency key,", description},
		{"the experiment's name", o.Experiment},
	} {
		if err := checkText(text.what, text.value); err != nil {
			return err
		}
	}
	return nil
}

func checkText(what, text string) error {
	if !utf8.ValidString(text) {
		return &submit.Error{Kind: submit.Invalid, Message: what + " is not UTF-8", Advice: "write it in UTF-8"}
	}
	if n := utf8.RuneCountInString(text); n > maxText {
		return &submit.Error{Kind: submit.Invalid, Message: fmt.Sprintf("%s has %d characters, and KFP keeps %d", what, n, maxText), Advice: "make it shorter"}
	}
	return nil
}

// cut is the beginning of a text, so that with the end it is no longer than KFP
// keeps.
func cut(text, end string) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), maxText-utf8.RuneCountInString(end))]) + end
}
