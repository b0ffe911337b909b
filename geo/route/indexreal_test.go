package route

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// referee finds the nearest cars by Dijkstra's search from the call.
type referee struct {
	search *dijkstra.Search
	at     map[road.Node][]int // slots of the cars that leave by a node
}

func newReferee(m *Metric, cars []road.Spot) *referee {
	r := &referee{dijkstra.NewSearch(dijkstra.Backward(m.Network.Graph)), map[road.Node][]int{}}
	for slot := range cars {
		for _, l := range cars[slot].Leave[:cars[slot].Leaves] {
			r.at[l.Node] = append(r.at[l.Node], slot)
		}
	}
	return r
}

func (r *referee) nearest(m *Metric, cars []road.Spot, call *road.Spot, k int) []Found {
	soonest := map[int]road.Millis{}
	offer := func(slot int, t road.Millis) {
		if was, known := soonest[slot]; t != road.Unreachable && (!known || t < was) {
			soonest[slot] = t
		}
	}
	for slot := range cars {
		offer(slot, m.direct(&cars[slot], call))
	}
	r.search.Begin(m.Weight)
	for _, l := range call.Reach[:call.Reaches] {
		r.search.From(l.Node, m.time(&l))
	}
	var sorted []Found
	for v, t := range r.search.Settle(road.Unreachable - 1) {
		if len(sorted) >= k && t > sorted[k-1].Time {
			break
		}
		for _, slot := range r.at[v] {
			for _, l := range cars[slot].Leave[:cars[slot].Leaves] {
				if l.Node == v {
					offer(slot, t.Add(m.time(&l)))
				}
			}
		}
		if len(r.at[v]) > 0 {
			sorted = sorted[:0]
			for slot, t := range soonest {
				sorted = append(sorted, Found{slot, t})
			}
			slices.SortFunc(sorted, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Time, b.Time), a.Car-b.Car) })
		}
	}
	return sorted[:min(k, len(sorted))]
}

// TestIndexOnRealRoads asks for cars of small and large fleets on the west network, by searches and by
// labels, after cars have moved and, of one fleet, after a hundred roads were closed, and compares the
// answers with Dijkstra's.
func TestIndexOnRealRoads(t *testing.T) {
	m := westNetwork(t)
	random := rand.New(rand.NewPCG(11, 0))
	var closed []Change
	for range 100 {
		closed = append(closed, Change{Arc: road.Arc(random.IntN(m.Network.Graph.Arcs()))})
	}
	for _, c := range []struct {
		*Metric
		fleets []int
	}{{m, []int{50, 500, 10_000}}, {m.With(closed), []int{500}}} {
		m, labels := c.Metric, labelled(t, c.Metric)
		for _, cars := range c.fleets {
			x := newBeat(t, m, cars, 200)
			spots := make([]road.Spot, cars)
			for car := range cars {
				for turn := range 3 {
					x.move(car, turn)
				}
				spots[car] = x.at[car][2]
			}
			r, s := newReferee(m, spots), NewScratch(m)
			for i, call := range snapped(t, m, 100) {
				if i%10 == 0 {
					call = spots[random.IntN(cars)] // beside a car
				}
				want := r.nearest(m, spots, &call, 5)
				for _, l := range []*hierarchy.Labels{nil, labels} {
					m.UseLabels(l)
					if got := x.index.Nearest(s, &call, 5, nil, nil); !slices.Equal(got, want) {
						t.Fatalf("call %d, %d cars, labelled %v: %v, want %v", i, cars, m.Labelled(), got, want)
					}
				}
				m.UseLabels(nil)
			}
		}
	}
}
