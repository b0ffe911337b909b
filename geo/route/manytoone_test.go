package route

import (
	"context"
	"slices"
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

func TestNewMatrixFromHoldsManyToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		cells, sites := drawSpots(t, m, twin), drawSpots(t, m, twin)
		got, err := NewMatrixFrom(context.Background(), m, cells, sites, nil)
		if err != nil || got.Sites != len(sites) || got.Cells != len(cells) {
			t.Fatalf("%d × %d times for %d sites and %d cells: %v", got.Sites, got.Cells, len(sites), len(cells), err)
		}
		for s := range sites {
			if want := NewFinder(m).ManyToOne(cells, sites[s], make([]road.Millis, len(cells))); !slices.Equal(got.Row(s), want) {
				t.Fatalf("site %d: %v, want %v", s, got.Row(s), want)
			}
		}
	})
}
