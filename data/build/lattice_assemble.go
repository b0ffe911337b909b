package build

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
)

// lattice measures s and puts the lattice together.
func (s *survey) lattice(a *atlas) *lattice.Lattice {
	s.choose()
	m := s.measure()
	full := m.legs
	m.legs = thin(full)
	s.dropWeak(m)
	l := &lattice.Lattice{Cells: s.cells, Hash: a.inputs}
	for i := range s.cells.Len() {
		centre := s.cells.Centre(grid.Index(i))
		l.Modelled = append(l.Modelled, centre.Lon() >= meridian)
		l.Zone = append(l.Zone, a.zone(centre))
	}
	l.On, l.Off = s.allWays(m.on, full, true), s.allWays(m.off, full, false)
	s.fill(a.land, l)
	s.adopt(l, m.legs)
	l.Graph = s.graph(l, m.legs)
	return l
}

// dropWeak takes the site from cells that are not in the largest strongly connected component of the
// legs: their points use the sites around.
func (s *survey) dropWeak(m *measured) {
	strong := strongest(s.graph(nil, m.legs))
	for c := range m.legs {
		if !strong[c] {
			s.sites[c], m.legs[c], m.on[c], m.off[c] = nil, nil, nil, nil
		}
		m.legs[c] = slices.DeleteFunc(m.legs[c], func(l leg) bool { return !strong[l.to] })
	}
}

// allWays picks the ways of all squares.
func (s *survey) allWays(times [][]road.Millis, legs [][]leg, on bool) []lattice.Ways {
	between := func(a, b grid.Index) road.Millis {
		if !on {
			a, b = b, a
		}
		i, ok := slices.BinarySearchFunc(legs[a], b, func(l leg, b grid.Index) int { return cmp.Compare(l.to, b) })
		if !ok {
			return road.Unreachable
		}
		return legs[a][i].time
	}
	out := make([]lattice.Ways, s.cells.Len()*lattice.Squares)
	parallel(s.cells.Len(), func() func(int) {
		return func(c int) { s.ways(grid.Index(c), times, between, out[c*lattice.Squares:(c+1)*lattice.Squares]) }
	})
	return out
}

// fill gives each square without ways those of the nearest square with ways on the same side of the
// water, among the cells of its disc or, failing that, among all.
func (s *survey) fill(land *land, l *lattice.Lattice) {
	n := s.cells.Len()
	has := make([]bool, n*lattice.Squares)
	for i := range has {
		has[i] = l.On[i][0].Time != road.Unreachable && l.Off[i][0].Time != road.Unreachable
	}
	all := make([]grid.Index, n)
	for c := range all {
		all[c] = grid.Index(c)
	}
	parallel(n, func() func(int) {
		return func(c int) {
			for q := range lattice.Squares {
				if i := c*lattice.Squares + q; !has[i] {
					for _, among := range [][]grid.Index{s.near[c], s.disc[c], all} {
						if j, ok := s.nearestSquare(land, grid.Index(c), q, among, has); ok {
							l.On[i], l.Off[i] = l.On[j], l.Off[j]
							break
						}
					}
				}
			}
		}
	})
}

// nearestSquare returns the position of the square with ways that is nearest to square q of cell c.
func (s *survey) nearestSquare(land *land, c grid.Index, q int, among []grid.Index, has []bool) (best int, ok bool) {
	p := lattice.SquareCentre(s.cells.Centre(c), q)
	least := 0.0
	for _, d := range among {
		if land.parted(s.cells.Borough(c), s.cells.Borough(d)) {
			continue
		}
		for k := range lattice.Squares {
			if i := int(d)*lattice.Squares + k; has[i] {
				if m := road.Metres(p, lattice.SquareCentre(s.cells.Centre(d), k)); !ok || m < least {
					best, least, ok = i, m, true
				}
			}
		}
	}
	return best, ok
}

// adopt joins each cell without a site with the cell to which its middle has the shortest way, so that
// every node of the lattice can be reached from every other.
func (s *survey) adopt(l *lattice.Lattice, legs [][]leg) {
	for c := range legs {
		if len(s.sites[c]) == 0 {
			host := l.On[c*lattice.Squares+lattice.Squares/2+lattice.Side/2][0].Cell
			legs[c] = []leg{{to: host, time: 100}}
			legs[host] = append(legs[host], leg{to: grid.Index(c), time: 100})
			slices.SortFunc(legs[host], func(a, b leg) int { return cmp.Compare(a.to, b.to) })
		}
	}
}

// graph returns the legs as a graph; l is nil where only its shape matters.
func (s *survey) graph(l *lattice.Lattice, legs [][]leg) *road.Graph {
	g := &road.Graph{FirstOut: []road.Arc{0}}
	for c, from := range legs {
		at := s.cells.Centre(grid.Index(c))
		if len(s.sites[c]) > 0 {
			at = pointAt(s.g, s.sites[c][0])
		} else if len(from) > 0 && len(s.sites[from[0].to]) > 0 {
			at = pointAt(s.g, s.sites[from[0].to][0])
		}
		g.Lon, g.Lat = append(g.Lon, float32(at.Lon())), append(g.Lat, float32(at.Lat()))
		for _, x := range from {
			g.Head, g.Base, g.Metres = append(g.Head, road.Node(x.to)), append(g.Base, x.time), append(g.Metres, x.metres)
			g.Class = append(g.Class, road.Lattice)
			if l != nil {
				g.Zone = append(g.Zone, l.Zone[c])
			}
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g
}

// counts says what the lattice consists of.
func (s *survey) counts(l *lattice.Lattice) string {
	modelled, without := 0, 0
	for c := range l.Modelled {
		if l.Modelled[c] {
			modelled++
		}
		if len(s.sites[c]) == 0 {
			without++
		}
	}
	_, size := road.Components(l.Graph.FirstOut, l.Graph.Head, func(road.Arc) bool { return false })
	return fmt.Sprintf("%d cells (%d measured, %d modelled), %d arcs, %d strongly connected component(s); %d cells without a road of their own take a neighbour's",
		len(l.Modelled), len(l.Modelled)-modelled, modelled, l.Graph.Arcs(), len(size), without)
}
