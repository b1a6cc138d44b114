package checklist

import "slices"

// Roots returns the root causes: the failed checks, advisory ones included, of
// which nothing that they need failed. In the place of one that another finding
// explains, be that a mere warning, stands that other finding: once for all that it
// explains, and advisory when they all are.
func (v Verdict) Roots() []Result {
	ix := v.index()
	found := slices.Clone(v.Known)
	var failed []int // of found
	for _, r := range v.Results {
		if r.Failed && !ix.any(r, func(a Result) bool { return a.Failed }) {
			failed = append(failed, len(found))
			found = append(found, r)
		} else if r.State == Warn && !r.Failed {
			found = append(found, r)
		}
	}
	var roots []Result
	at := map[int]int{} // of found, in roots
	for _, i := range failed {
		cause := rootOf(found, i)
		k, have := at[cause]
		if !have {
			k = len(roots)
			at[cause] = k
			roots = append(roots, found[cause])
			roots[k].Advisory = true
		}
		roots[k].Advisory = roots[k].Advisory && found[i].Advisory
	}
	return roots
}

// rootOf follows a finding to the one that explains it. Of two that explain each
// other the earlier one counts.
func rootOf(found []Result, i int) int {
	for range found { // no more often: a circle of explanations explains nothing
		cause := slices.IndexFunc(found, func(f Result) bool { return f.explains(found[i]) })
		if cause < 0 || cause >= i && found[i].explains(found[cause]) {
			return i
		}
		i = cause
	}
	return i
}
