package route

import "github.com/nearside-ems/nearside/geo/route/hierarchy"

// hubs gives the hubs above nodes that a car leaves by: a hierarchy's metric by searching upward, its
// labels by reading a table. The times that count are the same, so that cars may be entered by the one
// and asked for by the other.
type hubs interface {
	Leave(s *hierarchy.Search, starts []hierarchy.Start, dst []hierarchy.Entry) []hierarchy.Entry
}

// UseLabels has indices on the metric read labels of Ways from now on, instead of searching, or search
// again where l is nil. It may be called at any time: answers stay the same.
func (m *Metric) UseLabels(l *hierarchy.Labels) { m.labels.Store(l) }

// Labelled tells whether indices on the metric read labels.
func (m *Metric) Labelled() bool { return m.labels.Load() != nil }

func (m *Metric) hubs() hubs {
	if l := m.labels.Load(); l != nil {
		return l
	}
	return m.Ways
}
