package server

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Bounds of k.
const (
	defaultCars, maxCars     = 5, 100
	defaultPlaces, maxPlaces = 3, 20
)

// howMany returns k with its default, or INVALID_ARGUMENT.
func howMany(k, usual, most int32) (int, error) {
	if k == 0 {
		return int(usual), nil
	}
	return int(k), inRange("k", k, 1, most)
}

// FindNearestCars ranks the cars that can reach a place first by road, now.
func (s *dispatchService) FindNearestCars(_ context.Context, r *pb.FindNearestCarsRequest) (*pb.FindNearestCarsResponse, error) {
	k, err := howMany(r.GetK(), defaultCars, maxCars)
	if err != nil {
		return nil, err
	}
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return nil, err
	}
	skills, err := skillsOf("skills", r.GetSkills())
	if err != nil {
		return nil, err
	}
	call, err := s.locate("location", r.GetLocation())
	if err != nil {
		return nil, err
	}
	in := dispatch.Incident{Spot: call.spot, Sector: call.sector, Skills: skills}
	now := s.Now()
	lane, basis := s.laneNow(now, driving)
	adhoc := lane.adhoc.Get().(*dispatch.AdHoc)
	defer lane.adhoc.Put(adhoc)
	snap := s.Fleet.Snapshot(now)
	ranked := dispatch.NewClosestIdle(adhoc, s.Dispatch).Respond(&snap, &in, k, make([]dispatch.Candidate, 0, k))
	out := &pb.FindNearestCarsResponse{
		Candidates: make([]*pb.Candidate, len(ranked)), Basis: basis,
		AsOf: timestamppb.New(snap.Now), Cell: call.cell, Borough: call.borough,
	}
	basis.Modelled = call.modelled
	for i, c := range ranked {
		modelled := call.modelled || s.modelledCar(c.Car)
		basis.Modelled = basis.Modelled || modelled
		out.Candidates[i] = &pb.Candidate{
			Car: s.carProto(&snap, c.Car), TravelTime: millisProto(c.Travel), ArrivalTime: millisProto(c.Arrival),
			Reasons: s.Dispatch.Reasons(snap.Now, &in, ranked, i), Modelled: modelled,
		}
	}
	if r.GetIncludeExcluded() {
		for _, e := range adhoc.Exclusions(&snap, &in, ranked, nil) {
			out.Exclusions = append(out.Exclusions, &pb.Exclusion{Car: e.Car.Name, Reason: e.String()})
		}
	}
	return out, nil
}

// receiving are the kinds of places that a patient can be taken to.
var receiving = []pb.PlaceKind{
	pb.PlaceKind_PLACE_KIND_EMERGENCY_DEPARTMENT, pb.PlaceKind_PLACE_KIND_PLACE_OF_SAFETY, pb.PlaceKind_PLACE_KIND_CRISIS_ASSESSMENT,
}

// kindSet returns the kinds asked for, or those that receive patients.
func kindSet(asked []pb.PlaceKind) (map[pb.PlaceKind]bool, error) {
	if len(asked) == 0 {
		asked = receiving
	}
	set := map[pb.PlaceKind]bool{}
	for _, k := range asked {
		if _, known := pb.PlaceKind_name[int32(k)]; !known || k == pb.PlaceKind_PLACE_KIND_UNSPECIFIED {
			return nil, invalid("kinds", "%d: unknown; want 1 to %d, the values of PlaceKind", k, len(pb.PlaceKind_name)-1)
		}
		set[k] = true
	}
	return set, nil
}

// FindNearestPlaces finds the nearest places of the kinds asked for by road.
func (s *dispatchService) FindNearestPlaces(_ context.Context, r *pb.FindNearestPlacesRequest) (*pb.FindNearestPlacesResponse, error) {
	k, err := howMany(r.GetK(), defaultPlaces, maxPlaces)
	if err != nil {
		return nil, err
	}
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return nil, err
	}
	set, err := kindSet(r.GetKinds())
	if err != nil {
		return nil, err
	}
	from, err := s.locate("location", r.GetLocation())
	if err != nil {
		return nil, err
	}
	var chosen []*data.Place
	var spots []road.Spot
	for i := range s.places {
		if p := &s.places[i]; set[kinds[p.Kind]] {
			chosen, spots = append(chosen, p.Place), append(spots, p.spot)
		}
	}
	lane, basis := s.laneNow(s.Now(), driving)
	finder := lane.finders.Get().(*route.Finder)
	defer lane.finders.Put(finder)
	out := &pb.FindNearestPlacesResponse{Basis: basis}
	basis.Modelled = from.modelled
	for _, t := range dispatch.NearestPlaces(finder, from.spot, spots, k, nil) {
		p := chosen[t.Place]
		if cell, ok := s.City.Grid.At(p.Point); ok && s.modelledAt(cell) {
			basis.Modelled = true
		}
		out.Places = append(out.Places, &pb.NearbyPlace{Place: placeProto(p), TravelTime: millisProto(t.Travel)})
	}
	return out, nil
}
