package build

import (
	"iter"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
)

// nowhere marks a node outside the grid.
const nowhere grid.Index = -1

// survey is a road network laid over the grid.
type survey struct {
	cells  *grid.Grid
	g      *road.Graph
	nodes  [][]road.Node  // per cell
	places [][]place      // per cell
	sites  [][]road.Node  // per cell: the nodes that stand for it; empty where no road runs
	siteOf []grid.Index   // per node: the cell that it stands for
	disc   [][]grid.Index // per cell: the cells within rings, itself first
	near   [][]grid.Index // per cell: the cells within nearRings
}

// place is a point on a road: where one gets on and off it, and how long that takes.
type place struct {
	at      orb.Point
	cell    grid.Index
	square  uint8
	on, off [2]end
}

// end is an end of the road that a place lies on; a time of Unreachable means that it is no way on or off.
type end struct {
	node road.Node
	time road.Millis
}

func newSurvey(cells *grid.Grid, g *road.Graph) *survey {
	s := &survey{cells: cells, g: g,
		siteOf: make([]grid.Index, g.Nodes()),
		nodes:  make([][]road.Node, cells.Len()), places: make([][]place, cells.Len()), sites: make([][]road.Node, cells.Len())}
	strong := strongest(g)
	for v := range s.siteOf {
		s.siteOf[v] = nowhere
		if !strong[v] {
			continue
		}
		if c, ok := cells.At(pointAt(g, road.Node(v))); ok {
			s.nodes[c] = append(s.nodes[c], road.Node(v))
		}
	}
	s.disc, s.near = discs(cells, rings), discs(cells, nearRings)
	return s
}

// strongest tells for each node whether it is in the largest strongly connected component.
func strongest(g *road.Graph) []bool {
	component, size := road.Components(g.FirstOut, g.Head, func(road.Arc) bool { return false })
	largest := 0
	for c := range size {
		if size[c] > size[largest] {
			largest = c
		}
	}
	in := make([]bool, len(component))
	for v, c := range component {
		in[v] = int(c) == largest
	}
	return in
}

func pointAt(g *road.Graph, v road.Node) orb.Point {
	return orb.Point{float64(g.Lon[v]), float64(g.Lat[v])}
}

// discs returns, for each cell, the cells within the given number of steps between neighbours, itself
// first, then ring by ring.
func discs(cells *grid.Grid, rings int) [][]grid.Index {
	out := make([][]grid.Index, cells.Len())
	seen := make([]grid.Index, cells.Len())
	for i := range seen {
		seen[i] = nowhere
	}
	for i := range out {
		c := grid.Index(i)
		disc := []grid.Index{c}
		seen[c] = c
		for from, ring := 0, 0; ring < rings; ring++ {
			to := len(disc)
			for _, d := range disc[from:to] {
				for _, n := range cells.Neighbours(d) {
					if seen[n] != c {
						seen[n] = c
						disc = append(disc, n)
					}
				}
			}
			slices.Sort(disc[to:])
			from = to
		}
		out[i] = disc
	}
	return out
}

// addPlaces puts a place at least every placeMetres along the roads of west, whose nodes are s's from first on.
func (s *survey) addPlaces(west *road.Graph, e *road.Edges, first road.Node) {
	tails := west.Tails()
	for i := range e.Len() {
		s.placesOf(west, tails, e, i, first)
	}
}

func (s *survey) placesOf(west *road.Graph, tails []road.Node, e *road.Edges, i int, first road.Node) {
	f, b := e.Forward[i], e.Backward[i]
	along := func(a road.Arc, toHead float64) (on, off end) {
		return end{west.Head[a] + first, road.Millis(toHead * float64(west.Base[a]))},
			end{tails[a] + first, road.Millis((1 - toHead) * float64(west.Base[a]))}
	}
	for at, p := range spaced(e, i) {
		c, ok := s.cells.At(p)
		if !ok {
			continue
		}
		pl := place{at: p, cell: c, square: uint8(lattice.Square(s.cells.Centre(c), p))}
		pl.on[0], pl.off[0] = along(f, 1-at)
		pl.on[1].time, pl.off[1].time = road.Unreachable, road.Unreachable
		if f != b {
			pl.on[1], pl.off[1] = along(b, at)
		}
		s.places[c] = append(s.places[c], pl)
	}
}

// spaced returns points at equal distances of at most placeMetres along edge i, with the share of its
// length at which each lies.
func spaced(e *road.Edges, i int) iter.Seq2[float64, orb.Point] {
	total := 0.0
	for k := 1; k < e.Points(i); k++ {
		total += road.Metres(e.Point(i, k-1), e.Point(i, k))
	}
	n := int(total/placeMetres) + 1
	return func(yield func(float64, orb.Point) bool) {
		k, before := 1, 0.0
		for j := range n {
			at := (float64(j) + 0.5) / float64(n)
			p, q := e.Point(i, k-1), e.Point(i, k)
			piece := road.Metres(p, q)
			for k < e.Points(i)-1 && before+piece < at*total {
				before += piece
				k++
				p, q = e.Point(i, k-1), e.Point(i, k)
				piece = road.Metres(p, q)
			}
			u := 0.0
			if piece > 0 {
				u = min(max((at*total-before)/piece, 0), 1)
			}
			if !yield(at, orb.Point{p[0] + u*(q[0]-p[0]), p[1] + u*(q[1]-p[1])}) {
				return
			}
		}
	}
}

// Sites are chosen by the class of road and the distance from the cell's centre: a class counts as much as
// classMetres. Nodes of the same class within gatherMetres stand for the cell together, as the two
// carriageways of one road do; larger circles make turning round too easy, smaller ones too hard.
const (
	classMetres  = 60
	gatherMetres = 25
)

// choose picks the nodes that stand for each cell.
func (s *survey) choose() {
	class := nodeClasses(s.g)
	for c, nodes := range s.nodes {
		centre := s.cells.Centre(grid.Index(c))
		best, site := math.Inf(1), road.Node(0)
		for _, v := range nodes {
			if x := classMetres*float64(class[v]) + road.Metres(centre, pointAt(s.g, v)); x < best {
				best, site = x, v
			}
		}
		for _, v := range nodes {
			if v == site {
				s.sites[c] = append([]road.Node{v}, s.sites[c]...)
			} else if class[v] == class[site] && road.Metres(pointAt(s.g, site), pointAt(s.g, v)) <= gatherMetres {
				s.sites[c] = append(s.sites[c], v)
			}
		}
		for _, v := range s.sites[c] {
			s.siteOf[v] = grid.Index(c)
		}
	}
}

// nodeClasses returns the best class of each node's arcs.
func nodeClasses(g *road.Graph) []road.Class {
	class := slices.Repeat([]road.Class{road.Classes}, g.Nodes())
	for v := range class {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			class[v] = min(class[v], g.Class[a])
			class[g.Head[a]] = min(class[g.Head[a]], g.Class[a])
		}
	}
	return class
}
