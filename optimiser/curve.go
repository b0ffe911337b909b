package optimiser

import (
	"sort"

	"github.com/nearside-ems/nearside/geo/road"
)

// Lost is what a time beyond the reach of Within costs. As values are stated divided by 1000, a unit of demand that is
// not covered counts 1000; the other factor of 1000 makes multipliers, which are whole, fine-grained.
const Lost = 1_000_000

// Curve says what a travel time costs: piecewise linear through the points (Time, Cost), flat before the
// first and after the last, never falling. Two points may have one Time: a step up, and a time equal to
// it has the first's cost. Times are up to Cap; costs are whole, from 0 to Cap, in thousandths of whatever is counted.
// What lies between two points is rounded down.
type Curve struct {
	Time []road.Millis
	Cost []int32
}

// Within returns the curve of coverage: 0 for times up to r, Lost for longer ones.
func Within(r road.Millis) *Curve {
	return &Curve{Time: []road.Millis{r, r}, Cost: []int32{0, Lost}}
}

// At returns the cost of a time.
func (c *Curve) At(t road.Millis) int32 {
	k := sort.Search(len(c.Time), func(k int) bool { return c.Time[k] >= t })
	switch {
	case k == len(c.Time):
		return c.Cost[k-1]
	case k == 0 || c.Time[k] == t:
		return c.Cost[k]
	}
	rise, width := int64(c.Cost[k]-c.Cost[k-1]), int64(c.Time[k]-c.Time[k-1])
	return c.Cost[k-1] + int32(rise*int64(t-c.Time[k-1])/width)
}
