package forecast

import (
	"context"
	"fmt"
	"sync"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/mixture"
	"github.com/nearside-ems/nearside/demand/volume"
)

// Settings say how a fit is learnt. The zero value is the default, without a prior week.
type Settings struct {
	Volume  volume.Settings
	Mixture mixture.Settings
}

// Fit is a forecast learnt from calls. It is immutable and safe to share.
type Fit struct {
	city    *demand.City
	about   About
	gaps    []calls.Span
	daily   []uint32 // calls of each 24 hours of the span
	calls   [32]byte // hash of the history
	volume  *volume.Model
	mixture *mixture.Model
	mix     *Mix
	shares  func() []float32 // HoursPerWeek × cells, of the mixture; sums to 1 in each hour
	week    func() *demand.Intensity
}

// Learn learns from all calls of a history. Where there are none the result is the prior: the settings'
// prior week spread by the city's prior. It is the same on any machine and number of processors. It fails
// where the city or the settings are wrong, the history is of another city, or ctx ends.
func Learn(ctx context.Context, city *demand.City, h *calls.History, s Settings) (*Fit, error) {
	if err := city.Validate(); err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	if h.Cells != city.Len() {
		return nil, fmt.Errorf("forecast: calls lie in %d cells, but city %s has %d: import them for this city", h.Cells, city.Name, city.Len())
	}
	f := &Fit{city: city, gaps: h.Gaps, daily: daily(h, h.Span), calls: h.Hash()}
	var err error
	if f.volume, err = volume.Fit(city, h, s.Volume); err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	if f.mixture, err = mixture.Fit(ctx, city, h, s.Mixture); err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	f.mix = learnMix(city, h)
	inputs, err := Inputs(city, f.calls, s)
	if err != nil {
		return nil, err
	}
	f.about = About{Hash: inputs, Learnt: h.Len() > 0, Calls: h.Len(), Span: h.Span}
	f.lay()
	return f, nil
}

// name is what a fit is called wherever its figures are shown. It tells no count of calls, so that it can
// be published with them.
func (f *Fit) name() string {
	if f.about.Calls == 0 {
		return fmt.Sprintf("prior, no calls to learn from (fit %x)", f.about.Hash[:4])
	}
	return fmt.Sprintf("learnt from the calls of %s to %s (fit %x)", f.day(f.about.Span.From), f.day(f.about.Span.To-1), f.about.Hash[:4])
}

func (f *Fit) day(h calls.Hour) string { return h.Time().In(f.city.Zone).Format("2006-01-02") }

// notes are what the fit's figures are shown with.
func (f *Fit) notes() []string {
	days := func(hours int) int { return (hours + 12) / hoursPerDay }
	notes := []string{"Expected calls are modelled, not observed."}
	missing := 0
	for _, g := range f.gaps {
		missing += g.Hours()
	}
	if missing > 0 {
		notes = append(notes, fmt.Sprintf("Nothing is known of %d of the %d days.", days(missing), days(f.about.Span.Hours())))
	}
	return notes
}

// lay makes what follows from the parts.
func (f *Fit) lay() {
	f.week = sync.OnceValue(f.makeWeek)
	f.about.Name, f.about.Notes = f.name(), f.notes()
	f.shares = sync.OnceValue(func() []float32 {
		n := f.city.Len()
		all := make([]float32, demand.HoursPerWeek*n)
		for h := range demand.HoursPerWeek {
			if f.about.Calls == 0 && f.city.Prior != nil { // nothing was learnt: the prior as it is, with no part for cells that it may misjudge
				for c, p := range f.city.Prior {
					all[h*n+c] = float32(p)
				}
				continue
			}
			f.mixture.Shares(demand.HourOfWeek(h), all[h*n:(h+1)*n])
		}
		return all
	})
}

// City returns the city.
func (f *Fit) City() *demand.City { return f.city }

// About says what the fit was learnt from.
func (f *Fit) About() About { return f.about }

// Gaps returns the parts of the span of which nothing was known.
func (f *Fit) Gaps() []calls.Span { return f.gaps }

// CallsHash identifies the history that the fit was learnt from.
func (f *Fit) CallsHash() [32]byte { return f.calls }

// Rates is Baseline's.
func (f *Fit) Rates(span calls.Span, dst []float32) []float32 {
	n, shares := f.city.Len(), f.shares()
	dst = resize(dst, span.Hours()*n)
	for k, v := range f.volume.Rates(span, make([]float64, span.Hours())) {
		h := int(demand.HourOf((span.From + calls.Hour(k)).Time(), f.city.Zone))
		scale(dst[k*n:(k+1)*n], shares[h*n:(h+1)*n], float32(v))
	}
	return dst
}

// Week is Baseline's. It is made once, and shared: do not change it.
func (f *Fit) Week() *demand.Intensity { return f.week() }

func (f *Fit) makeWeek() *demand.Intensity {
	n, shares := f.city.Len(), f.shares()
	week := &demand.Intensity{Source: f.about.Name, Cells: n, Rate: make([]float32, len(shares))}
	for h, v := range f.volume.Week() {
		scale(week.Rate[h*n:(h+1)*n], shares[h*n:(h+1)*n], float32(v))
	}
	return week
}

func scale(dst, src []float32, by float32) {
	dst = dst[:len(src)]
	for i, s := range src {
		dst[i] = by * s
	}
}

// Dispersion is Baseline's.
func (f *Fit) Dispersion(daysAhead int) count.Dispersion { return f.volume.Dispersion(daysAhead) }

// Mix is Baseline's.
func (f *Fit) Mix() *Mix { return f.mix }
