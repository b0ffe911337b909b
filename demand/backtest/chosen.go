package backtest

import (
	"fmt"
	"math"
	"strings"
)

// chosen puts what a tuner chose in words.
func chosen(t *tuner, v []float64) string {
	var words []string
	for i, a := range t.axes {
		value := fmt.Sprintf("%.4g", v[i])
		switch {
		case math.IsInf(v[i], 1):
			value = "none"
		case strings.HasSuffix(a.name, "half-life"):
			value += " d"
		case a.name == "bandwidth":
			value += " m"
		case a.name == "over land":
			value = map[float64]string{0: "no", 1: "yes"}[v[i]]
		}
		words = append(words, a.name+" "+value)
	}
	return join(words...)
}

func join(words ...string) string { return strings.Join(words, ", ") }
