package server

import (
	"context"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// GetReach measures minutes by road between one place or car and every cell.
func (s *roadService) GetReach(_ context.Context, r *pb.GetReachRequest) (*pb.Reach, error) {
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return nil, err
	}
	if err := inRange("hour", r.GetHour(), 0, demand.HoursPerWeek-1); err != nil {
		return nil, err
	}
	origin, err := s.origin(r)
	if err != nil {
		return nil, err
	}
	hour := s.hourNow()
	if r.Hour != nil {
		hour = demand.HourOfWeek(r.GetHour())
	}
	lane, basis := s.laneAt(hour, driving)
	basis.Modelled = s.someModelled()
	finder := lane.finders.Get().(*route.Finder)
	defer lane.finders.Put(finder)
	times := make([]road.Millis, len(s.cells))
	if r.GetInbound() {
		times = finder.ManyToOne(s.cells, origin, times)
	} else {
		times = finder.OneToMany(origin, s.cells, times)
	}
	return &pb.Reach{Basis: basis, Minutes: s.perCell(times, make([]float32, len(times)))}, nil
}

// origin is the place or the car that a request measures from.
func (s *Server) origin(r *pb.GetReachRequest) (road.Spot, error) {
	if _, isCar := r.GetOrigin().(*pb.GetReachRequest_Car); !isCar {
		at, err := s.locate("location", r.GetLocation())
		return at.spot, err
	}
	name := r.GetCar()
	if err := fleet.CheckName(name); err != nil {
		return road.Spot{}, invalid("car", "%v", err)
	}
	c, ok := s.Fleet.Car(name)
	if !ok {
		return road.Spot{}, missing("car", name)
	}
	if !c.OnRoad {
		return road.Spot{}, refused(codes.FailedPrecondition, "NO_ROAD", "car: %s: no road near its position", name)
	}
	return c.Spot, nil
}
