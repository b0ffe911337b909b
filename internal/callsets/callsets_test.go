package callsets

import (
	"math"
	"testing"
	"time"
)

// TestSets holds each set to what is published of it, and to the promises of calls.History.
func TestSets(t *testing.T) {
	for _, c := range []struct {
		read            func(testing.TB) *Set
		rows, cells     int
		districts, days int
		width           float64 // m, from the westernmost cell to the easternmost
	}{
		{Toronto, 25439, 158, 17, 424, 38e3},
		{SeattleCrisis, 1615, 408, 20, 133, 15e3},
		{SeattleAll, 79088, 408, 20, 319, 15e3},
		{LondonCollisions, 23467, 2579, 33, 365, 58e3},
	} {
		s := c.read(t)
		t.Run(s.Name, func(t *testing.T) {
			h := s.Calls
			t.Logf("%d calls, %d outside, %d cells, %d districts, %d days", h.Len(), s.Outside, s.City.Len(), len(s.City.Districts), h.Span.Hours()/24)
			if got := h.Len() + s.Outside; got != c.rows {
				t.Errorf("%d rows, want %d", got, c.rows)
			}
			if s.Outside > c.rows/200 {
				t.Errorf("%d rows have no cell", s.Outside)
			}
			if h.Cells != s.City.Len() || h.Cells != c.cells {
				t.Errorf("%d cells in the history, %d in the city, want %d", h.Cells, s.City.Len(), c.cells)
			}
			if len(s.City.Districts) != c.districts {
				t.Errorf("%d districts, want %d", len(s.City.Districts), c.districts)
			}
			if got := int(math.Round(float64(h.Span.Hours()) / 24)); got != c.days {
				t.Errorf("%d days, want %d", got, c.days)
			}
			for _, edge := range []time.Time{h.Span.From.Time(), h.Span.To.Time()} {
				if edge.In(s.City.Zone).Hour() != 0 {
					t.Errorf("the span's edge %v is no midnight", edge)
				}
			}
			for i := range h.Len() {
				if !h.Span.Holds(h.Hour[i]) || i > 0 && h.Hour[i] < h.Hour[i-1] || int(h.Cell[i]) >= h.Cells || int(h.Kind[i]) >= len(h.Kinds) {
					t.Fatalf("call %d: hour %d, cell %d, kind %d", i, h.Hour[i], h.Cell[i], h.Kind[i])
				}
			}
			west, east := math.Inf(1), math.Inf(-1)
			for _, x := range s.City.X {
				west, east = min(west, x), max(east, x)
			}
			if math.Abs((east-west)/c.width-1) > 0.15 {
				t.Errorf("%.0f m wide, want about %.0f", east-west, c.width)
			}
		})
	}
}
