package hierarchy_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// network is a graph with the travel times of one profile and a hierarchy, made once for all tests.
type network struct {
	graph  *road.Graph
	weight []road.Millis
	order  []road.Node
	h      *hierarchy.Hierarchy
}

var networks = map[string]*network{}

// west returns the shared extract of London west of the meridian, or skips where there is none.
func west(tb testing.TB) *network {
	tb.Helper()
	file := sourcedata.Path(tb, "roads", "west_london_omt2018.osm.pbf")
	return once(tb, "west", func() (*road.Graph, *road.SpeedTable, error) {
		speeds, err := os.Open("../../road/testdata/speeds.json")
		if err != nil {
			return nil, nil, err
		}
		defer func() { _ = speeds.Close() }()
		table, err := road.ReadSpeeds(speeds)
		if err != nil {
			return nil, nil, err
		}
		f, err := os.Open(file)
		if err != nil {
			return nil, nil, err
		}
		defer func() { _ = f.Close() }()
		r, err := osm.Import(context.Background(), f, osm.Settings{Speeds: table, Zone: func(orb.Point) road.Zone { return road.Outer }})
		if err != nil {
			return nil, nil, err
		}
		return r.Graph, table, nil
	})
}

// lattice returns the built-in network.
func lattice(tb testing.TB) *network {
	tb.Helper()
	return once(tb, "lattice", func() (*road.Graph, *road.SpeedTable, error) {
		l, err := data.Load()
		if err != nil {
			return nil, nil, err
		}
		return l.Network.Graph, l.Speeds, nil
	})
}

func once(tb testing.TB, name string, load func() (*road.Graph, *road.SpeedTable, error)) *network {
	tb.Helper()
	if n := networks[name]; n != nil {
		return n
	}
	g, speeds, err := load()
	if err != nil {
		tb.Fatal(err)
	}
	p := speeds.Profile(0, road.Normal)
	n := &network{graph: g, weight: g.Weights(&p), order: bisect(g)}
	if n.h, err = hierarchy.New(g, n.order); err != nil {
		tb.Fatal(err)
	}
	networks[name] = n
	return n
}

// bisect returns a nested-dissection order by coordinates: halves by the longer axis, and of the nodes
// of the lower half those with a neighbour in the upper contracted last.
func bisect(g *road.Graph) []road.Node {
	near := make([][]road.Node, g.Nodes())
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			near[v] = append(near[v], g.Head[a])
			near[g.Head[a]] = append(near[g.Head[a]], road.Node(v))
		}
	}
	order := make([]road.Node, 0, g.Nodes())
	side := make([]int, g.Nodes())
	label := 0
	var cut func(nodes []road.Node)
	cut = func(nodes []road.Node) {
		if len(nodes) < 3 {
			order = append(order, nodes...)
			return
		}
		lo, hi := [2]float32{999, 999}, [2]float32{-999, -999}
		for _, v := range nodes {
			p := [2]float32{g.Lon[v] * 0.62, g.Lat[v]}
			for k := range p {
				lo[k], hi[k] = min(lo[k], p[k]), max(hi[k], p[k])
			}
		}
		axis := g.Lat
		if hi[0]-lo[0] > hi[1]-lo[1] {
			axis = g.Lon
		}
		slices.SortFunc(nodes, func(a, b road.Node) int {
			if axis[a] != axis[b] {
				if axis[a] < axis[b] {
					return -1
				}
				return 1
			}
			return int(a) - int(b)
		})
		half := len(nodes) / 2
		label++
		for _, v := range nodes[half:] {
			side[v] = label
		}
		var rest, separator []road.Node
		for _, v := range nodes[:half] {
			if slices.ContainsFunc(near[v], func(u road.Node) bool { return side[u] == label }) {
				separator = append(separator, v)
			} else {
				rest = append(rest, v)
			}
		}
		cut(rest)
		cut(nodes[half:])
		order = append(order, separator...)
	}
	nodes := make([]road.Node, g.Nodes())
	for v := range nodes {
		nodes[v] = road.Node(v)
	}
	cut(nodes)
	return order
}
