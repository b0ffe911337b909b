package forecast

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// Baseline is what a forecast is asked of. A Fit and a Prior are baselines; so is either with a
// scenario's changes. A Baseline is immutable and safe to share.
type Baseline interface {
	// City is what the baseline is of.
	City() *demand.City
	// About says what the baseline is.
	About() About
	// Rates writes the calls expected in each hour of a span and each cell to dst, hour-major, and
	// returns it; it makes room where dst has too little. Hours before About.CutOff are fitted, not
	// forecast.
	Rates(span calls.Span, dst []float32) []float32
	// Week returns the calls expected in each hour of a typical week, without holidays.
	Week() *demand.Intensity
	// Dispersion is how far whole days, and the level of all days, stray from what is expected, that
	// many days after the cut-off.
	Dispersion(daysAhead int) count.Dispersion
	// Mix is how calls divide into kinds; nil where the baseline cannot tell kinds apart.
	Mix() *Mix
}

// Thinner is a baseline in which the kinds of calls differ from hour to hour by more than Mix can say,
// such as one with a scenario's event.
type Thinner interface {
	// Thin returns the baseline of the calls that count; weights are what a call of each of Mix's kinds
	// counts, 0 to 1, or one weight of all calls where there is no Mix.
	Thin(weights []float64) Baseline
}

// About says what a baseline is, wherever it is shown.
type About struct {
	Name   string   // such as "prior"; it can be published with the figures
	Hash   [32]byte // of all that the baseline follows from
	Learnt bool     // from calls; otherwise it rests on published figures and assumptions only
	Calls  int      // learnt from
	Span   calls.Span
	Notes  []string // what a reader must know: assumptions, and what is not known
}

// CutOff is the first hour of which no calls were known; 0 for a prior, which knew none.
func (a About) CutOff() calls.Hour { return a.Span.To }

// MaxDaysAhead is how far after its cut-off a learnt baseline is asked: a quarter. The volume's level
// drifts, and nothing that was held against real calls looks further. A planner who wants a later season
// asks for a typical week, or makes a scenario.
const MaxDaysAhead = 92

// check refuses a span that is empty, too long, or beyond the horizon. A prior knows no cut-off and has none.
func (a About) check(span calls.Span, zone *time.Location) error {
	day := func(h calls.Hour) string { return h.Time().In(zone).Format("2006-01-02 15:04") }
	switch most := calls.Hour(MaxDaysAhead * 24); {
	case span.To <= span.From:
		return fmt.Errorf("hours from %s to %s: want at least one", day(span.From), day(span.To))
	case span.To-span.From > most:
		return fmt.Errorf("%d days: want at most %d", span.Hours()/24, MaxDaysAhead)
	case !a.Learnt:
		return nil
	case span.From < a.CutOff():
		return fmt.Errorf("from %s: calls are known until %s; a forecast starts there or later", day(span.From), day(a.CutOff()))
	case span.To > a.CutOff()+most:
		return fmt.Errorf("until %s: calls are known until %s, and a forecast looks at most %d days further; import later calls and fit again, or ask for hours of a typical week", day(span.To), day(a.CutOff()), MaxDaysAhead)
	}
	return nil
}

// resize returns dst with n entries.
func resize(dst []float32, n int) []float32 {
	if cap(dst) < n {
		return make([]float32, n)
	}
	return dst[:n]
}
