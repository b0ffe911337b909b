package server

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
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

// FindNearestCars ranks the cars that can reach a place first by road, now. Where fewer than asked can,
// those that would be suitable but for the road follow, by how far away they are, marked as degraded.
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
	sectors, err := sectorsOf("sectors", r.GetSectors())
	if err != nil {
		return nil, err
	}
	call, onRoad, err := s.look("location", r.GetLocation())
	if err != nil {
		return nil, err
	}
	now := s.Now()
	lane, basis := s.laneNow(now, driving)
	reader := s.readers.Get().(*fleet.Reader)
	defer s.readers.Put(reader)
	q := fleet.Question{
		Metric: lane.metric, Now: now, K: k, Whole: r.GetIncludeExcluded(),
		Incident: dispatch.Incident{Point: call.point, Spot: call.spot, Sector: call.sector, Skills: skills, Sectors: sectors},
	}
	a := reader.Nearest(&q)
	out := &pb.FindNearestCarsResponse{
		Candidates: make([]*pb.Candidate, 0, len(a.Ranked)+len(a.Stranded)), Basis: basis,
		AsOf: timestamppb.New(now), Cell: call.cell, Borough: call.borough,
	}
	basis.Modelled = call.modelled
	for i, c := range a.Ranked {
		modelled := call.modelled || s.modelledCar(c.Car)
		basis.Modelled = basis.Modelled || modelled
		out.Candidates = append(out.Candidates, &pb.Candidate{
			Car: s.carProto(&a.Snapshot, c.Car), TravelTime: millisProto(c.Travel), ArrivalTime: millisProto(c.Arrival),
			Reasons: s.Dispatch.Reasons(now, &q.Incident, a.Ranked, i), Modelled: modelled,
		})
	}
	for _, c := range a.Stranded {
		out.Candidates = append(out.Candidates, &pb.Candidate{
			Car: s.carProto(&a.Snapshot, c.Car), Reasons: c.Reasons(now), Degraded: true, StraightLineMetres: c.Metres,
		})
	}
	basis.DegradedReason = s.whyDegraded(onRoad, len(a.Stranded))
	basis.Degraded = basis.DegradedReason != ""
	if r.GetIncludeExcluded() {
		out.Exclusions = exclusionsProto(lane, &q.Incident, a)
	}
	return out, nil
}

// whyDegraded says why an answer falls back to straight lines; "" where it does not.
func (s *Server) whyDegraded(onRoad bool, stranded int) string {
	switch {
	case !onRoad:
		return fmt.Sprintf("no road of the network in use (%s) within %.0f m of the call: cars are in the order of how far away they are", s.Network.Name, s.Network.SnapMetres)
	case stranded > 0:
		return "no road leads to the call from the cars at the end: they are in the order of how far away they are"
	default:
		return ""
	}
}

// exclusionsProto says of every car that is not offered why.
func exclusionsProto(l *lane, in *dispatch.Incident, a *fleet.Answer) (list []*pb.Exclusion) {
	adhoc := l.adhoc.Get().(*dispatch.AdHoc)
	defer l.adhoc.Put(adhoc)
	offered := slices.Clone(a.Ranked)
	for _, c := range a.Stranded {
		offered = append(offered, dispatch.Candidate{Slot: c.Slot})
	}
	for _, e := range adhoc.Exclusions(&a.Snapshot, in, offered, nil) {
		list = append(list, &pb.Exclusion{Car: e.Car.Name, Reason: e.String()})
	}
	return list
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
