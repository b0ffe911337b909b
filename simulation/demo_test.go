package simulation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/simulation"
)

// cellRoads joins every point to the node of its cell.
type cellRoads struct{ grid *grid.Grid }

func (c cellRoads) Snap(p orb.Point) (road.Spot, bool) {
	i, ok := c.grid.At(p)
	l := road.Link{Node: road.Node(i), Arc: road.NoArc, Class: road.Lattice, Zone: road.Central}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}, ok
}

// smallCity is a square in the middle of London, cells joined to their neighbours at 30 s each.
func smallCity(t testing.TB) simulation.City {
	square := orb.Bound{Min: orb.Point{-0.16, 51.49}, Max: orb.Point{-0.09, 51.53}}
	g, err := grid.New([]geo.Borough{{Name: "Square", Land: orb.MultiPolygon{square.ToPolygon()}}}, 9)
	if err != nil {
		t.Fatal(err)
	}
	graph := &road.Graph{FirstOut: []road.Arc{0}}
	for i := range grid.Index(g.Len()) {
		graph.Lon = append(graph.Lon, float32(g.Centre(i).Lon()))
		graph.Lat = append(graph.Lat, float32(g.Centre(i).Lat()))
		for _, n := range g.Neighbours(i) {
			graph.Head = append(graph.Head, road.Node(n))
			graph.Base = append(graph.Base, 30_000)
			graph.Metres = append(graph.Metres, 350)
			graph.Class = append(graph.Class, road.Lattice)
			graph.Zone = append(graph.Zone, road.Central)
		}
		graph.FirstOut = append(graph.FirstOut, road.Arc(len(graph.Head)))
	}
	var p road.Profile
	for c := range p.Factor {
		p.Factor[c] = [road.Zones]float32{1, 1, 1}
	}
	n := &route.Network{Name: "square", Graph: graph, Snapper: cellRoads{g}}
	rates := &demand.Intensity{Source: "even", Cells: g.Len(), Rate: slices.Repeat([]float32{0.1}, g.Len()*demand.HoursPerWeek)}
	return simulation.City{Grid: g, Metric: route.NewMetric(n, p), Demand: rates, Standby: []orb.Point{{-0.15, 51.5}, {-0.1, 51.52}, {-0.12, 51.51}}}
}

func TestDemoIsAlive(t *testing.T) {
	city := smallCity(t)
	demo, err := simulation.NewDemo(city, simulation.DefaultSettings(6))
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[dispatch.Status]int{}
	places := map[orb.Point]bool{}
	var last []simulation.Unit
	for range 3600 {
		units := demo.Step(time.Second, 40)
		for i, u := range units {
			if _, ok := city.Grid.At(u.Point); !ok {
				t.Fatalf("%s left the city: %v", u.Name, u.Point)
			}
			// At three times 350 m in 30 s a car covers 35 m a second, plus the centre of its own cell
			// when it turns back on its way.
			if last != nil && metres(u.Point, last[i].Point) > 260 {
				t.Fatalf("%s jumped %.0f m", u.Name, metres(u.Point, last[i].Point))
			}
			statuses[u.Status]++
			places[u.Point] = true
		}
		last = units
	}
	if share := float64(statuses[dispatch.Busy]) / (6 * 3600); share < 0.1 || share > 0.9 {
		t.Errorf("cars are busy %.2f of the time; want some of each", share)
	}
	if len(places) < 1000 {
		t.Errorf("cars were seen in %d places only", len(places))
	}
}

func metres(a, b orb.Point) float64 { return orbgeo.Distance(a, b) }

func TestDemoRepeats(t *testing.T) {
	city := smallCity(t)
	run := func(seed uint64) (units []simulation.Unit) {
		s := simulation.DefaultSettings(4)
		s.Seed = seed
		demo, err := simulation.NewDemo(city, s)
		if err != nil {
			t.Fatal(err)
		}
		for range 600 {
			units = demo.Step(time.Second, 40)
		}
		return units
	}
	if a, b := run(7), run(7); !slices.Equal(a, b) {
		t.Errorf("the same seed gave %v and %v", a, b)
	}
	if a, b := run(7), run(8); slices.Equal(a, b) {
		t.Errorf("two seeds gave the same: %v", a)
	}
}

func TestNewDemoRefuses(t *testing.T) {
	city := smallCity(t)
	if _, err := simulation.NewDemo(city, simulation.DefaultSettings(0)); err == nil {
		t.Error("a demo without cars was taken")
	}
	city.Standby = []orb.Point{{0.3, 51.3}}
	if _, err := simulation.NewDemo(city, simulation.DefaultSettings(1)); err == nil {
		t.Error("a demo without a standby point near a road was taken")
	}
}

func Example() {
	demo, err := simulation.NewDemo(smallCity(nil), simulation.DefaultSettings(2))
	if err != nil {
		panic(err)
	}
	for _, u := range demo.Step(time.Second, 14) {
		fmt.Println(u.Name, u.Status, u.Skills)
	}
	// Output:
	// cars/DEMO-01 available paramedic and mental-health nurse
	// cars/DEMO-02 available paramedic and mental-health nurse
}
