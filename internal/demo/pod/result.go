package pod

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ResultKey is where the component puts its result, below the bucket for
// processed data.
const ResultKey = "elborn/hourly.csv"

// Result is what the component must make of a dataset, computed a second time
// and in another language.
type Result struct {
	CSV     string
	Metrics map[string]float64
}

// average collects the rows of one hour of the day. Its columns are up, down
// and users.
type average struct {
	sum [3]float64
	n   int
}

func (a average) mean(column int) float64 { return a.sum[column] / float64(a.n) }

const down = 1

// Expected computes the result for a dataset.
func Expected(dataset []byte) (Result, error) {
	rows, err := csv.NewReader(bytes.NewReader(dataset)).ReadAll()
	if err != nil {
		return Result{}, fmt.Errorf("dataset: %w", err)
	}
	var hours [24]average
	used := 0
	for _, row := range rows[1:] {
		if slices.Contains(row, "") {
			continue
		}
		used++
		if err := add(&hours, row); err != nil {
			return Result{}, fmt.Errorf("dataset: %w", err)
		}
	}
	text, peak := table(hours)
	return Result{CSV: text, Metrics: map[string]float64{
		"rows": float64(used), "gaps": float64(len(rows) - 1 - used), "peak_down": peak,
	}}, nil
}

func add(hours *[24]average, row []string) error {
	hour, err := strconv.Atoi(row[0][11:13])
	if err != nil {
		return err
	}
	for column, text := range row[1:] {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return err
		}
		hours[hour].sum[column] += value
	}
	hours[hour].n++
	return nil
}

// table writes the hours that have rows, and finds the busiest as written.
func table(hours [24]average) (text string, peak float64) {
	var means []float64
	for _, h := range hours {
		if h.n > 0 {
			means = append(means, h.mean(down))
		}
	}
	low, high := slices.Min(means), slices.Max(means)
	var b strings.Builder
	b.WriteString("hour,up,down,rnti_count,down_scaled\n")
	for hour, h := range hours {
		if h.n == 0 {
			continue
		}
		scaled := 0.0
		if high > low {
			scaled = (h.mean(down) - low) / (high - low)
		}
		fmt.Fprintf(&b, "%02d,%.3f,%.3f,%.3f,%.4f\n", hour, h.mean(0), h.mean(down), h.mean(2), scaled)
	}
	peak, _ = strconv.ParseFloat(fmt.Sprintf("%.3f", high), 64)
	return b.String(), peak
}
