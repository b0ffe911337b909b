package route

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Change is what is known about an arc that the profile does not tell.
type Change struct {
	Arc road.Arc
	KmH float64 // the speed at which the arc is driven from end to end, its junction included; 0: it is closed
}

// With returns the times of m's network and profile under changes, in place of those that m is under.
// They are those of a metric that is made from nothing; what m knows is used to make them quickly.
//
//   - An arc at a speed takes its length over the speed, in every period and way of driving: the speed
//     was observed, so that delay at the junction is in it.
//   - A closed arc cannot be driven, nor can a part of it: not even between two places that both lie on
//     it. The arc against it is another one.
//   - An arc that the way of driving may not use stays closed at any speed.
//   - A place on a changed arc is joined to the network by its share of the arc's changed time.
//
// Where changes name an arc more than once the last one counts. On the lattice an arc stands for a path
// over several streets, and the streets between a place and the network are no arcs: changes do not
// touch these.
func (m *Metric) With(changes []Change) *Metric {
	out := &Metric{Network: m.Network, Profile: m.Profile, Weight: slices.Clone(m.Weight)}
	for _, a := range m.changed {
		out.Weight[a] = m.plain(a)
	}
	if len(changes) > 0 {
		out.isChanged = make([]uint64, (len(m.Weight)+63)/64)
	}
	for _, c := range changes {
		if bit := uint64(1) << (c.Arc % 64); out.isChanged[c.Arc/64]&bit == 0 {
			out.isChanged[c.Arc/64] |= bit
			out.changed = append(out.changed, c.Arc)
		}
		out.Weight[c.Arc] = m.at(c.Arc, c.KmH)
	}
	other := slices.Concat(m.changed, out.changed)
	other = slices.DeleteFunc(other, func(a road.Arc) bool { return out.Weight[a] == m.Weight[a] })
	if len(other) == 0 {
		out.Ways = m.Ways
		out.labels.Store(m.labels.Load())
		return out
	}
	out.Ways = m.Ways.Update(out.Weight, other)
	return out
}

// Changed returns the arcs that are under a change. The caller must not write it.
func (m *Metric) Changed() []road.Arc { return m.changed }

// plain returns the time of an arc that is under no change.
func (m *Metric) plain(a road.Arc) road.Millis {
	g := m.Network.Graph
	return m.Profile.Time(g.Base[a], g.Class[a], g.Zone[a])
}

// at returns the time of an arc at a speed, 0 where it is closed.
func (m *Metric) at(a road.Arc, kmH float64) road.Millis {
	if !(kmH > 0) || m.plain(a) == road.Unreachable {
		return road.Unreachable
	}
	return road.Millis(min(math.Round(float64(m.Network.Graph.Metres[a])*3600/kmH), float64(road.Unreachable)))
}

// time returns the travel time of a link.
func (m *Metric) time(l *road.Link) road.Millis {
	if m.isChanged != nil && l.Arc != road.NoArc && m.isChanged[l.Arc/64]>>(l.Arc%64)&1 != 0 {
		return m.part(l)
	}
	return m.Profile.Time(l.Base, l.Class, l.Zone)
}

// part returns the time of a link along a changed arc: as large a part of the arc's time as the link's
// base time is of the arc's.
func (m *Metric) part(l *road.Link) road.Millis {
	whole, base := m.Weight[l.Arc], m.Network.Graph.Base[l.Arc]
	if whole == road.Unreachable || l.Base == road.Unreachable || base == 0 {
		return whole
	}
	return road.Millis(math.Round(float64(whole) * float64(l.Base) / float64(base)))
}
