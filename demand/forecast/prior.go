package forecast

import (
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/volume"
)

// PriorDay is the variance of the day effect that a Prior's intervals assume: what crisis calls in
// Toronto show (daily dispersion 1.49 at about 70 calls a day). Nothing of the kind is public for London.
const PriorDay = 0.007

// What a Prior's answers must be shown with.
const (
	notePriorSource   = "A documented prior, not a forecast learnt from calls: yearly volume, hour-of-week profile and place share from published figures and assumptions."
	notePriorInterval = "Intervals are Poisson with a shared day effect of variance 0.007, an assumption after Toronto's crisis calls. How far the prior itself is off is not known and is in no interval."
)

// Prior is the baseline of a city without calls.
type Prior struct {
	city     *demand.City
	week     *demand.Intensity
	calendar *demand.Calendar
	hash     [32]byte
}

// NewPrior returns the baseline of a published intensity over a city's cells, with the calendar that it
// belongs to.
func NewPrior(city *demand.City, week *demand.Intensity, calendar *demand.Calendar) *Prior {
	return &Prior{city: city, week: week, calendar: calendar, hash: week.Hash()}
}

// Settings returns the settings of a fit that falls back to this prior in proportion to how few calls it
// is learnt from.
func (p *Prior) Settings() Settings {
	var week [demand.HoursPerWeek]float64
	for h := range week {
		week[h] = p.week.InHour(demand.HourOfWeek(h))
	}
	return Settings{Volume: volume.Settings{PriorWeek: &week, PriorHolidays: p.calendar.Holidays()}}
}

// City returns the city.
func (p *Prior) City() *demand.City { return p.city }

// About says that this is a prior.
func (p *Prior) About() About {
	return About{Name: p.week.Source, Hash: p.hash, Notes: []string{notePriorSource, notePriorInterval}}
}

// Rates returns the typical week's rates, holidays counted.
func (p *Prior) Rates(span calls.Span, dst []float32) []float32 {
	dst = resize(dst, span.Hours()*p.week.Cells)
	for k := range span.Hours() {
		t := (span.From + calls.Hour(k)).Time()
		f := float32(p.calendar.Factor(t))
		out := dst[k*p.week.Cells : (k+1)*p.week.Cells]
		for i, r := range p.week.At(p.calendar.HourOf(t)) {
			out[i] = f * r
		}
	}
	return dst
}

// Week returns the intensity that the prior was made from.
func (p *Prior) Week() *demand.Intensity { return p.week }

// Dispersion is the assumed day effect, however far ahead.
func (p *Prior) Dispersion(int) count.Dispersion { return count.Dispersion{Day: PriorDay} }

// Mix returns nil: no share of any kind of call is public.
func (p *Prior) Mix() *Mix { return nil }
