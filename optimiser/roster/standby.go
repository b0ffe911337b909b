package roster

import (
	"errors"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// Limit says how cars may change places between one hour and the next. A car that moves goes to a site
// where none stood in the hour before.
type Limit struct {
	Moves   int           // how many cars may, at most
	Longest road.Millis   // the longest way of a move; 0: any
	Between *route.Matrix // sites × sites, the way from one to another; needed with Longest
}

// Schedule is where cars stand hour by hour, with its proof.
type Schedule struct {
	Sites [][]int // per hour, ascending
	Moves []int   // per hour: cars that stand elsewhere than in the hour before; the first is 0
	Value float64 // the hours' values added up
	Bound float64 // no schedule within the limit has a lower value, whatever the longest way
	// Free are the hours each by itself, as if all cars could move at any hour: the sum of their bounds
	// holds here too.
	Free []optimiser.Plan
	// Multiplier is per hour one vector as in optimiser.Certificate, and Stay per hour but the first, and
	// site, a price in seconds × calls, 0 and more: docs/shifts.md says how they prove Bound.
	Multiplier [][]float64
	Stay       [][]float64
}

// Gap returns (Value − Bound) / Value.
func (s *Schedule) Gap() float64 {
	if s.Value <= 0 {
		return 0
	}
	return max(0, (s.Value-s.Bound)/s.Value)
}

// ErrHours is wrapped by errors about hours that make no schedule.
var ErrHours = errors.New("roster: no schedule can be made of these hours")

// checkSchedule reports all that is wrong with the hours and the limit, joined.
func checkSchedule(hours []*optimiser.Problem, limit Limit) error {
	var errs []error
	fault := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %w", ErrHours, fmt.Errorf(format, args...)))
	}
	if len(hours) == 0 {
		fault("there are none")
	}
	for h, p := range hours {
		if err := p.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%w: hour %d: %w", ErrHours, h, err))
			continue
		}
		first := hours[0]
		if p.Sites != first.Sites || p.Cells != first.Cells || p.Place != first.Place {
			fault("hour %d has %d sites, %d cells and %d cars; hour 0 has %d, %d and %d", h, p.Sites, p.Cells, p.Place, first.Sites, first.Cells, first.Place)
		}
		if !sameSites(p.Fixed, first.Fixed) || !sameSites(p.Forbidden, first.Forbidden) {
			fault("hour %d fixes or forbids other sites than hour 0; they must be the same all the time", h)
		}
		if p.Row != nil || p.Quotas != nil || p.Budget > 0 {
			fault("hour %d has Row, Quotas or a Budget; cars that move are all alike", h)
		}
		for l := range p.Layers {
			if p.Layers[l].Off != nil {
				fault("hour %d: Layers[%d].Off is given; cars that move are all alike", h, l)
			}
		}
	}
	if limit.Moves < 0 {
		fault("Moves is %d; at least 0 is needed", limit.Moves)
	}
	if m := limit.Between; limit.Longest > 0 && len(hours) > 0 {
		if n := hours[0].Sites; m == nil || m.Sites != n || m.Cells != n || len(m.T) != n*n {
			fault("Between is not a matrix of the ways between %d sites, which Longest needs", n)
		}
	}
	return errors.Join(errs...)
}

func sameSites(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	in := map[int]bool{}
	for _, s := range a {
		in[s] = true
	}
	for _, s := range b {
		if !in[s] {
			return false
		}
	}
	return true
}

// moves returns how many sites of next are not in before; both ascend.
func moves(before, next []int) int {
	n, i := 0, 0
	for _, s := range next {
		for i < len(before) && before[i] < s {
			i++
		}
		if i == len(before) || before[i] != s {
			n++
		}
	}
	return n
}
