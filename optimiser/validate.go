package optimiser

import (
	"errors"
	"fmt"
)

// ErrProblem is wrapped by every error of Validate.
var ErrProblem = errors.New("optimiser: invalid problem")

// FieldError says which field of a Problem is wrong, and what is allowed. It wraps ErrProblem.
type FieldError struct {
	Field string // as in Go: Layers[2].Weight[17]
	Wrong string // the value and what is allowed
}

func (e *FieldError) Error() string { return "optimiser: " + e.Field + " " + e.Wrong }

// Unwrap returns ErrProblem.
func (e *FieldError) Unwrap() error { return ErrProblem }

// faults gathers field errors.
type faults []error

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, &FieldError{Field: field, Wrong: fmt.Sprintf(format, args...)})
}

// Validate returns nil, or every fault of the problem joined, each a *FieldError. Of a weight slice
// it reports the first bad entry and how many there are.
func (p *Problem) Validate() error {
	var f faults
	if p.Sites < 1 {
		f.add("Sites", "is %d; at least 1 is needed", p.Sites)
	}
	if p.Cells < 1 {
		f.add("Cells", "is %d; at least 1 is needed", p.Cells)
	}
	if !(p.Busy >= 0 && p.Busy < 1) {
		f.add("Busy", "is %v; a busy fraction is at least 0 and below 1", p.Busy)
	}
	if p.Levels < 1 || p.Levels > p.Place {
		f.add("Levels", "is %d; from 1 to Place (%d) is allowed", p.Levels, p.Place)
	}
	p.checkSites(&f)
	p.checkLayers(&f)
	return errors.Join(f...)
}

// checkSites checks Place, Fixed and Forbidden against Sites and each other.
func (p *Problem) checkSites(f *faults) {
	if p.Place < 1 || p.Place > p.Sites {
		f.add("Place", "is %d; from 1 to Sites (%d) is allowed", p.Place, p.Sites)
	}
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
	if len(p.Fixed) > p.Place {
		f.add("Fixed", "has %d sites, more than Place (%d)", len(p.Fixed), p.Place)
	}
	if p.Place <= p.Sites && p.Place > p.Sites-len(p.Forbidden) {
		f.add("Forbidden", "leaves %d of %d sites, fewer than Place (%d)", p.Sites-len(p.Forbidden), p.Sites, p.Place)
	}
}

func (p *Problem) checkLayers(f *faults) {
	if len(p.Layers) == 0 {
		f.add("Layers", "is empty; at least one is needed")
	}
	for l := range p.Layers {
		layer, name := &p.Layers[l], fmt.Sprintf("Layers[%d]", l)
		checkWeights(f, name, layer.Weight, p.Cells)
		switch m := layer.Time; {
		case m == nil:
			f.add(name+".Time", "is nil; a matrix of Sites × Cells is needed")
		case m.Sites != p.Sites || m.Cells != p.Cells:
			f.add(name+".Time", "is %d × %d; Sites × Cells is %d × %d", m.Sites, m.Cells, p.Sites, p.Cells)
		case len(m.T) != m.Sites*m.Cells:
			f.add(name+".Time", "holds %d times; %d × %d are needed", len(m.T), m.Sites, m.Cells)
		}
	}
}

// mostWeight keeps sums finite and exact to their last parts in 10⁹: no cell has more calls than that.
const mostWeight = 1e15

func checkWeights(f *faults, name string, weight []float64, cells int) {
	if len(weight) != cells {
		f.add(name+".Weight", "has %d entries; Cells is %d", len(weight), cells)
	}
	bad, first := 0, 0
	for i, w := range weight {
		if !(w >= 0 && w <= mostWeight) {
			if bad == 0 {
				first = i
			}
			bad++
		}
	}
	if bad > 0 {
		f.add(fmt.Sprintf("%s.Weight[%d]", name, first),
			"is %v; a weight is from 0 to %g (%d such in the layer)", weight[first], mostWeight, bad)
	}
}
