package kfp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/pipeline"
	"github.com/flts-run/flts-run/submit"
)

// otherOrder is the conflict of an order with a run that has its key and is of
// another order.
func otherOrder(rec record, r newRun, w where) error {
	return &submit.Error{
		Kind: submit.Conflict, Message: fmt.Sprintf("the idempotency key belongs to run %s (%s), which differs in %s", rec.Name, rec.ID, strings.Join(differences(rec, r, w.source), ", ")),
		Advice: "take another key for another run",
	}
}

// differences names what a stored run and an order do not have in common.
func differences(rec record, r newRun, s source) []string {
	var differ []string
	add := func(what string, is bool) {
		if is {
			differ = append(differ, what)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(union(rec.Parameters, r.Parameters))) {
		stored, inStored := rec.Parameters[name]
		ordered, inOrder := r.Parameters[name]
		add("parameter "+name, inStored != inOrder || pipeline.Digest(stored) != pipeline.Digest(ordered))
	}
	add("the experiment", r.Experiment != "" && rec.ExperimentID != r.Experiment)
	add("the pipeline root", rec.PipelineRoot != r.PipelineRoot)
	add("the service account", r.ServiceAccount != "" && rec.ServiceAccount != r.ServiceAccount)
	add("the pipeline version", rec.VersionID != r.VersionID)
	add("the pipeline itself, its cache or its platform document", rec.Spec != nil && s.sent != nil && !isSpec(rec.Spec, s.sent))
	if len(differ) == 0 {
		return []string{"what one of the two leaves to the server: the experiment or the service account"}
	}
	return differ
}

// isSpec reports whether what a server shows is what it was sent.
func isSpec(shown any, sent *pipeline.Package) bool {
	there, err := packageFrom("the run's pipeline", shown)
	return err == nil && there.Digest() == sent.Digest()
}

func union(a, b map[string]any) map[string]bool {
	names := map[string]bool{}
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	return names
}
