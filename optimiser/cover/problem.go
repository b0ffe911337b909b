package cover

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Problem is which sites reach which cells in what time.
type Problem struct {
	Sites, Cells int
	Time         *route.Matrix // Sites × Cells; never written
	Weight       []float64     // demand per cell; a cell without any need not be reached. nil: all must be
	Fixed        []int         // sites that have a facility, and count as one
	Forbidden    []int         // sites that must not have one
}

// ErrProblem is wrapped by every error about a problem or a request.
var ErrProblem = errors.New("cover: invalid problem")

// FieldError says which field is wrong, and what is allowed. It wraps ErrProblem.
type FieldError struct {
	Field string // as in Go: Weight[17]
	Wrong string // the value and what is allowed
}

func (e *FieldError) Error() string { return "cover: " + e.Field + " " + e.Wrong }

// Unwrap returns ErrProblem.
func (e *FieldError) Unwrap() error { return ErrProblem }

type faults []error

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, &FieldError{field, fmt.Sprintf(format, args...)})
}

// Validate returns nil, or every fault joined, each a *FieldError.
func (p *Problem) Validate() error {
	var f faults
	if p.Sites < 1 {
		f.add("Sites", "is %d; at least 1 is needed", p.Sites)
	}
	if p.Cells < 1 {
		f.add("Cells", "is %d; at least 1 is needed", p.Cells)
	}
	switch m := p.Time; {
	case m == nil:
		f.add("Time", "is nil; a matrix of Sites × Cells is needed")
	case m.Sites != p.Sites || m.Cells != p.Cells:
		f.add("Time", "is %d × %d; Sites × Cells is %d × %d", m.Sites, m.Cells, p.Sites, p.Cells)
	case len(m.T) != m.Sites*m.Cells:
		f.add("Time", "holds %d times; %d × %d are needed", len(m.T), m.Sites, m.Cells)
	}
	p.checkWeight(&f)
	p.checkSites(&f)
	return errors.Join(f...)
}

func (p *Problem) checkWeight(f *faults) {
	if p.Weight == nil {
		return
	}
	if len(p.Weight) != p.Cells {
		f.add("Weight", "has %d entries; Cells is %d, or give none", len(p.Weight), p.Cells)
	}
	counts := false
	for i, w := range p.Weight {
		if !(w >= 0 && w <= 1e15) {
			f.add(fmt.Sprintf("Weight[%d]", i), "is %v; a weight is from 0 to 1e15", w)
			return
		}
		counts = counts || w > 0
	}
	if !counts {
		f.add("Weight", "is 0 throughout; some cell has to count")
	}
}

func (p *Problem) checkSites(f *faults) {
	seen := map[int]string{}
	for _, list := range []struct {
		name  string
		sites []int
	}{{"Fixed", p.Fixed}, {"Forbidden", p.Forbidden}} {
		for i, s := range list.sites {
			field := fmt.Sprintf("%s[%d]", list.name, i)
			if s < 0 || s >= p.Sites {
				f.add(field, "is %d; from 0 to %d is allowed", s, p.Sites-1)
			} else if where, twice := seen[s]; twice {
				f.add(field, "is site %d, already in %s", s, where)
			} else {
				seen[s] = field
			}
		}
	}
	if p.Sites > 0 && len(p.Forbidden) >= p.Sites {
		f.add("Forbidden", "leaves none of %d sites", p.Sites)
	}
}

// counts reports whether a cell has to be reached.
func (p *Problem) counts(cell int) bool { return p.Weight == nil || p.Weight[cell] > 0 }

// open returns the sites that may have a facility, the fixed ones only if asked for.
func (p *Problem) open(fixed bool) []int {
	not := make([]bool, p.Sites)
	for _, s := range p.Forbidden {
		not[s] = true
	}
	for _, s := range p.Fixed {
		not[s] = !fixed
	}
	var open []int
	for s, is := range not {
		if !is {
			open = append(open, s)
		}
	}
	return open
}

// nearest returns each cell's time from the nearest of the sites.
func (p *Problem) nearest(sites []int) []road.Millis {
	near := make([]road.Millis, p.Cells)
	for i := range near {
		near[i] = road.Unreachable
	}
	for _, s := range sites {
		for i, t := range p.Time.Row(s) {
			near[i] = min(near[i], t)
		}
	}
	return near
}

// weights is the demand of each cell.
func (p *Problem) weights() []float64 {
	if p.Weight != nil {
		return p.Weight
	}
	return slices.Repeat([]float64{1}, p.Cells)
}
