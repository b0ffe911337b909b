package callsets

import (
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Toronto returns the mental-health crisis calls to Toronto's police from January 2014 to February
// 2015, by neighbourhood: 158 areas, known by their centroids. A district is the police division that
// most of an area's calls name. Calls of no neighbourhood are left out. A call's hour is known, not its
// minute; kinds are the source's three event types.
func Toronto(tb testing.TB) *Set {
	tb.Helper()
	c := &demand.City{Name: "Toronto", Zone: zone(tb, "America/Toronto")}
	of := map[string]int32{}
	var centres []orb.Point
	for _, r := range table(tb, "toronto_neighbourhoods_158_centroids.csv", "hood_158", "lon", "lat", "area_km2") {
		of[r[0]] = int32(len(centres))
		centres = append(centres, orb.Point{number(tb, r[1]), number(tb, r[2])})
		c.Land = append(c.Land, number(tb, r[3])*1e6)
	}
	c.X, c.Y = plane(centres)
	s := &Set{Name: "Toronto crisis calls", City: c}
	named := make([]map[string]int, c.Len())
	var rows []call
	for _, r := range table(tb, "toronto_persons_in_crisis_2014_2015.csv.xz", "date", "hour", "hood_158", "division", "event_type") {
		cell, ok := of[r[2]]
		if !ok {
			s.Outside++
			continue
		}
		if named[cell] == nil {
			named[cell] = map[string]int{}
		}
		named[cell][r[3]]++
		day, err := time.ParseInLocation("2006-01-02", r[0], c.Zone)
		if err != nil {
			tb.Fatal(err)
		}
		at := time.Date(day.Year(), day.Month(), day.Day(), int(number(tb, r[1])), 0, 0, 0, c.Zone)
		rows = append(rows, call{calls.HourAt(at), cell, r[4]})
	}
	c.Districts, c.District = mostNamed(named)
	s.Calls = history(c.Len(), days(tb, c.Zone, "2014-01-01", "2015-02-28"), rows)
	return done(tb, s)
}

// mostNamed gives each cell the district that it is most often said to be in; the first by name where
// two are level, and the first of all where none is said.
func mostNamed(named []map[string]int) (names []string, of []int32) {
	all := map[string]bool{}
	for _, m := range named {
		for name := range m {
			all[name] = true
		}
	}
	names = sortedKeys(all)
	of = make([]int32, len(named))
	for cell, m := range named {
		most := 0
		for i, name := range names {
			if m[name] > most {
				most, of[cell] = m[name], int32(i)
			}
		}
	}
	return names, of
}

func number(tb testing.TB, s string) float64 {
	tb.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}
