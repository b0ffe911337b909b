package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Format is the version of the document's layout.
const Format = "nearside-demand-scenario/1"

// MaxModifications is how many modifications a scenario can have.
const MaxModifications = 50

// Scenario is what would be otherwise. Modifications are applied in order.
type Scenario struct {
	Format string `json:"format"`
	Name   string `json:"name"`
	// Kinds says how calls divide into kinds where the baseline cannot tell, such as the prior; nil: not known.
	Kinds         *Kinds         `json:"kinds,omitempty"`
	Modifications []Modification `json:"modifications"`
}

// Kinds are stated shares of the kinds of calls, the same everywhere and at all hours.
type Kinds struct {
	Shares []KindShare `json:"shares"` // sum to 1
	demand.Stated
}

// KindShare is the part of all calls that is of one kind.
type KindShare struct {
	Category string  `json:"category"`
	Channel  string  `json:"channel"`
	Share    float64 `json:"share"`
}

// Modification is exactly one of four changes, and where its figures are from. An assumption needs no source.
type Modification struct {
	Growth     *Growth     `json:"growth,omitempty"`
	Shift      *Shift      `json:"channel_shift,omitempty"`
	Event      *Event      `json:"event,omitempty"`
	Population *Population `json:"new_population,omitempty"`

	Origin demand.Origin `json:"origin"`
	Source string        `json:"source,omitempty"`
}

// Growth multiplies calls by 1 + PerYear for each year.
type Growth struct {
	PerYear float64 `json:"per_year"` // -0.5 to 1
	// Years is how many years ahead a typical week is. Real hours are as many ahead as they are after
	// From, or else the baseline's cut-off; where neither is known, Years too.
	Years      float64   `json:"years"`
	From       time.Time `json:"from,omitzero"`
	Categories []string  `json:"categories,omitempty"` // only these; empty: all
	Channels   []string  `json:"channels,omitempty"`   // the same
}

// Shift moves calls from one channel to another, or away.
type Shift struct {
	From       string    `json:"from"`
	To         string    `json:"to,omitempty"` // empty: they come no more
	Share      float64   `json:"share"`        // of the calls of From, 0 to 1
	Categories []string  `json:"categories,omitempty"`
	Start      time.Time `json:"start,omitzero"` // zero: always. A typical week is after it
}

// Event brings extra calls to a place for some hours, or multiplies those that are there.
type Event struct {
	At Point `json:"at"`
	// Radius is in metres. Extra calls fall around the place like a normal distribution, half of them
	// within it; a multiplier is of all calls within it.
	Radius float64 `json:"radius_metres"`
	// Start is when it begins; zero: it is held each week from StartHour, hour of the week, on. One with a
	// date is in no typical week.
	Start      time.Time `json:"start,omitzero"`
	StartHour  int       `json:"start_hour,omitempty"`
	Hours      int       `json:"hours"`
	Calls      float64   `json:"calls,omitempty"`      // extra calls in all, spread evenly over the hours
	Multiplier float64   `json:"multiplier,omitempty"` // in place of Calls
	Category   string    `json:"category,omitempty"`   // of the extra calls
	Channel    string    `json:"channel,omitempty"`
}

// Population is people who will live somewhere. They call by the hour, and for what, as their district does.
type Population struct {
	At      *Point       `json:"at,omitempty"` // they live within Radius of it, evenly by land; or within Polygon
	Radius  float64      `json:"radius_metres,omitempty"`
	Polygon [][2]float64 `json:"polygon,omitempty"` // longitude and latitude of its corners
	People  float64      `json:"people"`
	// PerThousandYear is calls a year by a thousand of them; 0: as many as people in their district make.
	PerThousandYear float64   `json:"calls_per_thousand_year,omitempty"`
	Start           time.Time `json:"start,omitzero"` // zero: they are there. A typical week is after it
}

// Point is a place in WGS 84 degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Read decodes and validates a document.
func Read(r io.Reader) (*Scenario, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var s Scenario
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("scenario: something follows the document; want one JSON object")
	}
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return &s, nil
}

// problems gathers what is wrong.
type problems struct {
	where string
	list  []error
}

func (p *problems) want(ok bool, format string, args ...any) {
	if !ok {
		p.list = append(p.list, fmt.Errorf(p.where+format, args...))
	}
}

// Validate returns all that is wrong with a scenario by itself, joined.
func (s *Scenario) Validate() error {
	p := &problems{}
	p.want(s.Format == Format, "format is %q; this version reads %q", s.Format, Format)
	p.want(len(s.Name) <= 200, "name has %d bytes; want 200 at most", len(s.Name))
	p.want(len(s.Modifications) <= MaxModifications, "%d modifications; want %d at most", len(s.Modifications), MaxModifications)
	if s.Kinds != nil {
		p.where = "kinds: "
		s.Kinds.validate(p)
	}
	for i := range s.Modifications {
		p.where = fmt.Sprintf("modification %d: ", i+1)
		s.Modifications[i].validate(p)
	}
	return errors.Join(p.list...)
}

func (k *Kinds) validate(p *problems) {
	var sum float64
	seen := make(map[calls.Kind]bool)
	for _, s := range k.Shares {
		kind := calls.Kind{Category: s.Category, Channel: s.Channel}
		p.want(within(s.Share, 0, 1) && !seen[kind], "category %q by channel %q has share %v; want each once, with 0 to 1", s.Category, s.Channel, s.Share)
		p.label(kind)
		seen[kind] = true
		sum += s.Share
	}
	p.want(len(k.Shares) <= calls.MaxKinds && within(sum, 1-1e-6, 1+1e-6), "%d shares sum to %v; want 1 to %d that sum to 1", len(k.Shares), sum, calls.MaxKinds)
	if err := k.Check(); err != nil {
		p.want(false, "%w", err)
	}
}

func (m *Modification) validate(p *problems) {
	given := 0
	if m.Growth != nil {
		given++
		m.Growth.validate(p)
	}
	if m.Shift != nil {
		given++
		m.Shift.validate(p)
	}
	if m.Event != nil {
		given++
		m.Event.validate(p)
	}
	if m.Population != nil {
		given++
		m.Population.validate(p)
	}
	p.want(given == 1, "%d of growth, channel_shift, event and new_population; want one", given)
	stated := demand.Stated{Origin: m.Origin, Source: m.Source}
	if stated.Origin == demand.Assumption && stated.Source == "" {
		return
	}
	if err := stated.Check(); err != nil {
		p.want(false, "%w; figures need a source or the origin assumption", err)
	}
}

func (g *Growth) validate(p *problems) {
	p.want(within(g.PerYear, -0.5, 1), "growth.per_year is %v; want -0.5 to 1", g.PerYear)
	p.want(within(g.Years, 0, 20), "growth.years is %v; want 0 to 20", g.Years)
}

func (s *Shift) validate(p *problems) {
	p.want(s.From != s.To, "channel_shift from %q to %q; want two channels", s.From, s.To)
	p.want(within(s.Share, 0, 1), "channel_shift.share is %v; want 0 to 1", s.Share)
	p.label(calls.Kind{Channel: s.To})
}

func (e *Event) validate(p *problems) {
	most := 336
	if e.Start.IsZero() {
		most = demand.HoursPerWeek
	}
	p.point("event.at", e.At)
	p.want(within(e.Radius, 50, 20_000), "event.radius_metres is %v; want 50 to 20,000", e.Radius)
	p.want(e.StartHour >= 0 && e.StartHour < demand.HoursPerWeek, "event.start_hour is %d; want 0 to %d", e.StartHour, demand.HoursPerWeek-1)
	p.want(e.Start.IsZero() || e.StartHour == 0, "event has start and start_hour; want one")
	p.want(e.Hours >= 1 && e.Hours <= most, "event.hours is %d; want 1 to %d", e.Hours, most)
	switch {
	case (e.Calls != 0) == (e.Multiplier != 0):
		p.want(false, "event has calls %v and multiplier %v; want one of them", e.Calls, e.Multiplier)
	case e.Calls != 0:
		p.want(within(e.Calls, 0, 1e6), "event.calls is %v; want 0 to 1,000,000", e.Calls)
	default:
		p.want(within(e.Multiplier, 0, 100), "event.multiplier is %v; want 0 to 100", e.Multiplier)
		p.want(e.Category == "" && e.Channel == "", "event has a multiplier and a category or channel: it multiplies calls of all kinds")
	}
	p.label(calls.Kind{Category: e.Category, Channel: e.Channel})
}

func (n *Population) validate(p *problems) {
	p.want((n.At != nil) != (len(n.Polygon) > 0), "new_population wants either at or polygon")
	if n.At != nil {
		p.point("new_population.at", *n.At)
	}
	if len(n.Polygon) > 0 {
		p.want(len(n.Polygon) >= 3 && len(n.Polygon) <= 1000, "new_population.polygon has %d corners; want 3 to 1,000", len(n.Polygon))
		p.want(n.Radius == 0, "new_population has a polygon and a radius; want one")
	}
	for _, c := range n.Polygon {
		p.point("new_population.polygon", Point{Lat: c[1], Lon: c[0]})
	}
	p.want(within(n.Radius, 0, 20_000), "new_population.radius_metres is %v; want 0 to 20,000", n.Radius)
	p.want(within(n.People, 1, 1e6), "new_population.people is %v; want 1 to 1,000,000", n.People)
	p.want(within(n.PerThousandYear, 0, 10_000), "new_population.calls_per_thousand_year is %v; want 0 to 10,000", n.PerThousandYear)
}

func (p *problems) point(name string, at Point) {
	p.want(within(at.Lat, -90, 90) && within(at.Lon, -180, 180), "%s is latitude %v, longitude %v; want degrees", name, at.Lat, at.Lon)
}

func (p *problems) label(k calls.Kind) {
	if err := k.Check(); err != nil {
		p.want(false, "%w", err)
	}
}

// within reports whether x is a number from low to high.
func within(x, low, high float64) bool { return x >= low && x <= high }
