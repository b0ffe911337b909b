package simulation

import (
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// path is a way along the roads, with the time at which each of its points is passed.
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

// follow returns the shape of a route with the times of the metric's arcs. shape are the roads' shapes.
func follow(m *route.Metric, shape *road.Edges, r *route.Path) path {
	var p path
	var line orb.LineString
	for i, a := range r.Arcs {
		from, to := float32(0), float32(1)
		if i == 0 {
			from = r.From
		}
		if i == len(r.Arcs)-1 {
			to = r.To
		}
		line = shape.Part(a, from, to, line[:0])
		p.add(line, time.Duration(float64(to-from)*float64(m.Weight[a]))*time.Millisecond)
	}
	return p
}

// add appends the points of an arc, or a part of it, that takes a time from end to end.
func (p *path) add(line orb.LineString, takes time.Duration) {
	var start time.Duration
	if len(p.at) > 0 {
		start = p.duration()
	}
	whole, gone := 0.0, 0.0
	for i := 1; i < len(line); i++ {
		whole += road.Metres(line[i-1], line[i])
	}
	for i, q := range line {
		if i > 0 {
			gone += road.Metres(line[i-1], q)
		} else if len(p.at) > 0 && p.points[len(p.points)-1] == q {
			continue
		}
		share := 1.0 // where there is no length
		if whole > 0 {
			share = gone / whole
		}
		p.points, p.at = append(p.points, q), append(p.at, start+time.Duration(share*float64(takes)))
	}
}
