// Package lint says what is wrong with a compiled KFP pipeline before it is submitted:
// what Kubernetes or KFP would refuse, what would be started past flts-run, and what a
// run would show of its secrets. It asks no server, so it knows nothing of what is in
// the cluster; fltsctl doctor --pipeline does.
package lint

import (
	"cmp"
	"maps"
	"slices"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/pipeline/constants"
	"github.com/flts-run/flts-run/resolve"
)

// Severity ranks a finding.
type Severity string

// Severities, the worst first.
const (
	Error   Severity = "error"   // a run would fail, or show a secret
	Warning Severity = "warning" // it may run, and not as was meant
	Info    Severity = "info"    // nothing is wrong, and it is good to know
)

// Severities are all of them, the worst first.
func Severities() []Severity { return []Severity{Error, Warning, Info} }

// Finding is one thing to say about a pipeline. It holds no value that might be secret.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Message  string   `json:"message"` // without the tasks: "the command begins with sh …"
	Hint     string   `json:"hint"`    // what to type next
	Places   []Place  `json:"places"`  // all of which this is true, in the order of the tasks
}

// Place is where a finding is.
type Place struct {
	Task string `json:"task,omitempty"` // its path, "for-loop-2/say"; "" is the pipeline as a whole
	Line int    `json:"line,omitempty"` // of the file, from 1; 0 where it is not known
}

// Options say against what a pipeline is held.
type Options struct {
	Contract *resolve.Contract
	Server   pipeline.Release // the KFP that it is for; the zero Release is any
	// Inject is the command that mends what injection mends: "fltsctl inject p.yaml".
	Inject string
}

// Check looks at everything. Findings are the worst first, then in the order of their
// codes.
func Check(p *pipeline.Package, o Options) []Finding {
	l := linter{Options: o, p: p, tasks: p.Tasks(), index: map[said]int{}}
	l.constants = constants.Of(p, l.tasks, o.Contract)
	for _, t := range l.tasks {
		l.start(t)
		l.environment(t)
		l.objects(t)
		l.volumes(t)
		l.image(t)
		l.cache(t)
		l.retries(t)
	}
	l.secrets()
	l.asked()
	l.endpoints()
	l.parameterNames()
	l.defaults()
	l.inputs()
	l.platform()
	l.newer()
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Or(slices.Index(Severities(), a.Severity)-slices.Index(Severities(), b.Severity), cmp.Compare(a.Code, b.Code))
	})
	return l.found
}

// linter collects what is found.
type linter struct {
	Options
	p         *pipeline.Package
	tasks     []pipeline.Task
	constants []constants.Constant
	found     []Finding
	index     map[said]int // where found has what was said before
}

// said is what tells two findings apart: what is true of several tasks is one.
type said struct {
	severity            Severity
	code, message, hint string
}

// add adds a finding about a task, or about the pipeline where that is "".
func (l *linter) add(code, task, message, hint string, at ...string) {
	l.rank(severityOf(code), code, task, message, hint, at...)
}

func (l *linter) rank(severity Severity, code, task, message, hint string, at ...string) {
	s := said{severity, code, message, hint}
	i, before := l.index[s]
	if !before {
		i = len(l.found)
		l.index[s] = i
		l.found = append(l.found, Finding{Severity: severity, Code: code, Message: message, Hint: hint})
	}
	place := Place{task, l.p.Line(at...)}
	if !slices.Contains(l.found[i].Places, place) {
		l.found[i].Places = append(l.found[i].Places, place)
	}
}

// Count is how many findings there are of each severity.
func Count(found []Finding) map[Severity]int {
	n := map[Severity]int{Error: 0, Warning: 0, Info: 0}
	for _, f := range found {
		n[f.Severity]++
	}
	return n
}

// sortedKeys are the names of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
