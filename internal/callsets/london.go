package callsets

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/calls"
)

// LondonCollisions returns London's road collisions of 2022 with injuries, over the shipped city's
// cells at resolution 8. They are no crisis calls, and a forecast of them says nothing of mental
// health: they show how a forecast does over London's land. Kinds are the severities.
func LondonCollisions(tb testing.TB) *Set {
	tb.Helper()
	l, err := data.Load()
	if err != nil {
		tb.Fatal(err)
	}
	city, err := l.City(data.CoarseRes)
	if err != nil {
		tb.Fatal(err)
	}
	s := &Set{Name: "London collisions", City: city}
	var rows []call
	for _, r := range table(tb, "london_stats19_collisions_2022.csv.xz", "longitude", "latitude", "date", "time", "accident_severity") {
		cell, ok := l.Coarse.At(orb.Point{number(tb, r[0]), number(tb, r[1])})
		if !ok {
			s.Outside++
			continue
		}
		at, err := time.ParseInLocation("2006/01/02 15:04", r[2]+" "+r[3], s.City.Zone)
		if err != nil {
			tb.Fatal(err)
		}
		rows = append(rows, call{calls.HourAt(at), int32(cell), r[4]})
	}
	s.Calls = history(s.City.Len(), days(tb, s.City.Zone, "2022-01-01", "2022-12-31"), rows)
	return s
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }
