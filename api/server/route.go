package server

import (
	"context"
	"fmt"

	orbgeo "github.com/paulmach/orb/geo"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// FindRoute finds the fastest way by road from one place to another, for a departure now.
func (s *roadService) FindRoute(_ context.Context, r *pb.FindRouteRequest) (*pb.FindRouteResponse, error) {
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return nil, err
	}
	from, fromRoad, err := s.look("from", r.GetFrom())
	if err != nil {
		return nil, err
	}
	to, toRoad, err := s.look("to", r.GetTo())
	if err != nil {
		return nil, err
	}
	shapes, err := s.Network.Shapes()
	if err != nil {
		return nil, err
	}
	lane, basis := s.laneNow(s.Now(), driving)
	basis.Modelled = from.modelled || to.modelled
	out := &pb.FindRouteResponse{
		Basis: basis, NetworkSha256: s.networkHash(), StraightLineMetres: orbgeo.Distance(from.point, to.point),
		FromMetres: float64(from.spot.Metres), ToMetres: float64(to.spot.Metres),
	}
	path := route.Path{Time: road.Unreachable}
	if fromRoad && toRoad {
		finder := lane.finders.Get().(*route.Finder)
		defer lane.finders.Put(finder)
		path = finder.Path(from.spot, to.spot, nil)
	}
	if path.Time == road.Unreachable {
		degrade(basis, lack{pb.DegradationKind_DEGRADATION_KIND_NO_ROAD, s.noWay(fromRoad, toRoad)})
		return out, nil
	}
	out.TravelTime, out.Metres = millisProto(path.Time), path.Metres
	out.Points = pointsProto(shapes.Edges.Line(path.Arcs, path.From, path.To))
	out.Streets, out.Edges = s.along(shapes.Edges, &path)
	return out, nil
}

// noWay says why there is no way from one place to another.
func (s *Server) noWay(fromRoad, toRoad bool) string {
	where := "from"
	if fromRoad {
		where = "to"
	}
	if !fromRoad || !toRoad {
		return fmt.Sprintf("no road of the network in use (%s) within %.0f m of the place in %s", s.Network.Name, s.Network.SnapMetres, where)
	}
	return "no road leads from the one place to the other"
}

// along returns the streets of a path, neighbours of one name as one, and its arcs without the
// connectors of split junctions.
func (s *Server) along(e *road.Edges, p *route.Path) (streets []*pb.RouteStreet, edges []uint32) {
	for i, a := range p.Arcs {
		edge, ok := e.Of(a)
		if !ok {
			continue
		}
		share := float32(1)
		if i == 0 {
			share -= p.From
		}
		if i == len(p.Arcs)-1 {
			share -= 1 - p.To
		}
		edges = append(edges, uint32(a))
		metres, name := float64(share*s.Network.Graph.Metres[a]), e.Street(edge)
		if last := len(streets) - 1; last >= 0 && streets[last].Name == name {
			streets[last].Metres += metres
		} else {
			streets = append(streets, &pb.RouteStreet{Name: name, Metres: metres})
		}
	}
	return streets, edges
}
