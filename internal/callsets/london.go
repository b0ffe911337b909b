package callsets

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/geo/grid"
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
	s := &Set{Name: "London collisions", City: london(l)}
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
	return done(tb, s)
}

// london returns London at resolution 8, with what ships about its cells.
func london(l *data.London) *demand.City {
	g := l.Coarse
	c := &demand.City{Name: "London", Zone: l.Calendar.Zone, Holidays: demand.EnglandAndWales}
	centres := make([]orb.Point, g.Len())
	for i := range centres {
		k := grid.Index(i)
		centres[i] = g.Centre(k)
		c.Land = append(c.Land, g.Area(k))
		c.District = append(c.District, int32(g.Borough(k)))
	}
	c.X, c.Y = plane(centres)
	for i := range l.Boroughs {
		c.Districts = append(c.Districts, l.Boroughs[i].Name)
	}
	c.Prior = make([]float64, g.Len())
	people, need := make([]float64, g.Len()), make([]float64, g.Len())
	parent := grid.Parents(l.Grid, g)
	total := 0.0
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		for i, r := range l.Prior.At(h) {
			c.Prior[parent[i]] += float64(r)
			total += float64(r)
		}
	}
	for _, r := range l.Residents {
		people[parent[r.Cell]] += r.People
		need[parent[r.Cell]] += r.People * r.Need
	}
	for i := range c.Prior {
		c.Prior[i] /= total
		if people[i] > 0 {
			need[i] /= people[i]
		}
	}
	c.Covariates = []demand.Covariate{{Name: "residents", Values: people}, {Name: "mental-health need", Values: need}}
	return c
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }
