package route

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestPathTakesItsTime follows the arcs of paths: they are joined, no part is driven twice or left out,
// and the times of the parts make the time of the fastest way.
func TestPathTakesItsTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		f := NewFinder(m)
		var arcs []road.Arc
		for range 3 {
			from, to := drawSpot(t, m, twin), drawSpot(t, m, twin)
			p := f.Path(from, to, arcs)
			if want := f.Time(from, to); p.Time != want || !near(p.Time, twinTime(m, twin, from, to)) {
				t.Fatalf("%d ms, want %d as Time says and %d as the twin does", p.Time, want, twinTime(m, twin, from, to))
			}
			checkPath(t, m, &from, &to, &p)
			checkEnds(t, twin, &from, &to, &p)
			arcs = p.Arcs
			m = m.With(drawChanges(t, m))
			f.Use(m)
		}
	})
}

func checkPath(t *rapid.T, m *Metric, from, to *road.Spot, p *Path) {
	g, time, metres := m.Network.Graph, 0.0, 0.0
	if p.Time == road.Unreachable && (len(p.Arcs) > 0 || p.Metres != 0) {
		t.Fatalf("no way, yet %+v", p)
	}
	for i, a := range p.Arcs {
		begin, end := float32(0), float32(1)
		if i == 0 {
			begin = p.From
		} else if g.Tail(a) != g.Head[p.Arcs[i-1]] {
			t.Fatalf("arc %d does not begin where the one before ends", a)
		}
		if i == len(p.Arcs)-1 {
			end = p.To
		}
		if !(0 <= begin && begin <= end && end <= 1) {
			t.Fatalf("arc %d from %g to %g", a, begin, end)
		}
		time += float64(end-begin) * float64(m.Weight[a])
		metres += float64(end-begin) * float64(g.Metres[a])
	}
	if math.Abs(metres-p.Metres) > 1e-3 {
		t.Fatalf("%g m, want %g", p.Metres, metres)
	}
	if from.OnArc && to.OnArc && p.Time != road.Unreachable && len(m.Changed()) == 0 {
		// Each link and their difference is rounded to the millisecond, and shares are 32-bit numbers.
		if math.Abs(time-float64(p.Time)) > 1.5+1e-6*time {
			t.Fatalf("the parts take %g ms, all of it %d ms", time, p.Time)
		}
	}
}

// checkEnds checks that a path between places on roads begins and ends there. A part of no length is
// left out: the path then begins or ends at the end of another arc.
func checkEnds(t *rapid.T, twin []road.Arc, from, to *road.Spot, p *Path) {
	if len(p.Arcs) == 0 {
		return
	}
	at := func(s *road.Spot, a road.Arc, share float32) bool {
		return a == s.Arc && share == s.Along || a == twin[s.Arc] && share == 1-s.Along
	}
	atEnd := func(s *road.Spot) bool { return s.Along == 0 || s.Along == 1 }
	first, last := p.Arcs[0], p.Arcs[len(p.Arcs)-1]
	if from.OnArc && !at(from, first, p.From) && !(atEnd(from) && p.From == 0) {
		t.Fatalf("from %g of arc %d, asked from %+v", p.From, first, from)
	}
	if to.OnArc && !at(to, last, p.To) && !(atEnd(to) && p.To == 1) {
		t.Fatalf("to %g of arc %d, asked to %+v", p.To, last, to)
	}
	if !from.OnArc && p.From != 0 || !to.OnArc && p.To != 1 {
		t.Fatalf("from %g and to %g of arcs between nodes", p.From, p.To)
	}
}
