package build

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// segment is an edge of a ring.
type segment struct {
	a, b orb.Point
	ring int
}

// crossings returns the pairs of distinct edges that meet anywhere but at a shared end, each with the
// rings that they belong to. A sweep along longitude compares only edges whose extents overlap.
func crossings(rings []orb.Ring) [][2]segment {
	var all []segment
	seen := map[[2]orb.Point]bool{}
	for i, ring := range rings {
		for j := 1; j < len(ring); j++ {
			k := edgeKey(ring[j-1], ring[j])
			if !seen[k] {
				seen[k] = true
				all = append(all, segment{k[0], k[1], i})
			}
		}
	}
	slices.SortFunc(all, func(s, t segment) int {
		return cmp.Or(comparePoints(s.a, t.a), comparePoints(s.b, t.b))
	})
	var out [][2]segment
	for i, s := range all {
		for _, t := range all[i+1:] {
			if t.a[0] > s.b[0] {
				break
			}
			if meet(s, t) {
				out = append(out, [2]segment{s, t})
			}
		}
	}
	return out
}

// meet says whether two edges have a point in common that is not an end of both.
func meet(s, t segment) bool {
	if min(s.a[1], s.b[1]) > max(t.a[1], t.b[1]) || min(t.a[1], t.b[1]) > max(s.a[1], s.b[1]) {
		return false
	}
	ta, tb := side(s.a, s.b, t.a), side(s.a, s.b, t.b)
	sa, sb := side(t.a, t.b, s.a), side(t.a, t.b, s.b)
	if ta == 0 && within(t.a, s) || tb == 0 && within(t.b, s) || sa == 0 && within(s.a, t) || sb == 0 && within(s.b, t) {
		return true
	}
	return ta*tb < 0 && sa*sb < 0
}

// within says whether a point on the line of s lies between its ends and is neither of them.
func within(p orb.Point, s segment) bool {
	return comparePoints(s.a, p) < 0 && comparePoints(p, s.b) < 0
}

// side says on which side of the line from a to b a point lies: 1 left, -1 right, 0 on it. Coordinates
// are whole millionths of a degree, so the arithmetic is exact in int64.
func side(a, b, p orb.Point) int {
	ax, ay := micro(a)
	bx, by := micro(b)
	px, py := micro(p)
	return cmp.Compare((bx-ax)*(py-ay), (by-ay)*(px-ax))
}

func micro(p orb.Point) (x, y int64) {
	return int64(math.Round(p[0] * 1e6)), int64(math.Round(p[1] * 1e6))
}

// rounded returns a ring with its points in whole millionths of a degree (0.1 m), repeats left out.
func rounded(ring orb.Ring) orb.Ring {
	out := make(orb.Ring, 0, len(ring))
	for _, p := range ring {
		x, y := micro(p)
		out = append(out, orb.Point{float64(x) / 1e6, float64(y) / 1e6})
	}
	return slices.Compact(out)
}

// simplify simplifies rings together, at the tolerance in metres or, around the places where edges
// would cross or a ring collapse, at as fine a one as it takes.
func simplify(rings []orb.Ring, tolerance float64) ([]orb.Ring, error) {
	t := newTopology(rings)
	for i := range t.arcs {
		t.arcs[i].tolerance = tolerance
	}
	for {
		simple := t.simplified()
		bad := map[int]bool{}
		for _, pair := range crossings(simple) {
			bad[pair[0].ring], bad[pair[1].ring] = true, true
		}
		for i, ring := range simple {
			if len(ring) < 4 {
				bad[i] = true
			}
		}
		if len(bad) == 0 {
			return simple, nil
		}
		if !t.refine(bad) {
			return nil, fmt.Errorf("boundaries cross however finely they are simplified")
		}
	}
}

// refine halves the tolerance of the arcs of some rings; done is false where none is left to halve.
func (t *topology) refine(rings map[int]bool) (done bool) {
	halved := map[int]bool{}
	for i := range rings {
		for _, u := range t.rings[i] {
			if a := &t.arcs[u.arc]; !halved[u.arc] && a.tolerance > 0.05 {
				a.tolerance /= 2
				halved[u.arc], done = true, true
			}
		}
	}
	return done
}
