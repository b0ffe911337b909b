package server

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/centre"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/geo/route"
)

const unreadableSaid = "what its staff said was kept by a newer version, which this one cannot read"

// centreService knows the places that receive patients.
type centreService struct {
	pb.UnimplementedCentreServiceServer
	*Server
}

// centreKeys returns the key of each place that receives patients.
func centreKeys(places []data.Place) (map[string]string, error) {
	var names []string
	for i := range places {
		if receives(&places[i]) {
			names = append(names, places[i].Name)
		}
	}
	return centre.Keys(names)
}

// centreNow returns what the staff of a place last said, and the revision that keeps it; 0 where they never
// said anything.
func (s *Server) centreNow(name string) (centre.Record, ledger.Revision, error) {
	d, ok := s.Live.Document(s.centres[name])
	if !ok && d.Revision > 0 {
		return centre.Record{Place: name}, d.Revision, live.ErrUnreadable
	}
	if !ok {
		return centre.Record{Place: name}, 0, nil
	}
	r, err := centre.Decode(d.Body)
	if err != nil {
		return centre.Record{Place: name}, d.Revision, err
	}
	return r, d.Revision, nil
}

// centreProto is a place with what its staff said.
func (s *Server) centreProto(p *data.Place, r *centre.Record, revision ledger.Revision, now time.Time) *pb.Centre {
	out := &pb.Centre{
		Place: placeProto(p), Capacity: count32(r.Capacity), Occupied: count32(r.Occupied),
		Diverted: r.DivertedAt(now), Etag: strconv.FormatUint(uint64(revision), 10), Open: r.OpenAt(now, s.Zone),
	}
	if r.Opening != nil {
		out.Opening = &pb.OpeningHours{}
		for _, h := range r.Hours() {
			out.Opening.Hours = append(out.Opening.Hours, int32(h))
		}
	}
	if out.Diverted {
		out.DiversionReason = r.Reason
		if !r.Until.IsZero() {
			out.DivertUntilTime = timestamppb.New(r.Until)
		}
	}
	if !r.Said.IsZero() {
		out.StateTime = timestamppb.New(r.Said)
	}
	return out
}

func count32(n *int) *int32 {
	if n == nil {
		return nil
	}
	v := int32(*n)
	return &v
}

// ListCentres lists the places that receive patients, with what their staff have set.
func (s *centreService) ListCentres(context.Context, *pb.ListCentresRequest) (*pb.ListCentresResponse, error) {
	now := s.Now()
	out := &pb.ListCentresResponse{AsOf: timestamppb.New(now)}
	for i := range s.City.Places {
		p := &s.City.Places[i]
		if !receives(p) {
			continue
		}
		r, revision, err := s.centreNow(p.Name)
		if err != nil {
			s.Log.Warn("what the staff of a place said cannot be read", "place", p.Name, "error", err)
		}
		out.Centres = append(out.Centres, s.centreProto(p, &r, revision, now))
	}
	return out, nil
}

// FindCentre finds the nearest suitable places for a patient by road and time.
func (s *centreService) FindCentre(_ context.Context, r *pb.FindCentreRequest) (*pb.FindCentreResponse, error) {
	k, err := howMany(r.GetK(), defaultPlaces, maxPlaces)
	if err != nil {
		return nil, err
	}
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return nil, err
	}
	wanted, err := s.centresWanted(r)
	if err != nil {
		return nil, err
	}
	from, err := s.locate("location", r.GetLocation())
	if err != nil {
		return nil, err
	}
	now := s.Now()
	lane, basis := s.laneNow(now, driving)
	basis.Modelled = from.modelled
	out := &pb.FindCentreResponse{Basis: basis, AsOf: timestamppb.New(now)}
	look := s.lookAtCentres(wanted)
	finder := lane.finders.Get().(*route.Finder)
	defer lane.finders.Put(finder)
	found, left := dispatch.FindCentres(finder, dispatch.CentreQuestion{From: from.spot, Now: now, Zone: s.Zone, K: k}, look.centres)
	for _, c := range found {
		p := look.places[c.Centre]
		if cell, ok := s.City.Grid.At(p.Point); ok && s.modelledAt(cell) {
			basis.Modelled = true
		}
		out.Centres = append(out.Centres, &pb.CentreCandidate{
			Centre: s.centreProto(p.Place, &look.records[c.Centre], look.revisions[c.Centre], now), TravelTime: millisProto(c.Travel),
			ArriveTime: timestamppb.New(c.Arrive), Reasons: append(c.Reasons, wanted.why...),
		})
	}
	if r.GetIncludeExcluded() {
		for _, e := range left {
			out.Exclusions = append(out.Exclusions, &pb.CentreExclusion{Place: look.places[e.Centre].Name, Reason: e.Reason})
		}
		out.Exclusions = append(out.Exclusions, look.out...)
	}
	return out, nil
}

// centresWanted are the kinds of places that a request asks for, or that its category leads to.
type centresWanted struct {
	kinds  map[pb.PlaceKind]bool
	why    []string // said of each place that is found
	whyNot string   // of those of other kinds; empty where the request named the kinds
}

func (s *Server) centresWanted(r *pb.FindCentreRequest) (w centresWanted, err error) {
	for i, k := range r.GetKinds() {
		if !slices.Contains(receiving, k) {
			return w, invalid(fmt.Sprintf("kinds[%d]", i), "%v: want one that receives patients: emergency department, place of safety or crisis assessment", k)
		}
	}
	kind, err := callKind(r.GetCategory(), "")
	if err != nil {
		return w, err
	}
	asked := r.GetKinds()
	if len(asked) == 0 && kind.Category != "" {
		asked = s.ledTo(kind, &w)
	}
	w.kinds, err = kindSet(asked)
	return w, err
}

// ledTo returns the kinds of places that the rules take the patients of a kind of call to, and says so;
// nil where they leave it open.
func (s *Server) ledTo(kind calls.Kind, w *centresWanted) (list []pb.PlaceKind) {
	rules := s.City.Suitability
	lead := rules.LeadsTo(kind)
	names := rules.Places(lead.Help)
	for of, k := range kinds {
		if slices.Contains(names, string(of)) {
			list = append(list, k)
		}
	}
	if len(list) > 0 {
		words := strings.Join(names, " or ")
		w.why = []string{fmt.Sprintf("%s: where %q leads to by the rule %q (assumption)", words, kind.Category, lead.Name)}
		w.whyNot = fmt.Sprintf("the rule %q leads to %s (assumption)", lead.Name, words)
	}
	return list
}

// centresLook is what is known of the places that could be.
type centresLook struct {
	places    []*standing
	centres   []dispatch.Centre
	records   []centre.Record
	revisions []ledger.Revision
	out       []*pb.CentreExclusion
}

func (s *Server) lookAtCentres(w centresWanted) (l centresLook) {
	for i := range s.places {
		p := &s.places[i]
		if !receives(p.Place) {
			continue
		}
		leave := func(why string) { l.out = append(l.out, &pb.CentreExclusion{Place: p.Name, Reason: why}) }
		r, revision, err := s.centreNow(p.Name)
		switch {
		case !w.kinds[kinds[p.Kind]] && w.whyNot != "":
			leave(fmt.Sprintf("%s: %s", p.Kind, w.whyNot))
		case !w.kinds[kinds[p.Kind]]: // of a kind that was not asked for
		case err != nil:
			leave(unreadableSaid)
		default:
			l.places, l.records, l.revisions = append(l.places, p), append(l.records, r), append(l.revisions, revision)
			l.centres = append(l.centres, dispatch.Centre{Name: p.Name, Spot: p.spot, State: r.CentreState})
		}
	}
	return l
}
