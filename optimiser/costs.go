package optimiser

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// costs holds what every cell pays at every row that a column has: a matrix seen through a curve. Where the
// curve is nil the rows are those of the matrix itself, so that a cost may be above ceil; it is then not looked at, as
// nothing costs more than a facility that is missing. Costs have the type of times for that reason.
type costs struct {
	curve *Curve
	ceil  int32           // the cost at Cap, above which none counts: that of a facility that is missing
	dense [][]road.Millis // per row, then per cell; nil for a row that no column has
	near  *reach          // lists of what is near, once there are some; nil before
}

func newCosts(m *route.Matrix, curve *Curve, used []int, rows int) *costs {
	c := &costs{curve: curve, ceil: int32(curve.of(Cap)), dense: make([][]road.Millis, rows)}
	for _, r := range used {
		if c.dense[r] != nil {
			continue
		}
		if curve == nil {
			c.dense[r] = signed(m.Row(r))
		} else {
			c.dense[r] = curve.row(m.Row(r))
		}
	}
	return c
}

// of returns the cost of a time; that of a nil curve is the time itself.
func (c *Curve) of(t road.Millis) road.Millis {
	if t = min(t, Cap); c == nil {
		return t
	}
	return road.Millis(c.At(t))
}

func (c *Curve) row(times []road.Millis) []road.Millis {
	out := make([]road.Millis, len(times))
	for i, t := range times {
		out[i] = c.of(t)
	}
	return out
}

// same reports whether two curves, either of which may be nil, have the same points.
func (c *Curve) same(o *Curve) bool {
	if c == nil || o == nil {
		return c == o
	}
	return slices.Equal(c.Time, o.Time) && slices.Equal(c.Cost, o.Cost)
}

// signed returns a row whose times an int32 can hold.
func signed(row []road.Millis) []road.Millis {
	for i, t := range row {
		if t > road.Unreachable {
			row = slices.Clone(row)
			for k := i; k < len(row); k++ {
				row[k] = min(row[k], road.Unreachable)
			}
			break
		}
	}
	return row
}
