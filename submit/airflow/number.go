package airflow

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// usable reports whether all numbers in a value are finite doubles. Python reads
// larger ones as infinity, and to hold one against a schema takes all memory.
func usable(v any) bool {
	switch v := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		return err == nil && !math.IsInf(f, 0)
	case []any:
		for _, inner := range v {
			if !usable(inner) {
				return false
			}
		}
	case map[string]any:
		for _, inner := range v {
			if !usable(inner) {
				return false
			}
		}
	}
	return true
}

func isWhole(n json.Number) bool {
	if isDigits(n.String()) {
		return true
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	return err == nil && f == math.Trunc(f)
}

// isDigits reports an integer as JSON writes it, without point and exponent.
func isDigits(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// sameNumber compares two numbers as Python does, which keeps whole ones exactly
// and all others as doubles.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	if isDigits(a.String()) && isDigits(b.String()) {
		return false // both are exact, JSON has one way to write them, but for -0
	}
	x, errX := strconv.ParseFloat(a.String(), 64)
	y, errY := strconv.ParseFloat(b.String(), 64)
	return errX == nil && errY == nil && x == y
}
