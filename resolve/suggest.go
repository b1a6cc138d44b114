package resolve

import "github.com/xrash/smetrics"

// Nearest returns the candidate that is most like the name, or "" when none is
// within two typing errors. Case and '-' against '_' do not count as errors.
func Nearest(name string, candidates []string) string {
	best, bestCost := "", 3
	for _, c := range candidates {
		if d := len(c) - len(name); d > 2 || d < -2 {
			continue
		}
		if cost := smetrics.WagnerFischer(paramName(name), paramName(c), 1, 1, 1); cost < bestCost {
			best, bestCost = c, cost
		}
	}
	// Two errors in a word of four letters are another word.
	if bestCost*3 > len(name) {
		return ""
	}
	return best
}

func didYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return ", did you mean " + near + "?"
	}
	return ""
}
