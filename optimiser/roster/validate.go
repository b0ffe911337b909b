package roster

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/nearside-ems/nearside/optimiser"
)

// ErrQuestion is wrapped by every error of Validate.
var ErrQuestion = errors.New("roster: no roster can be made")

// FieldError says which field of a Question is wrong, and what is allowed. It wraps ErrQuestion.
type FieldError struct {
	Field string // as in Go, with the template's name: Templates[2] (late).Length
	Wrong string // the value and what is allowed
}

func (e *FieldError) Error() string { return "roster: " + e.Field + " " + e.Wrong }

// Unwrap returns ErrQuestion.
func (e *FieldError) Unwrap() error { return ErrQuestion }

// faults gathers field errors.
type faults []error

func (f *faults) add(field, format string, args ...any) {
	*f = append(*f, &FieldError{Field: field, Wrong: fmt.Sprintf(format, args...)})
}

func (f *faults) check(ok bool, field, format string, args ...any) {
	if !ok {
		f.add(field, format, args...)
	}
}

// Validate returns nil, or every fault of the question joined, each a *FieldError: fields out of range,
// shifts that no crew can work, numbers of crews and crew hours that contradict each other, and hours
// with demand in which no shift is in service. The last two are looked at when the fields are in range.
func (q *Question) Validate() error {
	var f faults
	f.check(q.Sites >= 1, "Sites", "is %d; at least 1 is needed", q.Sites)
	f.check(q.Cells >= 1, "Cells", "is %d; at least 1 is needed", q.Cells)
	f.check(q.Crews >= 0, "Crews", "is %d; at least 0 is needed", q.Crews)
	f.check(q.CrewHours >= 0 && !math.IsInf(q.CrewHours, 1), "CrewHours", "is %v; a finite number of hours, at least 0, is needed", q.CrewHours)
	q.checkObjective(&f)
	q.checkHours(&f)
	q.checkTemplates(&f)
	q.checkPosts(&f)
	if len(f) == 0 {
		q.checkCrews(&f)
		q.checkCover(&f)
	}
	return errors.Join(f...)
}

// checkObjective has the optimiser check Share and Curve, in the smallest problem that there is.
func (q *Question) checkObjective(f *faults) {
	if q.Share == nil {
		f.add("Share", "is nil; shares are needed")
		return
	}
	err := trial(q.Share(1), q.Curve).Validate()
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return
	}
	for _, e := range joined.Unwrap() {
		var field *optimiser.FieldError
		if errors.As(e, &field) {
			f.add(strings.TrimPrefix(field.Field, "Layers[0]."), "%s", field.Wrong)
		}
	}
}

func (q *Question) checkHours(f *faults) {
	f.check(len(q.Hours) > 0, "Hours", "is empty; at least one hour is needed")
	for i := range q.Hours {
		h, name := &q.Hours[i], fmt.Sprintf("Hours[%d]", i)
		f.check(h.Hour >= 0 && h.Hour < Week/60, name+".Hour", "is %d; hours of the week are 0 to %d", h.Hour, Week/60-1)
		f.check(i == 0 || h.Hour > q.Hours[i-1].Hour, name+".Hour", "is %d, after %d; hours must ascend", h.Hour, q.Hours[max(i, 1)-1].Hour)
		f.check(len(h.Demand) == q.Cells, name+".Demand", "has %d entries; Cells is %d", len(h.Demand), q.Cells)
		for c, w := range h.Demand {
			if !(w >= 0 && w <= mostDemand) {
				f.add(fmt.Sprintf("%s.Demand[%d]", name, c), "is %v; calls expected are from 0 to %g (the first such of the hour)", w, mostDemand)
				break
			}
		}
		switch m := h.Time; {
		case m == nil:
			f.add(name+".Time", "is nil; a matrix of Sites × Cells is needed")
		case m.Sites != q.Sites || m.Cells != q.Cells || len(m.T) != m.Sites*m.Cells:
			f.add(name+".Time", "is %d × %d with %d times; Sites × Cells is %d × %d", m.Sites, m.Cells, len(m.T), q.Sites, q.Cells)
		}
	}
}

// mostDemand keeps the sum over a week within what the optimiser takes.
const mostDemand = 1e12

func (q *Question) checkPosts(f *faults) {
	seen := map[Post]int{}
	for i, p := range q.Fixed {
		name := fmt.Sprintf("Fixed[%d]", i)
		if p.Template < 0 || p.Template >= len(q.Templates) {
			f.add(name+".Template", "is %d; there are %d templates", p.Template, len(q.Templates))
			continue
		}
		f.check(p.Way >= 0 && p.Way < q.Templates[p.Template].Ways(), name+".Way", "is %d; the template has %d ways of taking breaks", p.Way, q.Templates[p.Template].Ways())
		f.check(p.Site >= 0 && p.Site < q.Sites, name+".Site", "is %d; from 0 to %d is allowed", p.Site, q.Sites-1)
		if first, twice := seen[p]; twice {
			f.add(name, "is the same crew as Fixed[%d]; a shift stands once at a site", first)
		}
		seen[p] = i
	}
	for i, s := range q.Forbidden {
		f.check(s >= 0 && s < q.Sites, fmt.Sprintf("Forbidden[%d]", i), "is %d; from 0 to %d is allowed", s, q.Sites-1)
		for p, at := range seen {
			f.check(p.Site != s, fmt.Sprintf("Forbidden[%d]", i), "is site %d, where Fixed[%d] stands", s, at)
		}
	}
}
