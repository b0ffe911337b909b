package route_test

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/dijkstra"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// city is a network of real size.
type city struct {
	network  *route.Network
	speeds   *road.SpeedTable
	box      orb.Bound // where places are drawn
	ahead    *dijkstra.Side
	behind   *dijkstra.Side
	profiles []road.Profile // all of them
}

// eachCity runs a test or a benchmark on the shared extract of London west of the meridian, where there
// is one, and on the built-in lattice.
func eachCity[T interface {
	testing.TB
	Run(string, func(T)) bool
}](tb T, f func(T, *city)) {
	tb.Helper()
	tb.Run("west", func(t T) {
		file := sourcedata.Path(t, "roads", "west_london_omt2018.osm.pbf")
		f(t, loadCity(t, &west, orb.Bound{Min: orb.Point{-0.4, 51.4}, Max: orb.Point{-0.02, 51.6}}, func(l *data.London) (*route.Network, error) { return importFile(l, file) }))
	})
	tb.Run("lattice", func(t T) {
		f(t, loadCity(t, &lattice, orb.Bound{Min: orb.Point{-0.3, 51.4}, Max: orb.Point{0.1, 51.6}}, func(l *data.London) (*route.Network, error) { return l.Network, nil }))
	})
}

var west, lattice loaded

type loaded struct {
	once sync.Once
	city *city
	err  error
}

func loadCity(tb testing.TB, l *loaded, box orb.Bound, load func(*data.London) (*route.Network, error)) *city {
	tb.Helper()
	l.once.Do(func() {
		var london *data.London
		if london, l.err = data.Load(); l.err != nil {
			return
		}
		c := &city{speeds: london.Speeds, box: box}
		if c.network, l.err = load(london); l.err != nil {
			return
		}
		c.ahead, c.behind = dijkstra.Forward(c.network.Graph), dijkstra.Backward(c.network.Graph)
		for p := range c.speeds.Periods() {
			for d := range road.Drivings {
				c.profiles = append(c.profiles, c.speeds.Profile(road.Period(p), d))
			}
		}
		l.city = c
	})
	if l.err != nil {
		tb.Fatal(l.err)
	}
	return l.city
}

func importFile(l *data.London, file string) (*route.Network, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r, err := osm.Import(context.Background(), f, osm.Settings{Speeds: l.Speeds, Zone: road.ZoneOf(l.Boroughs)})
	if err != nil {
		return nil, err
	}
	snapper, err := road.NewEdgeSnapper(r.Graph, r.Edges, route.SnapMetres)
	return &route.Network{Name: "west", Graph: r.Graph, Edges: r.Edges, Snapper: snapper}, err
}

// spots draws places on the roads.
func (c *city) spots(tb testing.TB, random *rand.Rand, n int) []road.Spot {
	tb.Helper()
	out := make([]road.Spot, 0, n)
	for tries := 0; len(out) < n; tries++ {
		p := orb.Point{
			c.box.Min[0] + random.Float64()*(c.box.Max[0]-c.box.Min[0]),
			c.box.Min[1] + random.Float64()*(c.box.Max[1]-c.box.Min[1]),
		}
		if s, ok := c.network.Snap(p); ok {
			out = append(out, s)
		} else if tries > 10*n {
			tb.Fatal("hardly a place lies near a road")
		}
	}
	return out
}

// changes draws closures and speeds of so many arcs, some of them on the edges of the places.
func (c *city) changes(random *rand.Rand, n int, near []road.Spot) []route.Change {
	out := make([]route.Change, n)
	for i := range out {
		out[i].Arc = road.Arc(random.IntN(c.network.Graph.Arcs()))
		if s := near[random.IntN(len(near))]; i%4 == 0 && s.OnArc {
			out[i].Arc = s.Leave[random.IntN(int(s.Leaves))].Arc
		}
		if i%2 == 0 {
			out[i].KmH = 1 + 100*random.Float64()
		}
	}
	return out
}
