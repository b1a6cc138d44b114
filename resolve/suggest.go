package resolve

import "github.com/flts-run/flts-run/internal/near"

func didYouMean(name string, candidates []string) string {
	if n := near.Name(name, candidates); n != "" {
		return ", did you mean " + n + "?"
	}
	return ""
}
