package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// mostChanged is how many arcs, of so many, may change for Update to be faster than Customise.
func mostChanged(arcs int) int { return 64 + arcs/512 }

// Update returns the metric of other weights, given all of them and the arcs whose weight may differ
// from that which m was made with. Its times equal those of a full customisation, but only edges that
// may have changed are looked at; what Perfect adds is left out. It keeps weight.
func (m *Metric) Update(weight []road.Millis, changed []road.Arc) *Metric {
	if len(changed) > mostChanged(len(weight)) {
		return m.H.Customise(weight)
	}
	n := &Metric{H: m.H, Up: slices.Clone(m.Up), Down: slices.Clone(m.Down), weight: weight}
	u := update{
		Metric: n,
		up:     direction{m.Up, n.Up},
		down:   direction{m.Down, n.Down},
		queued: newBitset(m.H.Edges()),
		longer: newBitset(m.H.Edges()),
	}
	for _, a := range changed {
		switch p := m.H.placed[a]; {
		case p == loop:
		case p.down():
			u.offer(p.edge(), u.down, m.weight[a], weight[a])
		default:
			u.offer(p.edge(), u.up, m.weight[a], weight[a])
		}
	}
	for e, ok := u.queued.next(0); ok; {
		x := m.H.tail(e)
		u.settle(x, e)
		e, ok = u.queued.next(m.H.First[x+1])
	}
	return n
}

// update is a partial customisation (Dibbelt, Strasser and Wagner 2016) under way. Edges are settled in
// ascending order, as the times of one follow from those of edges with a lower lower node. Until an edge
// is settled its times are at most the right ones.
type update struct {
	*Metric
	up, down direction
	queued   bitset // edges whose times may change
	longer   bitset // those of them whose times may become longer
}

// direction is the times of edges in one of their directions.
type direction struct{ was, is []road.Millis }

// offer says that a way along an edge, by an arc or over a lower node, took was and takes now. Edges
// are queued where that changes theirs: it is now the shortest, or it was.
func (u *update) offer(e Edge, d direction, was, now road.Millis) {
	if was < now {
		if was == d.was[e] {
			u.queued.set(e)
			u.longer.set(e)
		}
		return
	}
	if now < d.is[e] {
		d.is[e] = now
		u.queued.set(e)
	}
}

// settle settles the edges up from x, of which e is the first that is queued.
func (u *update) settle(x Rank, e Edge) {
	end := u.H.First[x+1]
	for f := range u.queued.within(e, end) {
		if u.longer.has(f) {
			u.Up[f], u.Down[f] = u.shortest(x, f)
		}
	}
	for f := range u.queued.within(e, end) {
		u.spread(x, f, u.down, u.up)
		u.spread(x, f, u.up, u.down)
	}
}

// shortest returns the times of an edge up from x by those of its arcs and of the edges below.
func (u *update) shortest(x Rank, e Edge) (up, down road.Millis) {
	z, leastUp, leastDown := u.H.Head[e], u.Up[e], u.Down[e]
	up, down = u.shortestArc(x, z), u.shortestArc(z, x)
	for toX, toZ := range u.H.common(x, z) {
		if up == leastUp && down == leastDown {
			break
		}
		up = min(up, u.Down[toX.edge]+u.Up[toZ])
		down = min(down, u.Down[toZ]+u.Up[toX.edge])
	}
	return up, down
}

// shortestArc returns the time of the shortest arc from one node to another.
func (u *update) shortestArc(from, to Rank) road.Millis {
	t := road.Unreachable
	for a := range u.H.arcs(from, to) {
		t = min(t, u.weight[a])
	}
	return t
}

// spread offers the ways over x that use edge e out of it, from the other edges up from x. With out
// being up, they lead into the head of e, which is up from the lower heads and down from the higher;
// the other way round for those that lead out of it.
func (u *update) spread(x Rank, e Edge, into, out direction) {
	h, was, now := u.H, out.was[e], out.is[e]
	if was == now {
		return
	}
	y, depth := h.Head[e], h.depth[e]
	for f := h.First[x]; f < e; f++ {
		u.offer(h.find(h.Head[f], depth), out, into.was[f]+was, into.is[f]+now)
	}
	for f := e + 1; f < h.First[x+1]; f++ {
		u.offer(h.find(y, h.depth[f]), into, into.was[f]+was, into.is[f]+now)
	}
}
