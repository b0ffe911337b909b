package server

import (
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/scenario"
)

// modify applies a scenario to what a query asks.
func (s *Server) modify(q *query, in *pb.Scenario) error {
	doc, err := changesOf(in)
	if err != nil {
		return err
	}
	ground := scenario.Ground{Plane: s.City.Plane, Residents: s.City.People(s.City.Grid)}
	changed, err := scenario.Apply(q.baseline, doc, ground)
	if err != nil {
		return invalid("scenario", "%v", err)
	}
	q.baseline, q.modified = changed, len(doc.Modifications) > 0
	return nil
}

func changesOf(in *pb.Scenario) (*scenario.Scenario, error) {
	doc := &scenario.Scenario{Format: scenario.Format, Name: in.GetName()}
	if len(in.GetKinds()) > 0 {
		doc.Kinds = &scenario.Kinds{Stated: stated(in.GetKindsSource())}
		for _, k := range in.GetKinds() {
			doc.Kinds.Shares = append(doc.Kinds.Shares, scenario.KindShare{Category: k.GetCategory(), Channel: k.GetChannel(), Share: k.GetShare()})
		}
	}
	if n := len(in.GetModifications()); n > scenario.MaxModifications {
		return nil, invalid("scenario.modifications", "%d: want at most %d", n, scenario.MaxModifications)
	}
	for i, m := range in.GetModifications() {
		out, err := modificationOf(fmt.Sprintf("scenario.modifications[%d]", i), m)
		if err != nil {
			return nil, err
		}
		out.Origin, out.Source = demand.Assumption, m.GetSource()
		if m.GetSource() != "" {
			out.Origin = demand.Published
		}
		doc.Modifications = append(doc.Modifications, out)
	}
	return doc, nil
}

// stated takes a figure without a source as an assumption.
func stated(source string) demand.Stated {
	if source == "" {
		return demand.Stated{Origin: demand.Assumption, Source: "stated in the request"}
	}
	return demand.Stated{Origin: demand.Published, Source: source}
}

func modificationOf(field string, m *pb.Modification) (out scenario.Modification, err error) {
	switch k := m.GetKind().(type) {
	case *pb.Modification_Growth:
		out.Growth, err = growthOf(field+".growth", k.Growth)
	case *pb.Modification_ChannelShift:
		out.Shift, err = shiftOf(field+".channel_shift", k.ChannelShift)
	case *pb.Modification_Event:
		out.Event, err = eventOf(field+".event", k.Event)
	case *pb.Modification_NewPopulation:
		out.Population, err = populationOf(field+".new_population", k.NewPopulation)
	default:
		err = invalid(field, "missing: want growth, channel_shift, event or new_population")
	}
	return out, err
}

func growthOf(field string, g *pb.Growth) (*scenario.Growth, error) {
	from, err := timeOrZero(field+".from_time", g.GetFromTime())
	return &scenario.Growth{
		PerYear: g.GetPerYear(), Years: g.GetYears(), From: from, Categories: g.GetCategories(), Channels: g.GetChannels(),
	}, err
}

func shiftOf(field string, s *pb.ChannelShift) (*scenario.Shift, error) {
	start, err := timeOrZero(field+".start_time", s.GetStartTime())
	return &scenario.Shift{From: s.GetFrom(), To: s.GetTo(), Share: s.GetShare(), Categories: s.GetCategories(), Start: start}, err
}

func eventOf(field string, e *pb.Event) (*scenario.Event, error) {
	at, err := scenarioPoint(field+".location", e.GetLocation())
	if err != nil {
		return nil, err
	}
	start, err := timeOrZero(field+".start_time", e.GetStartTime())
	return &scenario.Event{
		At: *at, Radius: e.GetRadiusMetres(), Start: start, StartHour: int(e.GetStartHour()), Hours: int(e.GetHours()),
		Calls: e.GetCalls(), Multiplier: e.GetMultiplier(), Category: e.GetCategory(), Channel: e.GetChannel(),
	}, err
}

func populationOf(field string, n *pb.NewPopulation) (out *scenario.Population, err error) {
	out = &scenario.Population{Radius: n.GetRadiusMetres(), People: n.GetPeople(), PerThousandYear: n.GetCallsPerThousandYear()}
	if n.GetLocation() != nil {
		if out.At, err = scenarioPoint(field+".location", n.GetLocation()); err != nil {
			return nil, err
		}
	}
	if n.GetPolygon() != nil {
		ring, err := ringOf(field+".polygon", n.GetPolygon())
		if err != nil {
			return nil, err
		}
		for _, p := range ring[:len(ring)-1] {
			out.Polygon = append(out.Polygon, p)
		}
	}
	out.Start, err = timeOrZero(field+".start_time", n.GetStartTime())
	return out, err
}

// scenarioPoint keeps a place to the metre, so that it reads well in the notes.
func scenarioPoint(field string, l *pb.Location) (*scenario.Point, error) {
	p, err := pointOf(field, l)
	if err != nil {
		return nil, err
	}
	return &scenario.Point{Lat: math.Round(p.Lat()*1e5) / 1e5, Lon: math.Round(p.Lon()*1e5) / 1e5}, nil
}

func timeOrZero(field string, t *timestamppb.Timestamp) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	return timeOf(field, t)
}
