package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/flts-run/flts-run/checklist"
)

// merged is one finding for all that a check found: the worst speaks for them, and the
// others are its evidence. Nothing found is a pass with that detail.
func merged(found []checklist.Finding, passed string) checklist.Finding {
	if len(found) == 0 {
		return pass(passed)
	}
	slices.SortStableFunc(found, func(a, b checklist.Finding) int { return cmp.Compare(weight(a), weight(b)) })
	f := found[0]
	if len(found) == 1 {
		return f
	}
	f.Detail = fmt.Sprintf("%d findings, of which the first: %s", len(found), f.Detail)
	f.Evidence, f.Fix, f.Explains = nil, nil, nil
	for _, one := range found {
		line := append([]string{one.Code + " " + one.Detail}, one.Evidence...)
		if one.Fix == nil && one.Hint != "" {
			line = append(line, one.Hint)
		}
		f.Evidence = append(f.Evidence, strings.Join(line, "; "))
		f.Fix = append(f.Fix, one.Fix...)
		f.Explains = append(f.Explains, one.Explains...)
	}
	f.Evidence = firstTen(f.Evidence)
	return f
}

func weight(f checklist.Finding) int {
	return slices.Index([]checklist.State{checklist.Fail, checklist.Warn, checklist.Unknown}, f.State)
}
