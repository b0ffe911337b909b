package roster

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// What a schedule can fail VerifySchedule by. The error says what was found.
var (
	ErrMoves = errors.New("roster: the schedule's moves are not within the limit")
	ErrValue = errors.New("roster: the schedule's value is wrong")
	ErrBound = errors.New("roster: the schedule's bound is wrong")
	ErrProof = errors.New("roster: the schedule's proof is malformed")
)

// exactness is the relative difference allowed between a stated number and the recomputed one, as in
// optimiser.Verify.
const exactness = 1e-9

// VerifySchedule recomputes a schedule's value, moves and bound from the hours, the limit and the
// schedule's sites and multipliers, with none of Plan's code, and compares. The error wraps ErrHours or
// the sentinel of the first check that failed; what is wrong with an hour's own plan is as optimiser.Verify says.
func VerifySchedule(hours []*optimiser.Problem, limit Limit, s *Schedule) error {
	if err := checkSchedule(hours, limit); err != nil {
		return err
	}
	if len(s.Sites) != len(hours) || len(s.Moves) != len(hours) || len(s.Free) != len(hours) || len(s.Multiplier) != len(hours) || len(s.Stay) != len(hours)-1 {
		return fmt.Errorf("%w: %d hours need so many Sites, Moves, Free and Multiplier, and one less of Stay", ErrProof, len(hours))
	}
	value, free := 0.0, 0.0
	for h, p := range hours {
		if err := optimiser.Verify(p, &s.Free[h]); err != nil {
			return fmt.Errorf("hour %d by itself: %w", h, err)
		}
		free += s.Free[h].Certificate.Bound
		v, err := optimiser.Evaluate(p, s.Sites[h])
		if err != nil {
			return fmt.Errorf("%w: hour %d: %w", ErrMoves, h, err)
		}
		value += v
	}
	if math.Abs(value-s.Value) > exactness*value {
		return fmt.Errorf("%w: it states %v; its sites give %v", ErrValue, s.Value, value)
	}
	if err := verifyMoves(limit, s); err != nil {
		return err
	}
	bound, size, err := stayBound(hours, limit.Moves, s)
	if err != nil {
		return err
	}
	if want := min(value, max(free, bound)); math.Abs(want-s.Bound) > exactness*want+1e-12*size {
		return fmt.Errorf("%w: it states %v; its multipliers prove %v and the hours by themselves %v", ErrBound, s.Bound, bound, free)
	}
	return nil
}

// verifyMoves checks the moves into every hour.
func verifyMoves(limit Limit, s *Schedule) error {
	for h := range s.Sites {
		var leave, come []int
		if h > 0 {
			leave, come = without(s.Sites[h-1], s.Sites[h]), without(s.Sites[h], s.Sites[h-1])
		}
		if len(come) != s.Moves[h] {
			return fmt.Errorf("%w: %d cars move into hour %d; it states %d", ErrMoves, len(come), h, s.Moves[h])
		}
		if len(come) > limit.Moves {
			return fmt.Errorf("%w: %d cars move into hour %d; at most %d may", ErrMoves, len(come), h, limit.Moves)
		}
		if limit.Longest > 0 && !canMatch(limit, leave, come) {
			return fmt.Errorf("%w: the cars that move into hour %d, from %v to %v, cannot all do so within %v", ErrMoves, h, leave, come, limit.Longest)
		}
	}
	return nil
}

func without(a, b []int) []int {
	return slices.DeleteFunc(slices.Clone(a), func(s int) bool { return slices.Contains(b, s) })
}

// canMatch reports whether the sites can be paired within the longest move.
func canMatch(limit Limit, leave, come []int) bool {
	reach := make([][]bool, len(leave))
	for i, from := range leave {
		reach[i] = make([]bool, len(come))
		for k, to := range come {
			reach[i][k] = limit.Between.Row(from)[to] <= limit.Longest
		}
	}
	taken := make([]int, len(come)) // position in leave, plus 1
	for i := range leave {
		if !path(i, reach, taken, make([]bool, len(come))) {
			return false
		}
	}
	return true
}

func path(i int, reach [][]bool, taken []int, seen []bool) bool {
	for k, ok := range reach[i] {
		if !ok || seen[k] {
			continue
		}
		seen[k] = true
		if taken[k] == 0 || path(taken[k]-1, reach, taken, seen) {
			taken[k] = i + 1
			return true
		}
	}
	return false
}

// stayBound recomputes the bound of the multipliers and prices of staying by its definition in
// docs/shifts.md, in seconds × calls. size is the largest constant in it, which rounding is relative to.
func stayBound(hours []*optimiser.Problem, most int, s *Schedule) (bound, size float64, err error) {
	for h, p := range hours {
		base, worth, err := worths(p, s.Multiplier[h])
		if err != nil {
			return 0, 0, fmt.Errorf("%w: hour %d: %w", ErrProof, h, err)
		}
		for _, stay := range s.Stay {
			if len(stay) != p.Sites || slices.ContainsFunc(stay, func(v float64) bool { return !(v >= 0) || math.IsInf(v, 1) }) {
				return 0, 0, fmt.Errorf("%w: Stay needs %d finite prices of 0 and more an hour", ErrProof, p.Sites)
			}
		}
		if h > 0 {
			dearest := 0.0
			for site, v := range s.Stay[h-1] {
				worth[site] += v
				dearest = max(dearest, v)
			}
			base -= float64(most) * dearest
		}
		if h+1 < len(hours) {
			for site, v := range s.Stay[h] {
				worth[site] -= v
			}
		}
		var open []float64
		for site, v := range worth {
			switch {
			case slices.Contains(p.Fixed, site):
				base += v
			case !slices.Contains(p.Forbidden, site):
				open = append(open, v)
			}
		}
		slices.Sort(open)
		for _, v := range open[:p.Place-len(p.Fixed)] {
			base += v
		}
		bound, size = bound+base, size+math.Abs(base)
	}
	return bound, size, nil
}

// worths returns Σ w b_k k μ_k and each site's Σ w b_k min(0, c − μ_k).
func worths(p *optimiser.Problem, multiplier []float64) (base float64, worth []float64, err error) {
	worth = make([]float64, p.Sites)
	for i := range p.Layers {
		l := &p.Layers[i]
		n := len(l.Share) * p.Cells
		if len(multiplier) < n {
			return 0, nil, fmt.Errorf("%d multipliers too few", n-len(multiplier))
		}
		mu := multiplier[:n]
		multiplier = multiplier[n:]
		if k := slices.IndexFunc(mu, func(v float64) bool { return !(v >= 0) || math.IsInf(v, 1) }); k >= 0 {
			return 0, nil, fmt.Errorf("a multiplier of layer %d is %v", i, mu[k])
		}
		for k, b := range fallingSteps(l.Share) {
			level := mu[k*p.Cells : (k+1)*p.Cells]
			for cell, w := range l.Weight {
				base += w * b * float64(k+1) * level[cell]
			}
			for site := range worth {
				for cell, w := range l.Weight {
					worth[site] += w * b * min(0, seconds(l, site, cell)-level[cell])
				}
			}
		}
	}
	if len(multiplier) > 0 {
		return 0, nil, fmt.Errorf("%d multipliers too many", len(multiplier))
	}
	return base, worth, nil
}

func seconds(l *optimiser.Layer, site, cell int) float64 {
	t := min(l.Time.Row(site)[cell], optimiser.Cap)
	if l.Curve != nil {
		return float64(l.Curve.At(t)) / 1000
	}
	return float64(t) / 1000
}

// fallingSteps returns the steps b_k = a'_k − a'_(k+1) of falling shares a', whose sums from the first on are
// the least concave ones at or above those of the given shares.
func fallingSteps(share []float64) []float64 {
	sum := make([]float64, len(share)+1)
	for k, a := range share {
		sum[k+1] = sum[k] + a
	}
	above := slices.Clone(sum)
	for i := range sum {
		for j := i + 1; j < len(sum); j++ {
			for k := i; k <= j; k++ {
				above[k] = max(above[k], sum[i]+(sum[j]-sum[i])*float64(k-i)/float64(j-i))
			}
		}
	}
	b := make([]float64, len(share))
	for k := range b {
		b[k] = above[k+1] - above[k]
		if k+2 < len(above) {
			b[k] -= above[k+2] - above[k+1]
		}
	}
	return b
}
