package planning

import (
	"fmt"
	"math"
)

// GapInWords says how far a plan can be from the best one, rounded so as never to promise too much.
// The gap is (value − bound) / value.
func GapInWords(gap float64) string {
	if gap <= 0 {
		return "the best possible plan for these assumptions"
	}
	if gap >= 1 {
		return "at an unknown distance from the best possible plan for these assumptions: the search ended before it had a bound"
	}
	// A billionth is forgiven so that 1.3 % computed in binary does not become 1.4 %.
	tenths := math.Ceil(gap*1000 - 1e-6)
	return fmt.Sprintf("at most %.1f %% from the best possible plan for these assumptions", max(tenths, 1)/10)
}
