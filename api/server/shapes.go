package server

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/road"
)

// line is where an arc runs, its first point to its last; a straight one on a network without shapes and
// for the connectors of a split junction.
func (s *Server) line(a road.Arc) orb.LineString {
	if e := s.Network.Edges; e != nil {
		if i, ok := e.Of(a); ok {
			line := make(orb.LineString, e.Points(i))
			for k := range line {
				line[k] = e.Point(i, k)
			}
			if e.Forward[i] != a {
				slices.Reverse(line)
			}
			return line
		}
	}
	g := s.Network.Graph
	node := func(v road.Node) orb.Point { return orb.Point{float64(g.Lon[v]), float64(g.Lat[v])} }
	return orb.LineString{node(g.Tail(a)), node(g.Head[a])}
}

// middle returns a point half way along an arc and the heading there, degrees clockwise from north.
func (s *Server) middle(a road.Arc) (orb.Point, float64) {
	line := s.line(a)
	p, heading := geo.PointAtDistanceAlongLine(line, geo.Length(line)/2)
	return p, math.Mod(heading+360, 360)
}

// street returns the name of the street that an arc is part of; "" where it has or the network knows none.
func (s *Server) street(a road.Arc) string {
	e := s.Network.Edges
	if e == nil {
		return ""
	}
	i, ok := e.Of(a)
	if !ok {
		return ""
	}
	return e.Street(i)
}

// streets returns the first names of the streets that arcs are part of.
func (s *Server) streets(arcs []road.Arc) (names []string) {
	for _, a := range arcs {
		if name := s.street(a); name != "" && !slices.Contains(names, name) {
			if names = append(names, name); len(names) == maxStreets {
				break
			}
		}
	}
	return names
}

// lines returns the shapes of roads, at most so many. A road of which both directions are meant is one.
func (s *Server) lines(arcs []road.Arc, most int) (lines []*pb.RoadLine) {
	for _, a := range arcs {
		if len(lines) >= most {
			break
		}
		if s.twin(arcs, a) {
			continue
		}
		lines = append(lines, &pb.RoadLine{Points: pointsProto(s.line(a))})
	}
	return lines
}

// twin tells whether the other direction of an arc's road is among arcs, which ascend, and before it.
func (s *Server) twin(arcs []road.Arc, a road.Arc) bool {
	e := s.Network.Edges
	if e == nil {
		return false
	}
	i, ok := e.Of(a)
	if !ok {
		return false
	}
	other := min(e.Forward[i], e.Backward[i])
	if other >= a {
		return false
	}
	_, found := slices.BinarySearch(arcs, other)
	return found
}

func pointsProto(line orb.LineString) []*pb.LatLng {
	points := make([]*pb.LatLng, len(line))
	for i, p := range line {
		points[i] = latLngProto(p)
	}
	return points
}
