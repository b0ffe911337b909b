package transport

import (
	"errors"
	"fmt"

	"github.com/nearside-ems/nearside/optimiser"
)

// faults gathers field errors.
type faults []error

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, &optimiser.FieldError{Field: field, Wrong: fmt.Sprintf(format, args...)})
}

// Validate returns nil, or every fault of the problem joined, each a *optimiser.FieldError. Of a list of
// numbers it reports the first bad one and how many there are. Too little room is no fault.
func (p *Problem) Validate() error {
	var f faults
	if p.Sites < 1 {
		f.add("Sites", "is %d; at least 1 is needed", p.Sites)
	}
	if p.Cells < 1 {
		f.add("Cells", "is %d; at least 1 is needed", p.Cells)
	}
	p.checkSites(&f)
	if len(p.Layers) == 0 {
		f.add("Layers", "is empty; at least one is needed")
	}
	for l := range p.Layers {
		p.checkLayer(&f, fmt.Sprintf("Layers[%d]", l), &p.Layers[l])
	}
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

// mostWeight keeps sums finite and exact to their last parts in 10⁹.
const mostWeight = 1e15

func (p *Problem) checkLayer(f *faults, name string, l *Layer) {
	checkNumbers(f, name+".Weight", l.Weight, p.Cells, "Cells", func(w float64) bool { return w >= 0 && w <= mostWeight },
		fmt.Sprintf("a weight is from 0 to %g", mostWeight))
	if l.Capacity != nil {
		checkNumbers(f, name+".Capacity", l.Capacity, p.Sites, "Sites", func(c float64) bool { return c >= 0 },
			"a capacity is from 0 to +Inf")
	}
	switch m := l.Time; {
	case m == nil:
		f.add(name+".Time", "is nil; a matrix of Sites × Cells is needed")
	case m.Sites != p.Sites || m.Cells != p.Cells:
		f.add(name+".Time", "is %d × %d; Sites × Cells is %d × %d", m.Sites, m.Cells, p.Sites, p.Cells)
	case len(m.T) != m.Sites*m.Cells:
		f.add(name+".Time", "holds %d times; %d × %d are needed", len(m.T), m.Sites, m.Cells)
	}
}

func checkNumbers(f *faults, name string, numbers []float64, want int, of string, good func(float64) bool, allowed string) {
	if len(numbers) != want {
		f.add(name, "has %d entries; %s is %d", len(numbers), of, want)
	}
	bad, first := 0, 0
	for i, v := range numbers {
		if !good(v) {
			if bad == 0 {
				first = i
			}
			bad++
		}
	}
	if bad > 0 {
		f.add(fmt.Sprintf("%s[%d]", name, first), "is %v; %s (%d such)", numbers[first], allowed, bad)
	}
}
