package route

import "github.com/nearside-ems/nearside/geo/road"

// LinkTime and Direct are what a referee shares with the engine: the times of links, and those between
// places on one edge or in one square, which have twins of their own.
func (m *Metric) LinkTime(l *road.Link) road.Millis { return m.time(l) }

// Direct is direct.
func (m *Metric) Direct(from, to *road.Spot) road.Millis { return m.direct(from, to) }
