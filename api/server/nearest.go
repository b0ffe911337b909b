package server

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

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
func (s *dispatchService) FindNearestCars(ctx context.Context, r *pb.FindNearestCarsRequest) (*pb.FindNearestCarsResponse, error) {
	p, err := s.nearest(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	defer p.free()
	out := new(pb.FindNearestCarsResponse)
	return out, proto.Unmarshal(*p.text, out)
}

// nearest checks a request and answers it, packed: as a FindNearestCarsResponse, or where it came over a
// stream as a StreamNearestCarsResponse with the id that it had there.
func (s *Server) nearest(ctx context.Context, r *pb.FindNearestCarsRequest, of *pb.StreamNearestCarsRequest) (packed, error) {
	a := s.askers.Get().(*asker)
	defer s.askers.Put(a)
	w := &a.write
	var err error
	if w.ask, w.call, err = s.asked(r); err != nil {
		return packed{}, err
	}
	if w.more, err = moreAsked(r, s.Now()); err != nil {
		return packed{}, err
	}
	w.rank(ctx, a.reader)
	p := newPacked()
	w.b = (*p.text)[:0]
	if of == nil {
		w.all(r.GetIncludeExcluded())
	} else {
		w.number(1, of.GetId())
		mark := w.open(2)
		w.all(r.GetIncludeExcluded())
		w.close(mark)
	}
	*p.text, w.b = w.b, nil
	return p, nil
}

// rank looks for the cars, now or at the moment asked for.
func (w *nearestAnswer) rank(ctx context.Context, reader *fleet.Reader) {
	w.ask.Now = w.Now()
	ahead := w.more != nil && w.more.at.After(w.ask.Now)
	if ahead {
		w.epoch = w.roads.ahead(w.more.at)
	} else {
		w.epoch = w.roads.at(w.ask.Now)
	}
	w.lane = w.roads.lane(w.surface, w.period, w.call.driving)
	w.ask.Metric = w.lane.metric
	if ahead {
		w.answer = w.rankAhead()
	} else {
		w.ask.Whole = w.ask.Whole || w.more != nil
		w.answer = reader.Nearest(&w.ask)
	}
	if w.more != nil {
		w.answerMore(ctx)
	}
}

// asker is scratch space for answers: one for each that is being made.
type asker struct {
	reader *fleet.Reader
	write  nearestAnswer
}

func newAsker(s *Server) *asker {
	return &asker{reader: s.Fleet.Reader(s.Dispatch), write: nearestAnswer{Server: s}}
}

// call is where a car is needed and how it may drive.
type call struct {
	place
	onRoad  bool
	driving road.Driving
}

// asked is a request as the fleet takes it, but for the time.
func (s *Server) asked(r *pb.FindNearestCarsRequest) (q fleet.Question, c call, err error) {
	if q.K, err = howMany(r.GetK(), defaultCars, maxCars); err != nil {
		return q, c, err
	}
	if c.driving, err = drivingOf(r.GetDriving()); err != nil {
		return q, c, err
	}
	if q.Incident.Skills, err = skillsOf("skills", r.GetSkills()); err != nil {
		return q, c, err
	}
	if q.Incident.Sectors, err = sectorsOf("sectors", r.GetSectors()); err != nil {
		return q, c, err
	}
	if c.place, c.onRoad, err = s.look("location", r.GetLocation()); err != nil {
		return q, c, err
	}
	q.Whole = r.GetIncludeExcluded()
	q.Incident.Point, q.Incident.Spot, q.Incident.Sector = c.point, c.spot, c.sector
	return q, c, nil
}

// lacksRoad appends why an answer falls back to straight lines, where it does.
func (s *Server) lacksRoad(list []lack, onRoad bool, stranded int) []lack {
	const kind = pb.DegradationKind_DEGRADATION_KIND_NO_ROAD
	switch {
	case !onRoad:
		return append(list, lack{kind, fmt.Sprintf("no road of the network in use (%s) within %.0f m of the call: cars are in the order of how far away they are", s.Network.Name, s.Network.SnapMetres)})
	case stranded > 0:
		return append(list, lack{kind, "no road leads to the call from the cars at the end: they are in the order of how far away they are"})
	default:
		return list
	}
}

// receiving are the kinds of places that a patient can be taken to.
var receiving = []pb.PlaceKind{
	pb.PlaceKind_PLACE_KIND_EMERGENCY_DEPARTMENT, pb.PlaceKind_PLACE_KIND_PLACE_OF_SAFETY, pb.PlaceKind_PLACE_KIND_CRISIS_ASSESSMENT,
}

// receives tells whether a patient can be taken to a place.
func receives(p *data.Place) bool { return slices.Contains(receiving, kinds[p.Kind]) }

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
