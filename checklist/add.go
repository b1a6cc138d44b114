package checklist

// Add appends what another run found afterwards, be that from another place: its
// results begin when those that are there had ended. No two results may have the same
// ID; root causes are then looked for among all of them.
func (v *Verdict) Add(later Verdict) {
	for _, r := range later.Results {
		r.Started += v.Took
		v.Results = append(v.Results, r)
	}
	v.Known = append(v.Known, later.Known...)
	v.Took += later.Took
}
