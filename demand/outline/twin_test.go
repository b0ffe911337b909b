package outline

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"
)

// ringOf draws a ring of corners on a lattice of hundredths of a degree, where edges meet, touch and
// run along each other often.
func ringOf(t *rapid.T) orb.Ring {
	at := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{float64(rapid.IntRange(0, 6).Draw(t, "x")) / 100, float64(rapid.IntRange(0, 6).Draw(t, "y")) / 100}
	})
	ring := orb.Ring(rapid.SliceOfN(at, 3, 12).Draw(t, "ring"))
	return append(ring, ring[0])
}

// TestCrossingComparesEveryPair: sorting the edges finds a crossing exactly where comparing each with
// every other does.
func TestCrossingComparesEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := orb.MultiPolygon{{ringOf(t), ringOf(t)}}
		all, want := edges(m), false
		for i, e := range all {
			for _, f := range all[i+1:] {
				want = want || cross(e, f)
			}
		}
		if _, got, err := crossing(m); err != nil || got != want {
			t.Fatalf("%v crosses itself: %v, %v; want %v", m, got, err, want)
		}
	})
}

func TestCrossing(t *testing.T) {
	e := edge{orb.Point{0, 0}, orb.Point{1, 1}}
	for _, c := range []struct {
		f    edge
		want bool
	}{
		{edge{orb.Point{0, 1}, orb.Point{1, 0}}, true},
		{edge{orb.Point{0.5, 0.5}, orb.Point{1, 0}}, false},         // touches
		{edge{orb.Point{0, 1}, orb.Point{0.5000001, 0.5}}, false},   // reaches a centimetre over
		{edge{orb.Point{0, 1}, orb.Point{0.50001, 0.49999}}, true},  // a metre
		{edge{orb.Point{0.2, 0.2}, orb.Point{0.8, 0.8}}, false},     // along it
		{edge{orb.Point{0, 0.1}, orb.Point{1, 1.1}}, false},         // beside it
		{edge{orb.Point{0.6, 0.4}, orb.Point{0.99, 0.01}}, false},   // on one side
		{edge{orb.Point{0.5, -0.1}, orb.Point{0.55, 0.54}}, false},  // ends before
		{edge{orb.Point{-0.1, -0.2}, orb.Point{-0.2, -0.1}}, false}, // across its line, but beyond its end
	} {
		if got := cross(e, c.f); got != c.want {
			t.Errorf("%v crosses the diagonal: %v", c.f, got)
		}
		if got := cross(c.f, e); got != c.want {
			t.Errorf("the diagonal crosses %v: %v", c.f, got)
		}
	}
}

// TestNearestLooksAtEveryCell: searching outwards finds what looking at every cell does.
func TestNearestLooksAtEveryCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.IntRange(0, 20)
		c := &demand.City{}
		n := rapid.IntRange(2, 40).Draw(t, "cells")
		var have []int
		for i := range n {
			c.X = append(c.X, float64(coordinate.Draw(t, "x")))
			c.Y = append(c.Y, float64(coordinate.Draw(t, "y")))
			if i == 0 || rapid.Bool().Draw(t, "has one") {
				have = append(have, i)
			}
		}
		i := rapid.IntRange(0, n-1).Draw(t, "from")
		distance := func(j int) float64 { return math.Hypot(c.X[i]-c.X[j], c.Y[i]-c.Y[j]) }
		want := slices.MinFunc(have, func(a, b int) int { return cmp.Compare(distance(a), distance(b)) }) // the first of several
		slices.SortStableFunc(have, func(i, j int) int { return cmp.Compare(c.X[i], c.X[j]) })
		if got := nearest(c, have, i); got != want {
			t.Fatalf("nearest to %d is %d at %v, want %d at %v", i, got, distance(got), want, distance(want))
		}
	})
}

// TestCrescent: a call at a crescent's centroid is the crescent's, and one beside it is not.
func TestCrescent(t *testing.T) {
	horseshoe := orb.MultiPolygon{{{{0, 0}, {0.03, 0}, {0.03, 0.03}, {0.02, 0.03}, {0.02, 0.01}, {0.01, 0.01}, {0.01, 0.03}, {0, 0.03}, {0, 0}}}}
	inside := orb.MultiPolygon{{{{0.01, 0.01}, {0.02, 0.01}, {0.02, 0.03}, {0.01, 0.03}, {0.01, 0.01}}}}
	o := &Outline{shapes: []orb.MultiPolygon{inside, horseshoe}}
	if err := o.finish(); err != nil {
		t.Fatal(err)
	}
	p, _ := planar.CentroidArea(horseshoe)
	for _, c := range []struct {
		at   orb.Point
		want int32
	}{
		{p, 1},
		{orb.Point{p[0] + 1e-5, p[1] - 1e-5}, 1}, // a centroid as another tool gives it
		{orb.Point{p[0] + 1e-4, p[1]}, 0},        // 11 m away: a point like any other
		{orb.Point{0.005, 0.02}, 1},
	} {
		if i, ok := o.At(c.at); !ok || i != c.want {
			t.Errorf("%v is in area %d, %v; want %d", c.at, i, ok, c.want)
		}
	}
}
