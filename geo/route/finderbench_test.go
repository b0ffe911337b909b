package route_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// BenchmarkFinder measures every kind of query on real networks, beside Dijkstra's search for all times.
func BenchmarkFinder(b *testing.B) {
	eachCity(b, func(b *testing.B, c *city) {
		random := rand.New(rand.NewPCG(1, 2))
		m := route.NewMetric(c.network, c.speeds.Profile(c.speeds.Period(12), road.BlueLight))
		calls, cells := c.spots(b, random, 1000), c.cells()
		f, times := route.NewFinder(m), make([]road.Millis, len(cells))
		r := newReferee(c)
		b.Run("dijkstra", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				r.times(m, &calls[i%len(calls)], calls[:1])
			}
		})
		for _, cars := range []int{500, 10_000} {
			fleet, found := c.spots(b, random, cars), []route.Found(nil)
			b.Run(fmt.Sprintf("nearest/cars=%d", cars), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					found = f.Nearest(calls[i%len(calls)], fleet, 5, found)
				}
			})
			b.Run(fmt.Sprintf("coverage/cars=%d", cars), func(b *testing.B) {
				for b.Loop() {
					f.FromAny(fleet, cells, times)
				}
			})
		}
		b.Run("from one to every cell", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				f.OneToMany(calls[i%len(calls)], cells, times)
			}
		})
		b.Run("to one from every cell", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				f.ManyToOne(cells, calls[i%len(calls)], times)
			}
		})
		b.Run("time", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				f.Time(calls[i%len(calls)], calls[(i*7+13)%len(calls)])
			}
		})
		b.Run("path", func(b *testing.B) {
			var p route.Path
			for i := 0; b.Loop(); i++ {
				p = f.Path(calls[i%len(calls)], calls[(i*7+13)%len(calls)], p.Arcs)
			}
		})
	})
}

// cells returns places on the roads in rows and columns, about as many as London has cells.
func (c *city) cells() []road.Spot {
	var out []road.Spot
	for x := range 130 {
		for y := range 130 {
			p := orb.Point{c.box.Min[0] + float64(x)/130*(c.box.Max[0]-c.box.Min[0]), c.box.Min[1] + float64(y)/130*(c.box.Max[1]-c.box.Min[1])}
			if s, ok := c.network.Snap(p); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// BenchmarkClosure closes 100 arcs and finds the 5 nearest of 500 cars, each time beginning from the
// metric before: from the closure to the answer.
func BenchmarkClosure(b *testing.B) {
	eachCity(b, func(b *testing.B, c *city) {
		random := rand.New(rand.NewPCG(1, 2))
		m := route.NewMetric(c.network, c.speeds.Profile(c.speeds.Period(12), road.BlueLight))
		fleet, f, found := c.spots(b, random, 500), route.NewFinder(m), []route.Found(nil)
		var sets [8][]route.Change
		for i := range sets {
			for range 100 {
				sets[i] = append(sets[i], route.Change{Arc: road.Arc(random.IntN(c.network.Graph.Arcs()))})
			}
		}
		for i := 0; b.Loop(); i++ {
			f.Use(m.With(sets[i%len(sets)]))
			found = f.Nearest(fleet[i%len(fleet)], fleet, 5, found)
		}
	})
}

// BenchmarkMetric makes the times of a profile.
func BenchmarkMetric(b *testing.B) {
	eachCity(b, func(b *testing.B, c *city) {
		c.network.Hierarchy()
		for i := 0; b.Loop(); i++ {
			route.NewMetric(c.network, c.profiles[i%len(c.profiles)])
		}
	})
}
