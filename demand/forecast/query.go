package forecast

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Query asks how many calls to expect. It is of real hours or of hours of a typical week, not of both.
type Query struct {
	// Cells and Districts are positions in the city; a cell counts where either names it. Both empty:
	// the whole city.
	Cells     []int32
	Districts []int32

	Span    calls.Span          // real hours, holidays counted
	Typical []demand.HourOfWeek // of a typical week, each counted once, in any order
	// Weeks is in how many typical weeks the calls of Typical are counted together, up to MaxWeeks; 0
	// means 1. Columns are of one.
	Weeks int

	// Categories and Channels keep only calls of these; empty keeps all.
	Categories, Channels []string
	// Share, where not nil, is the part that counts of the calls of a kind, 0 to 1. Thinned calls keep
	// the day effect: their distribution is that of their own, smaller means. A baseline that cannot tell
	// kinds apart takes all calls as of the kind without a name.
	Share func(calls.Kind) float64
}

// MaxWeeks is a quarter, as long as a baseline is asked ahead.
const MaxWeeks = MaxDaysAhead / 7

// ErrNoKinds is wrapped where a baseline cannot tell kinds of calls apart.
var ErrNoKinds = errors.New("kinds of calls are not known")

// validate returns all that is wrong with a query to a baseline, joined.
func (q *Query) validate(city *demand.City, a About) error {
	var errs []error
	switch {
	case len(q.Typical) > 0 && q.Span != calls.Span{}:
		errs = append(errs, errors.New("real hours and hours of a typical week: want one of them"))
	case len(q.Typical) == 0:
		errs = append(errs, a.check(q.Span, city.Zone))
	}
	if q.Weeks < 0 || q.Weeks > MaxWeeks || q.Weeks > 1 && len(q.Typical) == 0 {
		errs = append(errs, fmt.Errorf("%d weeks: want 1 to %d, and hours of a typical week", q.Weeks, MaxWeeks))
	}
	for _, h := range q.Typical {
		if h >= demand.HoursPerWeek {
			errs = append(errs, fmt.Errorf("hour %d of the week: want 0 to %d", h, demand.HoursPerWeek-1))
		}
	}
	for _, c := range q.Cells {
		if c < 0 || int(c) >= city.Len() {
			errs = append(errs, fmt.Errorf("cell %d: want 0 to %d", c, city.Len()-1))
		}
	}
	for _, d := range q.Districts {
		if d < 0 || int(d) >= len(city.Districts) {
			errs = append(errs, fmt.Errorf("district %d: want 0 to %d", d, len(city.Districts)-1))
		}
	}
	return errors.Join(errs...)
}

// cells returns the cells of the area, ascending.
func (q *Query) cells(city *demand.City) []int32 {
	whole := len(q.Cells) == 0 && len(q.Districts) == 0
	in := make([]bool, city.Len())
	for _, c := range q.Cells {
		in[c] = true
	}
	district := make([]bool, len(city.Districts))
	for _, d := range q.Districts {
		district[d] = true
	}
	list := make([]int32, 0, city.Len())
	for c := range in {
		if whole || in[c] || district[city.District[c]] {
			list = append(list, int32(c))
		}
	}
	return list
}

// weights returns the part that counts of each kind; nil where all of all count.
func (q *Query) weights(m *Mix) ([]float64, error) {
	if len(q.Categories) == 0 && len(q.Channels) == 0 && q.Share == nil {
		return nil, nil
	}
	if m == nil {
		if len(q.Categories) > 0 || len(q.Channels) > 0 {
			return nil, fmt.Errorf("%w: import calls with a category or channel and fit, or ask for all calls", ErrNoKinds)
		}
		m = unnamed
	}
	if err := errors.Join(
		known("category", q.Categories, m, func(k calls.Kind) string { return k.Category }),
		known("channel", q.Channels, m, func(k calls.Kind) string { return k.Channel })); err != nil {
		return nil, err
	}
	w := make([]float64, len(m.Kinds))
	for i, k := range m.Kinds {
		if len(q.Categories) > 0 && !slices.Contains(q.Categories, k.Category) || len(q.Channels) > 0 && !slices.Contains(q.Channels, k.Channel) {
			continue
		}
		w[i] = 1
		if q.Share != nil {
			w[i] = q.Share(k)
		}
		if !(w[i] >= 0 && w[i] <= 1) {
			return nil, fmt.Errorf("share %v of category %q by channel %q: want 0 to 1", w[i], k.Category, k.Channel)
		}
	}
	return w, nil
}

// unnamed is the mix of a baseline that cannot tell kinds apart.
var unnamed = &Mix{Kinds: []calls.Kind{{}}}

// known refuses names that no kind has.
func known(what string, asked []string, m *Mix, of func(calls.Kind) string) error {
	var have []string
	for _, k := range m.Kinds {
		if !slices.Contains(have, of(k)) {
			have = append(have, of(k))
		}
	}
	for _, a := range asked {
		if !slices.Contains(have, a) {
			return fmt.Errorf("%s %q: want one of %s", what, a, quoted(have))
		}
	}
	return nil
}

func quoted(names []string) string {
	const most = 20
	var list []string
	for _, n := range names[:min(len(names), most)] {
		list = append(list, fmt.Sprintf("%q", n))
	}
	if len(names) > most {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}
