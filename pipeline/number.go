package pipeline

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// maxInteger is the largest whole number that a double holds with all below it;
// KFP keeps every number as a double.
const maxInteger = 1<<53 - 1

// readInteger reads a whole number in decimal notation, exactly: 1000, 1000.0 and
// 1e3 are one. what is "" or why it is none: "is not whole".
func readInteger(text string) (n json.Number, what string) {
	sign, digits, exponent, ok := decimal(text)
	if !ok {
		return "", "is no number"
	}
	whole := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(whole)
	switch {
	case whole == "":
		return "0", ""
	case exponent < 0:
		return "", "is not whole"
	case len(whole)+exponent > len("9007199254740991"):
		return "", outOfRange
	}
	i, err := strconv.ParseInt(whole+strings.Repeat("0", exponent), 10, 64)
	if err != nil || i > maxInteger {
		return "", outOfRange
	}
	if sign == "-" {
		i = -i
	}
	return json.Number(strconv.FormatInt(i, 10)), ""
}

const outOfRange = "is beyond ±9007199254740991, where KFP, which keeps a double, loses digits"

// readDouble reads a finite number in decimal notation. What JSON can write as it
// stands keeps its digits.
func readDouble(text string) (n json.Number, what string) {
	text = strings.TrimSpace(text)
	if _, _, _, ok := decimal(text); !ok {
		return "", "is no number"
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return "", "is too large for a double"
	}
	if json.Valid([]byte(text)) {
		return json.Number(text), ""
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), ""
}

// decimal takes a number apart: sign, digits without leading zeros, and the power
// of ten that they are multiplied by.
func decimal(text string) (sign, digits string, exponent int, ok bool) {
	text = strings.TrimSpace(text)
	if rest := strings.TrimLeft(text, "+-"); len(text)-len(rest) <= 1 {
		sign, text = text[:len(text)-len(rest)], rest
	}
	mantissa, power, hasPower := strings.Cut(strings.ReplaceAll(text, "E", "e"), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = whole + fraction
	if digits == "" || !allDigits(digits) {
		return "", "", 0, false
	}
	if hasPower {
		if power == "" || !allDigits(strings.TrimLeft(power[:1], "+-")+power[1:]) {
			return "", "", 0, false
		}
		// Beyond what an int holds, any power is as good as this one.
		exponent, _ = strconv.Atoi(power)
		exponent = min(max(exponent, -math.MaxInt32), math.MaxInt32)
	}
	return sign, strings.TrimLeft(digits, "0"), exponent - len(fraction), true
}

func allDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
