package route_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// referee answers by Dijkstra's search.
type referee struct {
	ahead, behind *dijkstra.Search
}

func newReferee(c *city) *referee {
	return &referee{dijkstra.NewSearch(c.ahead), dijkstra.NewSearch(c.behind)}
}

// times returns the times from one place to others.
func (r *referee) times(m *route.Metric, from *road.Spot, to []road.Spot) []road.Millis {
	r.ahead.Begin(m.Weight)
	for i := range from.Leaves {
		r.ahead.From(from.Leave[i].Node, m.LinkTime(&from.Leave[i]))
	}
	r.ahead.All()
	out := make([]road.Millis, len(to))
	for k := range to {
		out[k] = m.Direct(from, &to[k])
		for i := range to[k].Reaches {
			out[k] = min(out[k], r.ahead.Time(to[k].Reach[i].Node).Add(m.LinkTime(&to[k].Reach[i])))
		}
	}
	return out
}

// nearest returns the k cars that reach a call first: a search backward until no car can be sooner. at
// has the cars by the nodes that they leave by.
func (r *referee) nearest(m *route.Metric, call *road.Spot, cars []road.Spot, at map[road.Node][]int, k int) []route.Found {
	best, bound := map[int]road.Millis{}, road.Unreachable // bound: of the k-th so far
	improve := func(car int, t road.Millis) {
		if old, ok := best[car]; t == road.Unreachable || ok && t >= old {
			return
		}
		best[car] = t
		if first := firstOf(best, k); len(first) == k {
			bound = first[k-1].Time
		}
	}
	for c := range cars {
		improve(c, m.Direct(&cars[c], call))
	}
	r.behind.Begin(m.Weight)
	for i := range call.Reaches {
		r.behind.From(call.Reach[i].Node, m.LinkTime(&call.Reach[i]))
	}
	for v, t := range r.behind.Settle(road.Unreachable) {
		if t > bound {
			break
		}
		for _, c := range at[v] {
			for i := range cars[c].Leaves {
				if l := &cars[c].Leave[i]; l.Node == v {
					improve(c, t.Add(m.LinkTime(l)))
				}
			}
		}
	}
	return firstOf(best, k)
}

func firstOf(best map[int]road.Millis, k int) []route.Found {
	var out []route.Found
	for c, t := range best {
		out = append(out, route.Found{Car: c, Time: t})
	}
	slices.SortFunc(out, func(a, b route.Found) int { return cmp.Or(cmp.Compare(a.Time, b.Time), a.Car-b.Car) })
	return out[:min(k, len(out))]
}

// byNode returns the cars by the nodes that they leave by.
func byNode(cars []road.Spot) map[road.Node][]int {
	at := map[road.Node][]int{}
	for c := range cars {
		for _, l := range cars[c].Leave[:cars[c].Leaves] {
			if !slices.Contains(at[l.Node], c) {
				at[l.Node] = append(at[l.Node], c)
			}
		}
	}
	return at
}

// TestTimesOfCitiesAreDijkstras compares 10,000 pairs of places under every profile, then under random
// road changes, each set in place of the one before: times by one search for all, both ways and one by
// one, and the parts of paths.
func TestTimesOfCitiesAreDijkstras(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		const starts, ends = 4, 1000
		random, r := rand.New(rand.NewPCG(11, 7)), newReferee(c)
		var m *route.Metric
		var f *route.Finder
		for _, p := range c.profiles {
			m = route.NewMetric(c.network, p)
			if f == nil {
				f = route.NewFinder(m)
			}
			f.Use(m)
			c.compare(t, m, f, r, c.spots(t, random, starts), c.spots(t, random, ends))
		}
		for range 3 {
			from, to := c.spots(t, random, starts), c.spots(t, random, ends)
			m = m.With(c.changes(random, 400, slices.Concat(from, to)))
			f.Use(m)
			c.compare(t, m, f, r, from, to)
		}
	})
}

// compare compares all times between places with Dijkstra's.
func (c *city) compare(t *testing.T, m *route.Metric, f *route.Finder, r *referee, from, to []road.Spot) {
	t.Helper()
	ahead, back, any := make([]road.Millis, len(to)), make([]road.Millis, len(from)), slices.Repeat([]road.Millis{road.Unreachable}, len(to))
	var path route.Path
	for i := range from {
		want := r.times(m, &from[i], to)
		f.OneToMany(from[i], to, ahead)
		for k := range to {
			if ahead[k] != want[k] {
				t.Fatalf("period %d, %v: %d ms from %+v to %+v, Dijkstra says %d", m.Profile.Period, m.Profile.Driving, ahead[k], from[i], to[k], want[k])
			}
			any[k] = min(any[k], want[k])
		}
		for k := i; k < len(to); k += 50 { // some of them one by one
			back = f.ManyToOne(from, to[k], back)
			path = f.Path(from[i], to[k], path.Arcs)
			if one := f.Time(from[i], to[k]); one != want[k] || back[i] != want[k] || path.Time != want[k] {
				t.Fatalf("period %d, %v: %d, %d and %d ms from %+v to %+v, Dijkstra says %d", m.Profile.Period, m.Profile.Driving, one, back[i], path.Time, from[i], to[k], want[k])
			}
			c.follow(t, m, &path)
		}
	}
	if got := f.FromAny(from, to, ahead); !slices.Equal(got, any) {
		t.Fatalf("period %d, %v: times from the nearest of %d are not Dijkstra's", m.Profile.Period, m.Profile.Driving, len(from))
	}
}

// follow checks that a path is one, and takes no longer than it says.
func (c *city) follow(t *testing.T, m *route.Metric, p *route.Path) {
	t.Helper()
	g, whole := c.network.Graph, road.Millis(0)
	for i, a := range p.Arcs {
		if i > 0 && g.Tail(a) != g.Head[p.Arcs[i-1]] {
			t.Fatalf("arc %d does not begin where the one before ends", a)
		}
		if i > 0 && i < len(p.Arcs)-1 {
			whole = whole.Add(m.Weight[a])
		}
	}
	if whole > p.Time {
		t.Fatalf("the arcs between the ends take %d ms, all of it %d", whole, p.Time)
	}
}

// TestNearestInCitiesAreDijkstras asks 2,000 calls for the 5 nearest of fleets, half of them after
// random road changes.
func TestNearestInCitiesAreDijkstras(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		random, r := rand.New(rand.NewPCG(12, 7)), newReferee(c)
		m := route.NewMetric(c.network, c.speeds.Profile(c.speeds.Period(12), road.BlueLight))
		f := route.NewFinder(m)
		for _, fleet := range []int{6, 500} {
			for round := range 2 {
				cars, calls := c.spots(t, random, fleet), c.spots(t, random, 250)
				var changes []route.Change
				if round%2 == 1 {
					changes = c.changes(random, 400, cars)
				}
				m = m.With(changes)
				f.Use(m)
				c.compareNearest(t, m, f, r, cars, calls)
			}
		}
	})
}

func (c *city) compareNearest(t *testing.T, m *route.Metric, f *route.Finder, r *referee, cars, calls []road.Spot) {
	t.Helper()
	const k = 5
	at, found := byNode(cars), []route.Found(nil)
	var all [][]road.Millis // by car, for few cars: one search each, not one for each call
	if len(cars) < 50 {
		for i := range cars {
			all = append(all, r.times(m, &cars[i], calls))
		}
	}
	for i := range calls {
		var want []route.Found
		if all == nil {
			want = r.nearest(m, &calls[i], cars, at, k)
		} else {
			best := map[int]road.Millis{}
			for car := range cars {
				if all[car][i] != road.Unreachable {
					best[car] = all[car][i]
				}
			}
			want = firstOf(best, k)
		}
		if found = f.Nearest(calls[i], cars, k, found); !slices.Equal(found, want) {
			t.Fatalf("%d cars: %v reach %+v, Dijkstra says %v", len(cars), found, calls[i], want)
		}
	}
}
