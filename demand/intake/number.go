package intake

import (
	"bytes"
	"strconv"
)

// tens are the powers of ten that a float64 holds exactly.
var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// parseNumber reads a decimal number; its point may be a comma. Up to 15 digits without an exponent are
// a whole number below 2⁵³ over an exact power of ten, so that one division rounds right; others are
// left to strconv.
func parseNumber(b []byte) (float64, bool) {
	i, negative := 0, false
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		negative = b[i] == '-'
		i++
	}
	n, digits, point := uint64(0), 0, -1
	for ; i < len(b); i++ {
		c := b[i]
		if d := c - '0'; d <= 9 {
			n = n*10 + uint64(d)
			digits++
			if digits > 15 {
				return slowNumber(b)
			}
		} else if (c == '.' || c == ',') && point < 0 {
			point = digits
		} else {
			return slowNumber(b)
		}
	}
	if digits == 0 {
		return 0, false
	}
	x := float64(n)
	if point >= 0 {
		x /= tens[digits-point]
	}
	if negative {
		x = -x
	}
	return x, true
}

// slowNumber reads what parseNumber does not. Words such as Inf and numbers in hexadecimal are refused.
func slowNumber(b []byte) (float64, bool) {
	if len(b) > 64 || len(bytes.Trim(b, "0123456789+-.,eE")) > 0 {
		return 0, false
	}
	x, err := strconv.ParseFloat(string(bytes.Replace(b, []byte{','}, []byte{'.'}, 1)), 64)
	return x, err == nil
}

// trim takes spaces off both ends of a field; what stands for no value becomes empty.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	if n := len(b); n == 0 || n > 4 || b[0] < 'A' && b[0] != '#' && b[0] != '-' {
		return b
	}
	switch string(b) {
	case "-", "NULL", "null", "Null", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "None", "none", `\N`:
		return nil
	}
	return b
}
