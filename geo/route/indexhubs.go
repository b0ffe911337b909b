package route

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// hubs gives the hubs above where a car starts and above where a call waits: a hierarchy's metric by
// searching upward, its labels by reading a table. The times that count are the same, so that cars may
// be entered by the one and asked for by the other.
type hubs interface {
	Leave(s *hierarchy.Search, starts []hierarchy.Start, dst []hierarchy.Entry) []hierarchy.Entry
	Reach(s *hierarchy.Search, starts []hierarchy.Start, dst []hierarchy.Entry) []hierarchy.Entry
}

// UseLabels has indices on the metric read labels of Ways from now on, instead of searching. It may be
// called at any time: answers stay the same.
func (m *Metric) UseLabels(l *hierarchy.Labels) { m.labels.Store(l) }

// Labelled tells whether indices on the metric read labels.
func (m *Metric) Labelled() bool { return m.labels.Load() != nil }

func (m *Metric) hubs() hubs {
	if l := m.labels.Load(); l != nil {
		return l
	}
	return m.Ways
}

// climb finds the hubs above spots.
type climb struct {
	search *hierarchy.Search
	starts []hierarchy.Start
	above  []hierarchy.Entry
}

func newClimb(m *Metric) climb { return climb{search: m.Ways.H.NewSearch()} }

// leave returns the hubs above the ways from a spot, with the times to them, until the next call.
func (c *climb) leave(m *Metric, from *road.Spot) []hierarchy.Entry {
	c.start(m, from.Leave[:from.Leaves])
	c.above = m.hubs().Leave(c.search, c.starts, c.above)
	return c.above
}

// reach returns the hubs above the ways to a spot, with the times from them, until the next call.
func (c *climb) reach(m *Metric, to *road.Spot) []hierarchy.Entry {
	c.start(m, to.Reach[:to.Reaches])
	c.above = m.hubs().Reach(c.search, c.starts, c.above)
	return c.above
}

func (c *climb) start(m *Metric, links []road.Link) {
	c.starts = c.starts[:0]
	for i := range links {
		if t := m.time(&links[i]); t != road.Unreachable {
			c.starts = append(c.starts, hierarchy.Start{At: m.Ways.H.Rank[links[i].Node], Time: t})
		}
	}
}
