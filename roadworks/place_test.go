package roadworks

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
)

func TestPlacesOnAStreet(t *testing.T) {
	n := street(10)
	n.Edges.Backward[3] = n.Edges.Forward[3] // one-way east
	east, west, southWest := 90.0, 270.0, 200.0
	at := func(lon, north float64, heading *float64) Place {
		return Place{At: &At{Point: orb.Point{lon, streetLat + north/111257.8}, Heading: heading}}
	}
	edge := func(arc road.Arc, lon float64, heading *float64) Place {
		return Place{Network: strings.Repeat("0", 64), Edges: []Edge{{arc, At{orb.Point{lon, streetLat}, heading}}}}
	}
	for name, c := range map[string]struct {
		place  Place
		want   []road.Arc
		metres float64
	}{
		"both ways":                     {at(-0.175, 40, nil), []road.Arc{4, 5}, 40},
		"eastward":                      {at(-0.175, -7, &east), []road.Arc{4}, 7},
		"westward":                      {at(-0.175, 0, &west), []road.Arc{5}, 0},
		"nearer to west":                {at(-0.175, 0, &southWest), []road.Arc{5}, 0},
		"one-way":                       {at(-0.165, 0, nil), []road.Arc{6}, 0},
		"along a one-way":               {at(-0.165, 0, &east), []road.Arc{6}, 0},
		"too far":                       {at(-0.175, 101, nil), nil, 0},
		"against a one-way":             {at(-0.165, 0, &west), nil, 0},
		"an area over two edges":        {Place{Area: around(-0.1745, -0.1655)}, []road.Arc{4, 5, 6}, 0},
		"an area within one":            {Place{Area: around(-0.1748, -0.1742)}, []road.Arc{4, 5}, 0},
		"an area with the whole street": {Place{Area: around(-0.3, 0)}, slices.DeleteFunc(arcs(20), func(a road.Arc) bool { return a == 7 }), 0},
		"an area beside it":             {Place{Area: orb.Ring{{-0.2, 51.501}, {0, 51.501}, {0, 51.51}}}, nil, 0},
		"a number elsewhere":            {edge(17, -0.175, &west), []road.Arc{5}, 0},
	} {
		got, metres, err := arcsOf(n, &c.place)
		if !slices.Equal(got, c.want) || errors.Is(err, ErrNoRoad) != (c.want == nil) || math.Abs(metres-c.metres) > 0.2 {
			t.Errorf("%s: %v at %.1f m, %v; want %v at %v m", name, got, metres, err, c.want, c.metres)
		}
	}
	here := edge(17, -0.175, &west)
	n.Hash = [32]byte{}
	if got, _, err := arcsOf(n, &here); !slices.Equal(got, []road.Arc{17}) {
		t.Errorf("a number of this network: %v, %v", got, err)
	}
}

func arcs(n int) (list []road.Arc) {
	for a := range road.Arc(n) {
		list = append(list, a)
	}
	return list
}

// TestPlacesOnTheLattice: without shapes, a place is every arc that passes by.
func TestPlacesOnTheLattice(t *testing.T) {
	n := lattice(3)
	n.Graph.FirstOut, n.Graph.Head[2] = []road.Arc{0, 2, 3}, 0
	east := 90.0
	for _, c := range []struct {
		at   At
		want []road.Arc
	}{
		{At{Point: orb.Point{-0.097, 51.5005}}, []road.Arc{0, 1, 2}},
		{At{Point: orb.Point{-0.097, 51.5005}, Heading: &east}, []road.Arc{0, 1}},
		{At{Point: orb.Point{-0.097, 51.5015}}, nil},
	} {
		got, metres, _ := arcsOf(n, &Place{At: &c.at})
		if !slices.Equal(got, c.want) || c.want != nil && math.Abs(metres-55.6) > 0.5 {
			t.Errorf("%v: %v at %.1f m, want %v", c.at, got, metres, c.want)
		}
	}
}
