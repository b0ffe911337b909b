package forecast

import (
	"testing"

	"github.com/nearside-ems/nearside/demand"
)

// TestDriversAddUp: components together give what is expected.
func TestDriversAddUp(t *testing.T) {
	f := smallFit(t)
	cells, hours := []int32{3, 7, 8}, []demand.HourOfWeek{5, 60, 60, 140}
	var calls, shares float64
	for _, d := range f.Drivers(cells, hours) {
		calls, shares = calls+d.Calls, shares+d.Share
		if d.Component.Name == "" || d.Calls < 0 {
			t.Errorf("%+v", d)
		}
	}
	near(t, "shares", shares, 1, 1e-9)
	near(t, "calls", calls, ask(t, f, Query{Cells: cells, Typical: hours}).Total.Mean, 1e-5)
}
