package server

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/geo/grid"
)

const (
	maxPeriod   = 8 * demand.HoursPerWeek // hours
	maxAreaSize = 20_000                  // cells or boroughs that a request names
	minVertices = 3
	maxVertices = 1000 // of a polygon
)

// query is what a request asks, of which baseline, and what there is to say about that.
type query struct {
	forecast.Query
	baseline forecast.Baseline
	modified bool
	notes    []string
}

// query checks a request.
func (s *Server) query(r *pb.GetForecastRequest) (q query, err error) {
	q.baseline = s.Baseline
	if r.GetPeriod() != nil {
		if len(r.GetHours()) > 0 {
			return q, invalid("period", "given with hours: want hours of the week or a period")
		}
		q.Span, err = s.span(r.GetPeriod())
	} else {
		q.Typical, err = s.hoursOf(r.GetHours())
	}
	if err != nil {
		return q, err
	}
	if q.Weeks = int(r.GetWeeks()); q.Weeks != 0 {
		if err := inRange("weeks", r.GetWeeks(), 1, forecast.MaxWeeks); err != nil {
			return q, err
		}
		if r.GetPeriod() != nil {
			return q, invalid("weeks", "given with a period: want them with hours of the week")
		}
	}
	if r.GetArea() != nil {
		if err := s.areaOf(&q, r.GetArea()); err != nil {
			return q, err
		}
	}
	if r.GetScenario() != nil {
		if err := s.modify(&q, r.GetScenario()); err != nil {
			return q, err
		}
	}
	if r.GetSuitable() {
		q.Share = s.City.Suitability.Share(counted)
		q.notes = append(q.notes, fmt.Sprintf("Only calls that suit a joint-response car, by the rules %q; GetSuitability lists them with their sources.", s.City.Suitability.Name))
		if q.baseline.Mix() == nil {
			q.notes = append(q.notes, "The forecast cannot tell kinds of calls apart, so that no exclusion by category or channel applies: the share is that of the last rule.")
		}
	}
	return q, s.kindsOf(&q, r)
}

// hoursOf checks hours of the week and drops repeats, or takes the present hour where there are none.
func (s *Server) hoursOf(asked []int32) ([]demand.HourOfWeek, error) {
	if len(asked) == 0 {
		return []demand.HourOfWeek{s.hourNow()}, nil
	}
	var seen [demand.HoursPerWeek]bool
	var hours []demand.HourOfWeek
	for i, h := range asked {
		if err := inRange(fmt.Sprintf("hours[%d]", i), h, 0, demand.HoursPerWeek-1); err != nil {
			return nil, err
		}
		if !seen[h] {
			seen[h] = true
			hours = append(hours, demand.HourOfWeek(h))
		}
	}
	return hours, nil
}

func (s *Server) span(p *pb.Period) (span calls.Span, err error) {
	from := s.Now()
	if t := p.GetStartTime(); t != nil {
		if from, err = timeOf("period.start_time", t); err != nil {
			return span, err
		}
	}
	if err := inRange("period.hours", p.GetHours(), 1, maxPeriod); err != nil {
		return span, err
	}
	first := calls.HourAt(from)
	return calls.Span{From: first, To: first + calls.Hour(p.GetHours())}, nil
}

// areaOf finds the cells and boroughs of an area.
func (s *Server) areaOf(q *query, a *pb.ForecastArea) error {
	if len(a.GetCells())+len(a.GetBoroughs()) > maxAreaSize {
		return invalid("area", "%d cells and boroughs: want at most %d", len(a.GetCells())+len(a.GetBoroughs()), maxAreaSize)
	}
	for i, id := range a.GetCells() {
		cell, ok := s.City.Grid.Find(id)
		if !ok {
			return invalid(fmt.Sprintf("area.cells[%d]", i), "%.20q: want a cell of London, H3 resolution %d", id, s.City.Grid.Res())
		}
		q.Cells = append(q.Cells, int32(cell))
	}
	for i, name := range a.GetBoroughs() {
		b := slices.IndexFunc(s.city.Boroughs, func(b *pb.Borough) bool { return b.Code == name || strings.EqualFold(b.Name, name) })
		if b < 0 {
			return invalid(fmt.Sprintf("area.boroughs[%d]", i), "%.60q: want the name or the GSS code of a borough, as City has them", name)
		}
		q.Districts = append(q.Districts, int32(b))
	}
	if a.GetPolygon() != nil {
		cells, err := s.cellsWithin("area.polygon", a.GetPolygon())
		if err != nil {
			return err
		}
		q.Cells = append(q.Cells, cells...)
	}
	if len(q.Cells)+len(q.Districts) == 0 {
		return invalid("area", "empty: want cells, boroughs or a polygon, or leave it out for the whole city")
	}
	return nil
}

// cellsWithin returns the cells whose centre a polygon holds.
func (s *Server) cellsWithin(field string, a *pb.Area) (cells []int32, err error) {
	ring, err := ringOf(field, a)
	if err != nil {
		return nil, err
	}
	bound := ring.Bound()
	for i := range grid.Index(s.City.Grid.Len()) {
		if p := s.City.Grid.Centre(i); bound.Contains(p) && planar.RingContains(ring, p) {
			cells = append(cells, int32(i))
		}
	}
	if len(cells) == 0 {
		return nil, invalid(field, "holds the centre of no cell: want a larger one, in London")
	}
	return cells, nil
}

// ringOf checks a polygon and closes it.
func ringOf(field string, a *pb.Area) (orb.Ring, error) {
	n := len(a.GetVertices())
	if n < minVertices || n > maxVertices {
		return nil, invalid(field+".vertices", "%d: want %d to %d", n, minVertices, maxVertices)
	}
	ring := make(orb.Ring, 0, n+1)
	for i, v := range a.GetVertices() {
		p, err := latLngOf(fmt.Sprintf("%s.vertices[%d]", field, i), v)
		if err != nil {
			return nil, err
		}
		ring = append(ring, p)
	}
	return append(ring, ring[0]), nil
}

// kindsOf checks categories and channels against those that the forecast knows.
func (s *Server) kindsOf(q *query, r *pb.GetForecastRequest) error {
	q.Categories, q.Channels = r.GetCategories(), r.GetChannels()
	if len(q.Categories)+len(q.Channels) == 0 {
		return nil
	}
	mix := q.baseline.Mix()
	if mix == nil {
		return refused(codes.FailedPrecondition, "NO_KINDS",
			"categories, channels: the forecast (%s) cannot tell kinds of calls apart: import calls with a category or channel and fit, or ask for all calls", q.baseline.About().Name)
	}
	category, channel := func(k calls.Kind) string { return k.Category }, func(k calls.Kind) string { return k.Channel }
	if err := known("categories", q.Categories, mix, category); err != nil {
		return err
	}
	return known("channels", q.Channels, mix, channel)
}

// known refuses names that no kind has.
func known(field string, asked []string, mix *forecast.Mix, of func(calls.Kind) string) error {
	for i, a := range asked {
		if !slices.ContainsFunc(mix.Kinds, func(k calls.Kind) bool { return of(k) == a }) {
			return invalid(fmt.Sprintf("%s[%d]", field, i), "%.64q: want one of %s", a, names(mix, of))
		}
	}
	return nil
}

// names lists what kinds are called, the first twenty.
func names(mix *forecast.Mix, of func(calls.Kind) string) string {
	var list []string
	for _, k := range mix.Kinds {
		if name := fmt.Sprintf("%q", of(k)); !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	if len(list) > 20 {
		list = append(list[:20], "…")
	}
	return strings.Join(list, ", ")
}

// timeOf checks a time of a request.
func timeOf(field string, t *timestamppb.Timestamp) (time.Time, error) {
	if err := t.CheckValid(); err != nil {
		return time.Time{}, invalid(field, "%v", err)
	}
	at := t.AsTime()
	if h := at.Unix() / 3600; h < int64(calls.First) || h >= int64(calls.Last) {
		return time.Time{}, invalid(field, "%s: want a time of %d to %d", at.Format(time.RFC3339), calls.First.Time().Year(), calls.Last.Time().Year()-1)
	}
	return at, nil
}
