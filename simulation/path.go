package simulation

import (
	"container/heap"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// path is a way along the network, with the time at which each of its points is passed.
type path struct {
	points []orb.Point
	at     []time.Duration // from the start; ascending
}

// duration is how long the whole way takes.
func (p *path) duration() time.Duration { return p.at[len(p.at)-1] }

// position is where a car is after it has driven for t.
func (p *path) position(t time.Duration) orb.Point {
	i, _ := slices.BinarySearch(p.at, t)
	if i == 0 || i >= len(p.at) {
		return p.points[min(i, len(p.at)-1)]
	}
	share := float64(t-p.at[i-1]) / float64(p.at[i]-p.at[i-1])
	a, b := p.points[i-1], p.points[i]
	return orb.Point{a[0] + share*(b[0]-a[0]), a[1] + share*(b[1]-a[1])}
}

// fastest returns the fastest way from one node to another; ok is false where there is none. It is a
// plain Dijkstra with a new tree each time: a car sets off every few minutes.
func fastest(m *route.Metric, from, to road.Node) (p path, ok bool) {
	g := m.Network.Graph
	best, via := slices.Repeat([]road.Millis{road.Unreachable}, g.Nodes()), make([]road.Node, g.Nodes())
	best[from] = 0
	for q := (queue{{from, 0}}); len(q) > 0; {
		e := heap.Pop(&q).(entry)
		if e.node == to {
			break
		}
		if e.time > best[e.node] {
			continue
		}
		for a := g.FirstOut[e.node]; a < g.FirstOut[e.node+1]; a++ {
			if t := e.time.Add(m.Weight[a]); t < best[g.Head[a]] {
				best[g.Head[a]], via[g.Head[a]] = t, e.node
				heap.Push(&q, entry{g.Head[a], t})
			}
		}
	}
	if best[to] == road.Unreachable {
		return path{}, false
	}
	for v := to; ; v = via[v] {
		p.points = append(p.points, orb.Point{float64(g.Lon[v]), float64(g.Lat[v])})
		p.at = append(p.at, time.Duration(best[v])*time.Millisecond)
		if v == from {
			slices.Reverse(p.points)
			slices.Reverse(p.at)
			return p, true
		}
	}
}

type entry struct {
	node road.Node
	time road.Millis
}

// queue is a heap of nodes by time.
type queue []entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].time < q[j].time }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(e any)        { *q = append(*q, e.(entry)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
