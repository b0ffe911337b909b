package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Update returns the metric of other weights, given all of them and the arcs whose weight may differ
// from that which m was made with. Its times equal those of a full customisation, but only edges that
// may have changed are looked at; what Perfect adds is left out. It keeps weight.
func (m *Metric) Update(weight []road.Millis, changed []road.Arc) *Metric {
	u := update{
		Metric: &Metric{H: m.H, Up: slices.Clone(m.Up), Down: slices.Clone(m.Down), weight: weight},
		old:    m,
		queued: newBitset(m.H.Edges()),
		longer: newBitset(m.H.Edges()),
	}
	for _, a := range changed {
		u.arc(a)
	}
	for e, ok := u.queued.next(0); ok; {
		x := m.H.tail(e)
		u.settle(x, e)
		e, ok = u.queued.next(m.H.First[x+1])
	}
	return u.Metric
}

// update is a partial customisation (Dibbelt, Strasser and Wagner 2016) under way. Edges are settled in
// ascending order, as the times of one follow from those of edges with a lower lower node. Until an edge
// is settled its times are at most the right ones.
type update struct {
	*Metric
	old    *Metric
	queued bitset // edges whose times may change
	longer bitset // those of them whose times may become longer
}

// arc takes in the new weight of an arc.
func (u *update) arc(a road.Arc) {
	p := u.H.placed[a]
	switch {
	case p == loop:
	case p.down():
		u.offer(p.edge(), u.Down, u.old.Down, u.old.weight[a], u.weight[a])
	default:
		u.offer(p.edge(), u.Up, u.old.Up, u.old.weight[a], u.weight[a])
	}
}

// offer says that one way along an edge, by an arc or over a lower node, took was and takes now.
func (u *update) offer(e Edge, time, old []road.Millis, was, now road.Millis) {
	switch {
	case now < time[e]:
		time[e] = now
		u.queued.set(e)
	case was < now && was == old[e]:
		u.queued.set(e)
		u.longer.set(e)
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
		if u.Up[f] != u.old.Up[f] || u.Down[f] != u.old.Down[f] {
			u.spread(x, f)
		}
	}
}

// shortest returns the times of an edge up from x by those of its arcs and of the edges below.
func (u *update) shortest(x Rank, e Edge) (up, down road.Millis) {
	z, enough := u.H.Head[e], [2]road.Millis{u.Up[e], u.Down[e]}
	up, down = u.shortestArc(x, z), u.shortestArc(z, x)
	for toX, toZ := range u.H.common(x, z) {
		if up == enough[0] && down == enough[1] {
			break
		}
		up = min(up, u.Down[toX]+u.Up[toZ])
		down = min(down, u.Down[toZ]+u.Up[toX])
	}
	return up, down
}

// shortestArc returns the time of the shortest arc between two nodes.
func (u *update) shortestArc(from, to Rank) road.Millis {
	t := road.Unreachable
	for a := range u.H.arcs(from, to) {
		t = min(t, u.weight[a])
	}
	return t
}

// spread offers the ways over x that use an edge to the edges above them.
func (u *update) spread(x Rank, e Edge) {
	h, old := u.H, u.old
	for f := h.First[x]; f < h.First[x+1]; f++ {
		if f == e {
			continue
		}
		a, b := min(e, f), max(e, f)
		above := h.find(h.Head[a], h.Head[b])
		u.offer(above, u.Up, old.Up, old.Down[a]+old.Up[b], u.Down[a]+u.Up[b])
		u.offer(above, u.Down, old.Down, old.Down[b]+old.Up[a], u.Down[b]+u.Up[a])
	}
}
