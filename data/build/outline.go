package build

import (
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// checkBoroughs proves that boroughs neither overlap nor leave gaps beyond the outline: no two edges
// cross or touch but at shared ends; an edge that two boroughs share runs once each way; and what is
// left, the edges used once, is the ring around them all, whose area is the sum of theirs.
func checkBoroughs(boroughs []geo.Borough) error {
	var sum float64
	for _, b := range boroughs {
		sum += geo.Area(b.Land)
	}
	rings := allRings(boroughs)
	if bad := crossings(rings); len(bad) > 0 {
		return fmt.Errorf("boundaries: %d pairs of edges cross, the first at %v", len(bad), bad[0][0].a)
	}
	outline, err := outlineOf(rings)
	if err != nil {
		return err
	}
	if around := geo.RingArea(outline); math.Abs(around-sum) > 1 {
		return fmt.Errorf("boundaries: the boroughs' areas sum to %.0f m², their outline holds %.0f m²", sum, around)
	}
	return nil
}

func allRings(boroughs []geo.Borough) []orb.Ring {
	var rings []orb.Ring
	for _, b := range boroughs {
		for _, polygon := range b.Land {
			rings = append(rings, polygon...)
		}
	}
	return rings
}

// outlineOf returns the ring of the edges that only one ring uses.
func outlineOf(rings []orb.Ring) (orb.Ring, error) {
	used := map[[2]orb.Point]int{} // directed
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			used[[2]orb.Point{ring[i-1], ring[i]}]++
		}
	}
	next := map[orb.Point]orb.Point{}
	var start orb.Point
	for e, n := range used {
		back := used[[2]orb.Point{e[1], e[0]}]
		if n > 1 || back > 1 {
			return nil, fmt.Errorf("boundaries: the edge at %v belongs to two boroughs on the same side", e[0])
		}
		if back == 0 {
			if _, twice := next[e[0]]; twice {
				return nil, fmt.Errorf("boundaries: the outline passes %v twice", e[0])
			}
			next[e[0]] = e[1]
			if len(next) == 1 || comparePoints(e[0], start) < 0 {
				start = e[0]
			}
		}
	}
	outline := orb.Ring{start}
	for p := next[start]; p != start; p = next[p] {
		outline = append(outline, p)
		if len(outline) > len(next) {
			return nil, fmt.Errorf("boundaries: the outline does not close")
		}
	}
	if len(outline) != len(next) {
		return nil, fmt.Errorf("boundaries: the outline is in more than one piece: there is a gap between boroughs")
	}
	return append(outline, start), nil
}
