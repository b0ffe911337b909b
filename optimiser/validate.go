package optimiser

import (
	"errors"
	"fmt"
	"slices"
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

// Validate returns nil, or every fault of the problem joined, each a *FieldError. Of a slice of
// numbers it reports the first bad entry and how many there are. Once each field is sound it also
// reports what contradicts what among Place, Fixed, Forbidden, Quotas and Budget, by name and with
// the smallest change that would do; a problem without a fault has a plan.
func (p *Problem) Validate() error {
	var f faults
	p.checkSizes(&f)
	p.checkLists(&f)
	p.checkQuotas(&f)
	p.checkCost(&f)
	sound := len(f) == 0
	p.checkLayers(&f)
	if sound && p.backed() {
		p.checkSelection(&f)
	}
	return errors.Join(f...)
}

// checkSizes checks the counts, and Row, without which a count of sites stands for nothing.
func (p *Problem) checkSizes(f *faults) {
	if p.Sites < 1 {
		f.add("Sites", "is %d; at least 1 is needed", p.Sites)
	}
	if p.Cells < 1 {
		f.add("Cells", "is %d; at least 1 is needed", p.Cells)
	}
	if p.Place < 1 || p.Place > p.Sites {
		f.add("Place", "is %d; from 1 to Sites (%d) is allowed", p.Place, p.Sites)
	}
	if p.Row != nil && len(p.Row) != p.Sites {
		f.add("Row", "has %d entries; Sites is %d", len(p.Row), p.Sites)
	}
	reportFirst(f, "Row", p.Row, func(r int32) bool { return r >= 0 }, "a row is at least 0")
}

// checkLists checks Fixed and Forbidden against Sites and each other.
func (p *Problem) checkLists(f *faults) {
	seen := map[int]string{}
	p.checkSites(f, "Fixed", p.Fixed, seen)
	p.checkSites(f, "Forbidden", p.Forbidden, seen)
}

// checkSites checks that sites exist and come once. seen holds where a site came before.
func (p *Problem) checkSites(f *faults, name string, sites []int, seen map[int]string) {
	for i, s := range sites {
		field := fmt.Sprintf("%s[%d]", name, i)
		if s < 0 || s >= p.Sites {
			f.add(field, "is %d; from 0 to %d is allowed", s, p.Sites-1)
		} else if where, twice := seen[s]; twice {
			f.add(field, "is site %d, already in %s", s, where)
		} else {
			seen[s] = field
		}
	}
}

// mostWeight keeps sums finite and exact to their last parts in 10⁹: no cell has more calls than
// that, and no site a higher cost.
const mostWeight = 1e15

func validAmount(v float64) bool { return v >= 0 && v <= mostWeight }

func (p *Problem) checkCost(f *faults) {
	switch {
	case !validAmount(p.Budget):
		f.add("Budget", "is %v; from 0 (none) to %g is allowed", p.Budget, mostWeight)
	case p.Budget == 0 && p.Cost != nil:
		f.add("Budget", "is 0, which is none, but there is a Cost; state how much it may come to, or leave Cost out")
	case p.Budget > 0 && len(p.Cost) != p.Sites:
		f.add("Cost", "has %d entries; with a Budget it needs one a site, %d", len(p.Cost), p.Sites)
	}
	reportFirst(f, "Cost", p.Cost, validAmount, fmt.Sprintf("a cost is from 0 to %g", mostWeight))
}

// checkLayers checks every layer by itself; all have the same cells, and rows for the same sites.
func (p *Problem) checkLayers(f *faults) {
	if len(p.Layers) == 0 {
		f.add("Layers", "is empty; at least one is needed")
	}
	rows := p.Sites
	if p.Row != nil {
		rows = 0
		for _, r := range p.Row {
			rows = max(rows, int(r)+1)
		}
	}
	for i := range p.Layers {
		p.Layers[i].check(f, fmt.Sprintf("Layers[%d]", i), p, rows)
	}
}

func (l *Layer) check(f *faults, name string, p *Problem, rows int) {
	if len(l.Weight) != p.Cells {
		f.add(name+".Weight", "has %d entries; Cells is %d", len(l.Weight), p.Cells)
	}
	reportFirst(f, name+".Weight", l.Weight, validAmount, fmt.Sprintf("a weight is from 0 to %g", mostWeight))
	l.checkTime(f, name+".Time", p, rows)
	l.checkShare(f, name+".Share")
	if l.Curve != nil {
		l.Curve.check(f, name+".Curve")
	}
	if l.Off != nil && len(l.Off) != p.Sites {
		f.add(name+".Off", "has %d entries; Sites is %d", len(l.Off), p.Sites)
	}
}

func (l *Layer) checkTime(f *faults, name string, p *Problem, rows int) {
	switch m := l.Time; {
	case m == nil:
		f.add(name, "is nil; a matrix of rows × Cells is needed")
	case p.Row == nil && m.Sites != rows || m.Sites < rows || m.Cells != p.Cells:
		f.add(name, "is %d × %d; rows × Cells is %d × %d", m.Sites, m.Cells, rows, p.Cells)
	case m.Sites < 0 || m.Cells < 0 || len(m.T) != m.Sites*m.Cells:
		f.add(name, "holds %d times; %d × %d are needed", len(m.T), m.Sites, m.Cells)
	}
}

// shareRoom is what shares may sum to above 1: rounding of up to MostLevels sums.
const shareRoom = 1e-9

func (l *Layer) checkShare(f *faults, name string) {
	if n := len(l.Share); n < 1 || n > MostLevels {
		f.add(name, "has %d entries; from 1 to %d are allowed", n, MostLevels)
		return
	}
	sum := 0.0
	for _, a := range l.Share {
		sum += a
	}
	if sum > 1+shareRoom {
		f.add(name, "comes to %v; at most 1 can be shared", sum)
	}
	if l.Share[0] == 0 {
		f.add(name+"[0]", "is 0; the nearest facility serves some")
	}
	reportFirst(f, name, l.Share, func(a float64) bool { return a >= 0 && a <= 1 }, "a share is from 0 to 1")
}

// check checks that the curve never falls and has at most one step at a time.
func (c *Curve) check(f *faults, name string) {
	if len(c.Time) == 0 || len(c.Time) != len(c.Cost) {
		f.add(name, "has %d times and %d costs; as many of each and at least one are needed", len(c.Time), len(c.Cost))
		return
	}
	for k := range c.Time {
		at := fmt.Sprintf("[%d]", k)
		if c.Time[k] > Cap {
			f.add(name+".Time"+at, "is %d ms; times end at %d", c.Time[k], Cap)
		}
		if c.Cost[k] < 0 || c.Cost[k] > int32(Cap) {
			f.add(name+".Cost"+at, "is %d; a cost is from 0 to %d thousandths", c.Cost[k], Cap)
		}
		if k > 0 && c.Time[k] < c.Time[k-1] {
			f.add(name+".Time"+at, "is %d ms, before the %d ms of the point before it", c.Time[k], c.Time[k-1])
		}
		if k > 1 && c.Time[k] == c.Time[k-2] {
			f.add(name+".Time"+at, "is the third point at %d ms; two make a step", c.Time[k])
		}
		if k > 0 && c.Cost[k] < c.Cost[k-1] {
			f.add(name+".Cost"+at, "is %d, below the %d of the point before it; a longer time never costs less", c.Cost[k], c.Cost[k-1])
		}
	}
}

// reportFirst reports the first number that is not valid, and how many there are.
func reportFirst[T int32 | float64](f *faults, name string, numbers []T, valid func(T) bool, allowed string) {
	bad, first := 0, 0
	for i, v := range numbers {
		if !valid(v) {
			if bad == 0 {
				first = i
			}
			bad++
		}
	}
	if bad > 0 {
		f.add(fmt.Sprintf("%s[%d]", name, first), "is %v; %s (%d such in all)", numbers[first], allowed, bad)
	}
}

// backed reports whether a slice is as long as there are sites: else Sites may be any number, too large to
// work with, and there is another fault to report.
func (p *Problem) backed() bool {
	return p.Sites > 0 && (len(p.Row) == p.Sites || slices.ContainsFunc(p.Layers, func(l Layer) bool {
		return l.Time != nil && l.Time.Sites == p.Sites && len(l.Time.T) >= p.Sites
	}))
}

// quotaName is how errors call a quota.
func (p *Problem) quotaName(i int) string {
	if p.Quotas[i].Name == "" {
		return fmt.Sprintf("Quotas[%d]", i)
	}
	return fmt.Sprintf("Quotas[%d] (%s)", i, p.Quotas[i].Name)
}

// checkQuotas checks each quota by itself, and then that no two overlap without nesting.
func (p *Problem) checkQuotas(f *faults) {
	before := len(*f)
	for i, q := range p.Quotas {
		name := p.quotaName(i)
		if q.Least < 0 || q.Least > q.Most {
			f.add(name, "is from %d to %d facilities; 0 ≤ Least ≤ Most is needed", q.Least, q.Most)
		}
		if q.Least > len(q.Sites) {
			f.add(name, "needs %d facilities and has %d sites", q.Least, len(q.Sites))
		}
		p.checkSites(f, name+".Sites", q.Sites, map[int]string{})
	}
	if len(*f) == before && p.backed() {
		newNest(p, f)
	}
}
