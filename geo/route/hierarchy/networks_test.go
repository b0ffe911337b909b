package hierarchy_test

import (
	"context"
	"testing"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/geo/route/order"
	"github.com/nearside-ems/nearside/internal/westlondon"
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
	return once(tb, "west", func() (*road.Graph, *road.SpeedTable, error) {
		r, table := westlondon.Roads(tb, nil)
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
	n := &network{graph: g, weight: g.Weights(&p)}
	if n.order, err = order.NestedDissection(context.Background(), g, nil); err != nil {
		tb.Fatal(err)
	}
	if n.h, err = hierarchy.New(g, n.order); err != nil {
		tb.Fatal(err)
	}
	networks[name] = n
	return n
}
