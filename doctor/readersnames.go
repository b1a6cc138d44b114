package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/flts-run/flts-run/checklist"
	"github.com/flts-run/flts-run/cluster"
)

const codeTwoSources = "FLTS-K35" // a variable that two sources of a container give

// readersNames is about variables that are given twice, so that one of them is lost
// before anything runs: the container cannot tell.
func (d *Doctor) readersNames(ctx context.Context) checklist.Finding {
	p := d.present(ctx)
	var unseen []error
	keys := func(r cluster.Reference) []string {
		have, _, err := p.keys(ctx, r)
		if err != nil {
			unseen = append(unseen, err)
		}
		return have
	}
	f := d.overReaders(ctx, func(w *cluster.Workload, t *tally) {
		for i := range w.Specs {
			for c := range cluster.Containers(&w.Specs[i]) {
				var twice []cluster.Variable
				for _, v := range cluster.Twice(c, keys, d.ours) {
					if v.Ours || d.Contract.KeyFor(v.Name) != nil {
						twice = append(twice, v)
					}
				}
				for _, text := range twiceTexts(twice) {
					t.add(w.Object(), "container "+c.Name+" gets "+text)
				}
			}
		}
	}, func(t *tally) checklist.Finding {
		if t.empty() {
			return pass("no variable has two sources")
		}
		return hinted(t.finding(checklist.Warn, codeTwoSources), "give one of them a prefix, as FLTS_FROM_CONFIGMAP_ and FLTS_FROM_SECRET_: "+d.kubectl(d.Namespace)+" explain pod.spec.containers.envFrom.prefix")
	})
	return d.asFarAsSeen(f, distinctErrors(unseen))
}

// twiceTexts says for each way in which sources meet which variables that is true of.
func twiceTexts(all []cluster.Variable) []string {
	var order []string
	names := map[string][]string{}
	for _, v := range all {
		winner := len(v.Sources) - 1
		from := fmt.Sprintf("from %s and from %s, which wins", strings.Join(v.Sources[:winner], ", "), v.Sources[winner])
		if names[from] == nil {
			order = append(order, from)
		}
		names[from] = append(names[from], v.Name)
	}
	var texts []string
	for _, from := range order {
		texts = append(texts, someOf(names[from], 1)+" "+from)
	}
	return texts
}
