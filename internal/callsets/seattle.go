package callsets

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
)

// Resolutions of Seattle's cells and of its districts, for which there are no borders in the source.
const (
	seattleRes         = 8
	seattleDistrictRes = 6
)

// SeattleCrisis returns the crisis calls to Seattle's police from 6 July 2015, when the mark of them
// became usable, to 15 November.
func SeattleCrisis(tb testing.TB) *Set {
	tb.Helper()
	return seattle(tb, "Seattle crisis calls", "2015-07-06", true)
}

// SeattleAll returns all incidents of Seattle's police from 1 January to 15 November 2015.
func SeattleAll(tb testing.TB) *Set {
	tb.Helper()
	return seattle(tb, "Seattle all incidents", "2015-01-01", false)
}

// seattle returns the incidents from a day on, or only those marked as crises, over the cells in which
// any incident of the year fell. The time is that of arrival on scene. Kinds are "crisis" and "other".
func seattle(tb testing.TB, name, first string, crisesOnly bool) *Set {
	tb.Helper()
	s := &Set{Name: name, City: &demand.City{Name: "Seattle", Zone: zone(tb, "America/Los_Angeles")}}
	table := table(tb, "seattle_911_2015.csv.xz", "at_scene_time", "lat", "lon", "mental_health")
	ids := make([]uint64, len(table))
	of := map[uint64]grid.Hexagon{}
	for i, r := range table {
		h, err := grid.HexagonAt(orb.Point{number(tb, r[2]), number(tb, r[1])}, seattleRes)
		if err != nil {
			tb.Fatal(err)
		}
		ids[i], of[h.ID] = h.ID, h
	}
	cells := cover(tb, s.City, of)
	known := days(tb, s.City.Zone, first, "2015-11-15")
	var rows []call
	for i, r := range table {
		at, err := time.ParseInLocation("2006-01-02 15:04", r[0], s.City.Zone)
		if err != nil {
			tb.Fatal(err)
		}
		kind := "other"
		if r[3] == "1" {
			kind = "crisis"
		}
		if h := calls.HourAt(at); known.Holds(h) && (kind == "crisis" || !crisesOnly) {
			rows = append(rows, call{h, cells[ids[i]], kind})
		}
	}
	s.Calls = history(s.City.Len(), known, rows)
	return done(tb, s)
}

// cover fills a city with hexagons, ascending by identifier, and returns the cell of each.
func cover(tb testing.TB, c *demand.City, of map[uint64]grid.Hexagon) map[uint64]int32 {
	tb.Helper()
	hexagons := make([]grid.Hexagon, 0, len(of))
	for _, h := range of {
		hexagons = append(hexagons, h)
	}
	slices.SortFunc(hexagons, func(a, b grid.Hexagon) int { return cmp.Compare(a.ID, b.ID) })
	cells := make(map[uint64]int32, len(hexagons))
	named := make([]map[string]int, len(hexagons))
	var centres []orb.Point
	for i, h := range hexagons {
		cells[h.ID] = int32(i)
		centres = append(centres, h.Centre)
		c.Land = append(c.Land, geo.RingArea(h.Outline))
		d, err := grid.HexagonAt(h.Centre, seattleDistrictRes)
		if err != nil {
			tb.Fatal(err)
		}
		named[i] = map[string]int{fmt.Sprintf("%x", d.ID): 1}
	}
	c.X, c.Y = plane(centres)
	c.Districts, c.District = mostNamed(named)
	return cells
}
