package benchmarks

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"testing"

	"github.com/uber/h3-go/v4"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/dijkstra"
	"github.com/nearside-ems/nearside/planning"
)

// BenchmarkLoad reads the shipped London, as every start does.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := data.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGrid finds the cell of a point, by the grid and by H3's own library.
func BenchmarkGrid(b *testing.B) {
	g, at := london(b).Grid, points(b, 4096, 1)
	b.Run("At", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			g.At(at[i%len(at)])
		}
	})
	b.Run("H3", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			p := at[i%len(at)]
			if _, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, data.FineRes); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkNearest ranks the 5 nearest of 500 cars for a call: by the index of the fleet without and
// with labels, by the search that needs no index, by Dijkstra's search until it has met five, and by the
// times of all cars sorted.
func BenchmarkNearest(b *testing.B) {
	m := metric(b)
	finder := route.NewFinder(m)
	cars, calls := spots(b, m.Network, points(b, 500, 1)), spots(b, m.Network, points(b, 512, 2))
	index, scratch, found := filled(m, cars), route.NewScratch(m), []route.Found(nil)
	ask := func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			found = index.Nearest(scratch, &calls[i%len(calls)], 5, nil, found)
		}
	}
	b.Run("Hierarchy", ask)
	table, err := m.Ways.Labels(context.Background(), runtime.GOMAXPROCS(0), nil)
	if err != nil {
		b.Fatal(err)
	}
	m.UseLabels(table)
	b.Run("Labels", ask)
	m.UseLabels(nil)
	b.Run("Dijkstra", func(b *testing.B) {
		search, stands := dijkstra.NewSearch(dijkstra.Backward(m.Network.Graph)), standing(cars)
		for i := 0; b.Loop(); i++ {
			nearestByDijkstra(search, m, &calls[i%len(calls)], stands, 5)
		}
	})
	b.Run("Search", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			found = finder.Nearest(calls[i%len(calls)], cars, 5, found)
		}
	})
	b.Run("SortAll", func(b *testing.B) {
		times, order := make([]road.Millis, len(cars)), make([]int, len(cars))
		for i := 0; b.Loop(); i++ {
			finder.ManyToOne(cars, calls[i%len(calls)], times)
			for c := range order {
				order[c] = c
			}
			slices.SortFunc(order, func(x, y int) int { return cmp.Compare(times[x], times[y]) })
		}
	})
}

// BenchmarkMatrix fills 100 rows of travel times to every cell; its reference is one search by Dijkstra
// over the whole network, without which a row could not be filled before.
func BenchmarkMatrix(b *testing.B) {
	m := metric(b)
	g := london(b).Grid
	cells := make([]road.Spot, g.Len())
	for i := range cells {
		s, ok := m.Network.Snap(g.Centre(grid.Index(i)))
		if !ok {
			b.Fatalf("cell %d is off the network", i)
		}
		cells[i] = s
	}
	sites := spots(b, m.Network, points(b, 100, 3))
	b.Run("100rows", func(b *testing.B) {
		for b.Loop() {
			if _, err := route.NewMatrix(context.Background(), m, sites, cells, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Dijkstra", func(b *testing.B) {
		s := dijkstra.NewSearch(dijkstra.Forward(m.Network.Graph))
		for i := 0; b.Loop(); i++ {
			s.Begin(m.Weight)
			s.From(sites[i%len(sites)].Leave[0].Node, 0)
			s.All()
		}
	})
}

// BenchmarkPlan places six cars for one hour, with travel times already known.
func BenchmarkPlan(b *testing.B) {
	city, cache := london(b), b.TempDir()
	prior, err := planning.Prior(city)
	if err != nil {
		b.Fatal(err)
	}
	on := planning.Basis{City: city, Network: city.Network, Demand: planning.NewDemand(prior, city.Suitability, suitability.Attended)}
	busy := 0.4
	ask := planning.Scenario{Cars: 6, Hours: []demand.HourOfWeek{monday}, Objective: "expected_response", Busy: &busy}
	solve := func() {
		_, err := planning.Solve(context.Background(), on, ask, cache, func(planning.Progress) {})
		if err != nil {
			b.Fatal(err)
		}
	}
	solve() // fills the cache
	for b.Loop() {
		solve()
	}
}
