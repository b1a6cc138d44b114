package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// quantile returns the figure that the share q of them does not pass.
func quantile(figures []time.Duration, q float64) time.Duration {
	if len(figures) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// ratio is NaN when there is nothing to compare with.
func ratio(a, b *contender) float64 { return float64(a.median()) / float64(b.median()) }

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }
