package server

import (
	"slices"

	"github.com/paulmach/orb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/road"
)

// middle returns the point half way along an arc and the heading there. ok is false for what is no road,
// such as a connector of a split junction, or has no length.
func middle(e *road.Edges, a road.Arc) (p orb.Point, heading float64, ok bool) {
	if heading, ok = e.Heading(a, 0.5); !ok {
		return p, 0, false
	}
	return e.Line([]road.Arc{a}, 0.5, 0.5)[0], heading, true
}

// streets returns the first names of the streets that arcs are part of.
func streets(e *road.Edges, arcs []road.Arc) (names []string) {
	for _, a := range arcs {
		i, ok := e.Of(a)
		if !ok {
			continue
		}
		if name := e.Street(i); name != "" && !slices.Contains(names, name) {
			if names = append(names, name); len(names) == maxStreets {
				break
			}
		}
	}
	return names
}

// lines returns the shapes of roads, at most so many. arcs ascend; a road of which both directions are
// among them is one line.
func lines(e *road.Edges, arcs []road.Arc, most int) (list []*pb.RoadLine) {
	for _, a := range arcs {
		if len(list) >= most {
			break
		}
		i, ok := e.Of(a)
		if !ok {
			continue
		}
		if first := min(e.Forward[i], e.Backward[i]); first < a {
			if _, twin := slices.BinarySearch(arcs, first); twin {
				continue
			}
		}
		list = append(list, &pb.RoadLine{Points: pointsProto(e.Line([]road.Arc{a}, 0, 1))})
	}
	return list
}

func pointsProto(line orb.LineString) []*pb.LatLng {
	points := make([]*pb.LatLng, len(line))
	for i, p := range line {
		points[i] = latLngProto(p)
	}
	return points
}
