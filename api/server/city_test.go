package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/geo/route/order"
)

// cellRoads joins every point to the node of its cell.
type cellRoads struct{ grid *grid.Grid }

func (c cellRoads) Snap(p orb.Point) (road.Spot, bool) {
	i, ok := c.grid.At(p)
	l := road.Link{Node: road.Node(i), Arc: road.NoArc, Class: road.Lattice, Zone: road.Central}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}, ok
}

// smallCity is two boroughs side by side in the middle of London, quick to make: cells are joined to
// their neighbours at 30 s each, and the eastern borough is modelled.
func smallCity(t testing.TB) *data.London {
	t.Helper()
	square := func(west, east float64) orb.MultiPolygon {
		return orb.MultiPolygon{orb.Bound{Min: orb.Point{west, 51.49}, Max: orb.Point{east, 51.53}}.ToPolygon()}
	}
	c := &data.London{Hash: "test", Boroughs: []geo.Borough{
		{Code: "E09000001", Name: "West", Sector: geo.NWL, Land: square(-0.16, -0.125)},
		{Code: "E09000002", Name: "East", Sector: geo.NEL, Land: square(-0.125, -0.09)},
	}}
	var err error
	if c.Grid, err = grid.New(c.Boroughs, data.FineRes); err != nil {
		t.Fatal(err)
	}
	if c.Coarse, err = grid.New(c.Boroughs, data.CoarseRes); err != nil {
		t.Fatal(err)
	}
	speeds, err := os.Open("../../data/profiles/speeds.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = speeds.Close() }()
	if c.Speeds, err = road.ReadSpeeds(speeds); err != nil {
		t.Fatal(err)
	}
	rules, err := os.Open("../../data/suitability.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rules.Close() }()
	if c.Suitability, err = suitability.Read(rules); err != nil {
		t.Fatal(err)
	}
	n := c.Grid.Len()
	c.Population = slices.Repeat([]float32{100}, n)
	c.Prior = &demand.Intensity{Source: "even", Cells: n, Rate: slices.Repeat([]float32{0.01}, n*demand.HoursPerWeek)}
	for i := range grid.Index(n) {
		c.Modelled = append(c.Modelled, c.Grid.Borough(i) == 1)
	}
	c.Places = []data.Place{
		{Name: "West ED", Kind: data.EmergencyDepartment, Borough: "West", Point: orb.Point{-0.15, 51.5}, Verified: true, Candidate: true},
		{Name: "East ED", Kind: data.EmergencyDepartment, Borough: "East", Point: orb.Point{-0.1, 51.52}, Verified: true, Candidate: true},
		{Name: "East ward", Kind: data.MentalHealthWard, Borough: "East", Point: orb.Point{-0.11, 51.51}, Candidate: true},
	}
	c.Provenance = []data.Provenance{{What: "everything", Origin: demand.Assumption, Source: "made up for tests"}}
	c.Network = cellNetwork(c.Grid)
	return c
}

func cellNetwork(g *grid.Grid) *route.Network {
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
	return &route.Network{Name: "small city", Graph: graph, Snapper: cellRoads{g}, Order: orderOnce(graph)}
}

// orders are those of the graphs of cells, by their size: tests have the same few again and again.
var orders sync.Map

func orderOnce(g *road.Graph) []road.Node {
	if known, ok := orders.Load(g.Nodes()); ok {
		return known.([]road.Node)
	}
	nodes, err := order.NestedDissection(context.Background(), g, nil)
	if err != nil {
		panic(err) // only where the context ends
	}
	orders.Store(g.Nodes(), nodes)
	return nodes
}

// smallBaseline is the small city's prior; it follows later changes of its rates.
func smallBaseline(t testing.TB, l *data.London) forecast.Baseline {
	t.Helper()
	calendar, err := demand.NewCalendar(&demand.Profile{})
	if err != nil {
		t.Fatal(err)
	}
	c := &demand.City{Name: "small", Zone: calendar.Zone, Districts: []string{"West", "East"}}
	for i := range grid.Index(l.Grid.Len()) {
		at, err := bng.FromWGS84(l.Grid.Centre(i))
		if err != nil {
			t.Fatal(err)
		}
		c.X, c.Y, c.Land = append(c.X, at.Easting), append(c.Y, at.Northing), append(c.Land, l.Grid.Area(i))
		c.District = append(c.District, int32(l.Grid.Borough(i)))
	}
	return forecast.NewPrior(c, l.Prior, calendar)
}

// noon is a Friday, 12:00 in London: hour 108 of the week.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// smallSettings serves the small city at noon, as demo.
func smallSettings(t testing.TB) Settings {
	t.Helper()
	s := DefaultSettings()
	s.City = smallCity(t)
	s.Network, s.Modelled, s.NetworkNote = s.City.Network, s.City.Modelled, "cells"
	s.NetworkProvenance = []data.Provenance{{What: "roads", Origin: demand.Assumption, Source: "made up for tests"}}
	s.Baseline = smallBaseline(t, s.City)
	s.Fleet = fleet.New(s.City.Grid, s.Network, fleet.DefaultSettings())
	s.Demo, s.Version, s.DataDir = true, "test", t.TempDir()
	s.Now = func() time.Time { return noon }
	s.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	var err error
	if s.Zone, err = time.LoadLocation("Europe/London"); err != nil {
		t.Fatal(err)
	}
	return s
}

// addCars scatters n cars over the grid, all available; 7919 is a prime, so that cells repeat late.
func addCars(t testing.TB, s *Settings, n int) {
	t.Helper()
	batch := make([]fleet.Report, n)
	for i := range batch {
		cell := grid.Index(i * 7919 % s.City.Grid.Len())
		batch[i] = fleet.Report{Car: fmt.Sprintf("cars/JRC-%04d", i), Point: s.City.Grid.Centre(cell), Skills: 3, Fixed: noon.Add(-4 * time.Second)}
	}
	if out := s.Fleet.Report(noon, batch); out.Accepted != n {
		t.Fatalf("%+v", out)
	}
}
