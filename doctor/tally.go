package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// tally is what is said of workloads, each text once however many it is true of. The
// zero value is empty.
type tally struct {
	texts []string // in the order of their first
	of    map[string][]string
	who   map[string]bool
}

func (t *tally) empty() bool { return len(t.texts) == 0 }

// add says a text of somebody, "Deployment train".
func (t *tally) add(who, text string) {
	if t.of == nil {
		t.of, t.who = map[string][]string{}, map[string]bool{}
	}
	t.who[who] = true
	of := t.of[text]
	if of == nil {
		t.texts = append(t.texts, text)
	}
	if !slices.Contains(of[max(0, len(of)-1):], who) { // one workload after the other is looked at
		t.of[text] = append(of, who)
	}
}

// lines are the texts with those whom they are true of.
func (t *tally) lines() []string {
	var lines []string
	for _, text := range t.texts {
		lines = append(lines, someOf(t.of[text], 1)+": "+text)
	}
	return lines
}

// finding says the first of it in one line, and all of it below where that is more.
func (t *tally) finding(state checklist.State, code string) checklist.Finding {
	lines := t.lines()
	f := checklist.Finding{State: state, Code: code, Detail: lines[0]}
	if more := len(lines) - 1; more > 0 {
		f.Detail += fmt.Sprintf("; %d more below", more)
		f.Evidence = firstTen(lines)
	}
	return f
}

// kindCount is how many there are of each kind, in the order of the first.
type kindCount []struct {
	kind string
	n    int
}

func (c *kindCount) add(kind string) {
	for i := range *c {
		if (*c)[i].kind == kind {
			(*c)[i].n++
			return
		}
	}
	*c = append(*c, struct {
		kind string
		n    int
	}{kind, 1})
}

// String is "3 Deployments, 1 CronJob, 12 pods".
func (c kindCount) String() string {
	var parts []string
	for _, k := range c {
		noun := k.kind
		if noun == "Pod" {
			noun = "pod"
		}
		parts = append(parts, counted(k.n, noun))
	}
	return strings.Join(parts, ", ")
}
