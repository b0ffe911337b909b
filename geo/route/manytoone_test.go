package route

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

func TestManyToOneAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		from, to := drawSpots(t, m, twin), drawSpot(t, m, twin)
		got := NewFinder(m).ManyToOne(from, to, make([]road.Millis, len(from)))
		for i := range from {
			if want := twinTime(m, twin, from[i], to); !near(got[i], want) {
				t.Fatalf("from spot %d: %d ms, the twin says %d ms", i, got[i], want)
			}
		}
	})
}
