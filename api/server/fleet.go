package server

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// fleetService keeps the cars' records: what is known of them for certain.
type fleetService struct {
	pb.UnimplementedFleetServiceServer
	*Server
}

// RegisterCar puts a car on the books, or changes what is on them.
func (s *fleetService) RegisterCar(ctx context.Context, r *pb.RegisterCarRequest) (*pb.Car, error) {
	c, wrong := registration(r)
	return s.do(ctx, r.GetName(), r.GetEtag(), c, wrong)
}

// GetCar returns a car as it is now: its record where it has one, and where it last was.
func (s *fleetService) GetCar(_ context.Context, r *pb.GetCarRequest) (*pb.Car, error) {
	if err := fleet.CheckName(r.GetName()); err != nil {
		return nil, invalid("name", "%v", err)
	}
	if car := s.carNow(r.GetName()); car != nil {
		return car, nil
	}
	return nil, missing("car", r.GetName())
}

// AssignCar records that a car was given a call, and what that makes of the advice that it was chosen by.
func (s *fleetService) AssignCar(ctx context.Context, r *pb.AssignCarRequest) (*pb.Car, error) {
	c := &unit.Assign{RequestID: r.GetRequestId(), Incident: r.GetIncident(), Advice: r.GetAdvice(), Reason: r.GetReason()}
	wrong := flawsOf(r.GetName(), r.GetEtag(), c)
	etag := r.GetEtag()
	if etag == "" { // what answers say of a car without a record
		etag = "0"
	}
	followed, err := s.following(ctx, r, &wrong)
	if err != nil {
		return nil, err
	}
	car, err := s.do(ctx, r.GetName(), etag, c, wrong)
	if err == nil {
		s.conclude(ctx, followed)
	}
	return car, err
}

// UpdateCarStatus records what a car does now.
func (s *fleetService) UpdateCarStatus(ctx context.Context, r *pb.UpdateCarStatusRequest) (*pb.Car, error) {
	c, wrong := statusChange(r)
	return s.do(ctx, r.GetName(), r.GetEtag(), c, wrong)
}

// ReleaseCar records that a car was taken off its call before it ended.
func (s *fleetService) ReleaseCar(ctx context.Context, r *pb.ReleaseCarRequest) (*pb.Car, error) {
	c := &unit.Release{RequestID: r.GetRequestId(), Reason: r.GetReason()}
	wrong := flawsOf(r.GetName(), r.GetEtag(), c)
	if r.GetEtag() == "" {
		wrong.add("etag", "empty; it is needed: that of the car as last seen")
	}
	return s.do(ctx, r.GetName(), r.GetEtag(), c, wrong)
}

// do changes a car's record, unless something is wrong with what is asked.
func (s *fleetService) do(ctx context.Context, name, etag string, c unit.Command, wrong flaws) (*pb.Car, error) {
	if len(wrong) > 0 {
		return nil, wrong.refusal()
	}
	state, err := s.Live.Do(ctx, guard.Actor(ctx), name, etag, c)
	if err != nil {
		return nil, s.fleetRefusal(err)
	}
	moment := s.Fleet.Moment(s.Now())
	return s.recordProto(&moment, &state), nil
}

// carNow returns a car by its name; nil where nothing is known of it.
func (s *Server) carNow(name string) *pb.Car {
	moment := s.Fleet.Moment(s.Now())
	if state, ok := s.Live.Record(name); ok {
		return s.recordProto(&moment, &state)
	}
	c, ok := s.Fleet.Car(name)
	if !ok {
		return nil
	}
	return s.carProto(&moment, c)
}

// carSeen is a car of a snapshot by its record, where it has one, and by its position.
func (s *Server) carSeen(moment *dispatch.Snapshot, c *dispatch.Car) *pb.Car {
	if state, ok := s.Live.Record(c.Name); ok {
		return s.recordProto(moment, &state)
	}
	return s.carProto(moment, c)
}

// recordProto is a car by its record, and by its position where that is known.
func (s *Server) recordProto(moment *dispatch.Snapshot, state *live.State) *pb.Car {
	r, now := &state.Record, moment.Now
	car := &pb.Car{}
	if c, ok := s.Fleet.Car(r.Name); ok {
		car = s.carProto(moment, c)
	}
	status, since := r.Effective(now)
	car.Name, car.Etag, car.Status, car.Skills = r.Name, state.Etag(), pb.CarStatus(status)+1, skillsProto(r.Skills)
	car.Incident, car.Destination, car.Base, car.HomeSector = r.Incident, r.Destination, r.Base, sectorName(r.Home)
	car.StatusTime, car.ShiftEnd = nil, nil
	if !since.IsZero() {
		car.StatusTime = timestamppb.New(since)
	}
	if shift, ok := r.Shift(now); ok {
		car.ShiftEnd = timestamppb.New(shift.End)
	}
	for _, shift := range r.Shifts {
		if now.Before(shift.End) {
			car.Shifts = append(car.Shifts, &pb.Shift{StartTime: timestamppb.New(shift.Start), EndTime: timestamppb.New(shift.End)})
		}
	}
	return car
}
