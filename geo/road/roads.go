package road

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// Roads are a network as imported: the graph, in which no path takes a forbidden turn, and the shapes
// of its roads.
type Roads struct {
	Graph *Graph
	Edges *Edges
}

// Validate checks that every position lies within its slice, every figure is possible and the slices
// belong together, so that no search or snap can go astray.
func (r *Roads) Validate() error {
	return errors.Join(r.Graph.validate(), r.Edges.validate(r.Graph))
}

func (g *Graph) validate() error {
	nodes, arcs := g.Nodes(), g.Arcs()
	switch {
	case len(g.FirstOut) != nodes+1 || len(g.Lat) != nodes:
		return fmt.Errorf("graph: %d first arcs and %d latitudes for %d nodes", len(g.FirstOut), len(g.Lat), nodes)
	case len(g.Base) != arcs || len(g.Metres) != arcs || len(g.Class) != arcs || len(g.Zone) != arcs:
		return fmt.Errorf("graph: %d, %d, %d and %d times, lengths, classes and zones for %d arcs", len(g.Base), len(g.Metres), len(g.Class), len(g.Zone), arcs)
	case !rises(g.FirstOut, arcs):
		return errors.New("graph: the first arcs of the nodes do not rise from 0 to the number of arcs")
	}
	for a := range arcs {
		if int(g.Head[a]) >= nodes || g.Base[a] > Unreachable || g.Class[a] >= Classes || g.Zone[a] >= Zones || !(g.Metres[a] >= 0 && g.Metres[a] < 1e6) {
			return fmt.Errorf("graph: arc %d to node %d in %d ms of class %d in zone %d over %g m", a, g.Head[a], g.Base[a], g.Class[a], g.Zone[a], g.Metres[a])
		}
	}
	return validPoints("graph", g.Lon, g.Lat)
}

func (e *Edges) validate(g *Graph) error {
	n := e.Len()
	switch {
	case len(e.Backward) != n || len(e.First) != n+1 || len(e.Lon) != len(e.Lat):
		return fmt.Errorf("roads: %d ways back and %d shapes for %d roads", len(e.Backward), len(e.First)-1, n)
	case !rises(e.First, len(e.Lon)):
		return errors.New("roads: the shapes do not rise from 0 to the number of points")
	}
	for i := range n {
		if int(e.Forward[i]) >= g.Arcs() || int(e.Backward[i]) >= g.Arcs() || e.Points(i) < 2 {
			return fmt.Errorf("roads: road %d of %d points on arcs %d and %d of %d", i, e.Points(i), e.Forward[i], e.Backward[i], g.Arcs())
		}
	}
	return errors.Join(e.validNames(), validPoints("roads", e.Lon, e.Lat))
}

// validNames refuses names that are not there and text that is no UTF-8, which messages may not hold.
func (e *Edges) validNames() error {
	if e.Name == nil {
		return nil
	}
	if len(e.Name) != e.Len() || len(e.Names) == 0 || e.Names[0] != "" {
		return fmt.Errorf("roads: %d names for %d roads, of %d, the first of which stands for none", len(e.Name), e.Len(), len(e.Names))
	}
	for i, n := range e.Name {
		if int(n) >= len(e.Names) {
			return fmt.Errorf("roads: road %d has name %d of %d", i, n, len(e.Names))
		}
	}
	for i, s := range e.Names {
		if !utf8.ValidString(s) {
			return fmt.Errorf("roads: name %d, %q, is not UTF-8", i, s)
		}
	}
	return nil
}

// rises tells whether positions go up from 0 to end.
func rises[T ~uint32](v []T, end int) bool {
	return len(v) > 0 && v[0] == 0 && slices.IsSorted(v) && int(v[len(v)-1]) == end
}

// validPoints refuses points away from London by more than a degree: an index over them would be huge.
func validPoints(what string, lon, lat []float32) error {
	for i := range lon {
		if !(math.Abs(float64(lon[i])) < 1.5 && lat[i] > 50.5 && lat[i] < 52.5) {
			return fmt.Errorf("%s: point %d at %g, %g is not near London", what, i, lat[i], lon[i])
		}
	}
	return nil
}
