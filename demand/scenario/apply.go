package scenario

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// Apply returns the baseline as the scenario changes it. The errors say all that does not fit: places
// outside the city, kinds that the baseline does not know. The result says in About.Notes what was changed.
func Apply(b forecast.Baseline, s *Scenario, g Ground) (*Baseline, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	a := &applier{base: b, city: b.City(), ground: g, p: &problems{}}
	a.mix = a.startingMix(s)
	out := &Baseline{base: b, about: b.About()}
	out.district, out.districts = a.city.District, len(a.city.Districts)
	for i := range s.Modifications {
		m := &s.Modifications[i]
		a.p.where = fmt.Sprintf("modification %d: ", i+1)
		step, note := a.step(m)
		out.steps = append(out.steps, step)
		out.about.Notes = append(slices.Clip(out.about.Notes), "Scenario: "+note+" ("+stated(m)+").")
	}
	if len(a.p.list) > 0 {
		return nil, fmt.Errorf("scenario: %w", errors.Join(a.p.list...))
	}
	out.mix, out.weights = a.mix, ones(len(a.mix.kinds))
	if err := out.name(s); err != nil {
		return nil, err
	}
	return out, nil
}

// name gives the result a name and a hash of its own, unless nothing is changed.
func (b *Baseline) name(s *Scenario) error {
	if len(s.Modifications) == 0 {
		return nil
	}
	document, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	b.about.Hash = sha256.Sum256(append(b.about.Hash[:], document...))
	b.about.Name += ", changed by a scenario"
	if s.Name != "" {
		b.about.Name += ": " + s.Name
	}
	if k := s.Kinds; k != nil {
		b.about.Notes = append(b.about.Notes, fmt.Sprintf("Scenario: the shares of kinds of calls are stated, not learnt (%s: %s).", k.Origin, k.Source))
	}
	b.about.Notes = append(b.about.Notes, "Intervals are those of the baseline around what the scenario expects; that the scenario's own figures may be wrong is in none of them.")
	return nil
}

func stated(m *Modification) string {
	if m.Source == "" {
		return string(m.Origin)
	}
	return string(m.Origin) + ": " + m.Source
}

// applier turns modifications into steps and gathers what does not fit.
type applier struct {
	base   forecast.Baseline
	city   *demand.City
	ground Ground
	mix    *mix
	p      *problems
	week   []float64 // calls of a typical week in each district, then in the city; nil until asked for
}

// startingMix returns the baseline's kinds, or those that the scenario states.
func (a *applier) startingMix(s *Scenario) *mix {
	if m := a.base.Mix(); m != nil {
		a.p.want(s.Kinds == nil, "kinds: %s knows the kinds of calls; want none stated", a.base.About().Name)
		return &mix{kinds: m.Kinds, at: m.At, known: len(m.Kinds)}
	}
	if s.Kinds == nil {
		return &mix{kinds: []calls.Kind{{}}, at: func(int, int) []float32 { return []float32{1} }, unknown: true, known: 1}
	}
	var kinds []calls.Kind
	var share []float32
	for _, k := range s.Kinds.Shares {
		kinds, share = append(kinds, calls.Kind{Category: k.Category, Channel: k.Channel}), append(share, float32(k.Share))
	}
	return &mix{kinds: kinds, at: func(int, int) []float32 { return share }, known: len(kinds)}
}

func (a *applier) step(m *Modification) (step, string) {
	switch {
	case m.Growth != nil:
		return a.growth(m.Growth)
	case m.Shift != nil:
		return a.shift(m.Shift)
	case m.Event != nil:
		return a.event(m.Event)
	default:
		return a.population(m.Population)
	}
}

// chosen returns which kinds are of the categories and channels; empty lists choose all.
func (a *applier) chosen(categories, channels []string) []bool {
	a.named("category", categories, func(k calls.Kind) string { return k.Category })
	a.named("channel", channels, func(k calls.Kind) string { return k.Channel })
	in := make([]bool, len(a.mix.kinds))
	for i, k := range a.mix.kinds {
		in[i] = (len(categories) == 0 || slices.Contains(categories, k.Category)) && (len(channels) == 0 || slices.Contains(channels, k.Channel))
	}
	return in
}

// named refuses names that no kind has.
func (a *applier) named(what string, names []string, of func(calls.Kind) string) {
	if len(names) > 0 && a.mix.unknown {
		a.p.want(false, "%s %q: %w: import calls that have one, or state kinds in the scenario", what, names[0], forecast.ErrNoKinds)
		return
	}
	for _, name := range names {
		var have []string
		for _, k := range a.mix.kinds {
			have = append(have, of(k))
		}
		slices.Sort(have)
		a.p.want(slices.Contains(have, name), "%s %q; want one of %q", what, name, slices.Compact(have))
	}
}

func (a *applier) growth(g *Growth) (step, string) {
	out := &growth{kinds: a.chosen(g.Categories, g.Channels), perYear: g.PerYear, years: g.Years}
	unit := "years"
	if g.Years == 1 {
		unit = "year"
	}
	note := fmt.Sprintf("calls%s change by %+.3g %% a year, a typical week is %.3g %s ahead", ofKinds(g.Categories, g.Channels), 100*g.PerYear, g.Years, unit)
	about := a.base.About()
	switch {
	case !g.From.IsZero():
		out.dated, out.from = true, calls.HourAt(g.From)
	case about.Learnt:
		out.dated, out.from = true, about.CutOff()
	}
	if out.dated {
		note += ", real hours are counted from " + a.date(out.from)
	}
	return out, note
}

func (a *applier) shift(s *Shift) (step, string) {
	in := a.chosen(s.Categories, []string{s.From})
	out := &shift{share: s.Share, start: start(s.Start)}
	for k, moves := range in {
		if !moves {
			continue
		}
		out.from = append(out.from, k)
		if s.To != "" {
			out.to = append(out.to, a.mix.kind(calls.Kind{Category: a.mix.kinds[k].Category, Channel: s.To}))
		}
	}
	note := fmt.Sprintf("%.3g %% of the calls%s by %q", 100*s.Share, ofKinds(s.Categories, nil), s.From)
	if s.To == "" {
		note += " come no more"
	} else {
		note += fmt.Sprintf(" come by %q", s.To)
	}
	return out, note + a.from(s.Start)
}

func (a *applier) event(e *Event) (step, string) {
	out := &event{start: demand.HourOfWeek(e.StartHour), hours: e.Hours}
	when := fmt.Sprintf("each week from %s for %d hours", out.start, e.Hours)
	if !e.Start.IsZero() {
		from := calls.HourAt(e.Start)
		out.span = calls.Span{From: from, To: from + calls.Hour(e.Hours)}
		when = fmt.Sprintf("on %s for %d hours, in no typical week", e.Start.In(a.city.Zone).Format("2 January 2006 from 15:04"), e.Hours)
	}
	footprint := a.ground.around
	if e.Multiplier != 0 {
		footprint = a.ground.within
	}
	var err error
	if out.where, err = footprint(a.city, e.At, e.Radius); err != nil {
		a.p.want(false, "event.at: %w", err)
		return out, ""
	}
	if e.Multiplier != 0 {
		out.multiplier = e.Multiplier
		return out, fmt.Sprintf("calls within %.0f m of %.5f, %.5f are multiplied by %.3g %s", e.Radius, e.At.Lat, e.At.Lon, e.Multiplier, when)
	}
	if !a.mix.unknown {
		out.kind = a.mix.kind(calls.Kind{Category: e.Category, Channel: e.Channel})
	}
	out.perHour = e.Calls / float64(e.Hours)
	return out, fmt.Sprintf("%.4g extra calls around %.5f, %.5f, half of them within %.0f m, %s", e.Calls, e.At.Lat, e.At.Lon, e.Radius, when)
}

func start(t time.Time) calls.Hour {
	if t.IsZero() {
		return calls.First
	}
	return calls.HourAt(t)
}

func (a *applier) date(h calls.Hour) string { return h.Time().In(a.city.Zone).Format("2 January 2006") }

func (a *applier) from(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", from " + a.date(calls.HourAt(t)) + " on and in typical weeks"
}

func ofKinds(categories, channels []string) string {
	text := ""
	if len(categories) > 0 {
		text += fmt.Sprintf(" of %q", categories)
	}
	if len(channels) > 0 {
		text += fmt.Sprintf(" by %q", channels)
	}
	return text
}

func ones(n int) []float64 { return slices.Repeat([]float64{1}, n) }
