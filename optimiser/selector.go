package optimiser

import (
	"cmp"
	"math"
	"slices"
)

// selector finds the least choice of columns that the rules allow, and what it costs to force one column in or out.
type selector struct {
	r      *rules
	ledger *ledger
	chosen []int     // the least choice, decided columns first
	picked []bool    // per column: chosen
	order  []int     // undecided columns, partly sorted
	given  []float64 // per set: the most that an undecided column chosen in it counts and that may leave it
	taken  []float64 // per set: the least that an undecided column not chosen in it counts and that may join it
}

func newSelector(r *rules) *selector {
	n := len(r.inner)
	return &selector{r: r, ledger: newLedger(r), picked: make([]bool, n), given: make([]float64, len(r.sets)), taken: make([]float64, len(r.sets))}
}

// choose takes the columns in use, none of those dropped, and of the others those that make the sum of value least. It
// returns that sum, +Inf where no plan is possible.
func (s *selector) choose(value []float64, use, drop []bool) float64 {
	s.chosen, s.order = s.chosen[:0], s.order[:0]
	clear(s.picked)
	s.ledger.reset()
	ok := true
	for j := range value {
		if use[j] {
			ok = s.ledger.add(j, 1) && ok
			s.chosen = append(s.chosen, j)
		} else if !drop[j] {
			s.order = append(s.order, j)
		}
	}
	before := func(x, y int) int { return cmp.Or(cmp.Compare(value[x], value[y]), cmp.Compare(x, y)) }
	if s.r.plain() {
		need := s.r.sets[0].most - len(s.chosen)
		if need < 0 || need > len(s.order) {
			ok = false
		} else {
			selectLeast(s.order, need, value)
			s.chosen = append(s.chosen, s.order[:need]...)
		}
	} else {
		slices.SortFunc(s.order, before)
		ok = s.take(value) && ok
	}
	sum := 0.0
	for _, j := range s.chosen {
		s.picked[j] = true
		sum += value[j]
	}
	s.exchanges(value, use, drop)
	if !ok {
		return math.Inf(1)
	}
	return sum
}

// take adds undecided columns, least first, that leave a plan possible; with a budget only those below 0, and those that a quota needs. It reports whether
// they made a plan.
func (s *selector) take(value []float64) bool {
	l := s.ledger
	for _, j := range s.order {
		lack := l.lack[0]
		if l.add(j, 1) && (s.r.cost == nil || value[j] < 0 || l.lack[0] < lack) {
			s.chosen = append(s.chosen, j)
		} else {
			l.add(j, -1)
		}
	}
	return l.lack[0] == 0
}

// exchanges fills in given and taken.
func (s *selector) exchanges(value []float64, use, drop []bool) {
	for i := range s.given {
		s.given[i], s.taken[i] = math.Inf(-1), math.Inf(1)
	}
	for j, v := range value {
		switch i := s.r.inner[j]; {
		case use[j] || drop[j]:
		case s.picked[j]:
			s.given[i] = max(s.given[i], v)
		default:
			s.taken[i] = min(s.taken[i], v)
		}
	}
	for i := len(s.given) - 1; i > 0; i-- {
		set := s.r.sets[i]
		if s.ledger.have[i] > set.least {
			s.given[set.outer] = max(s.given[set.outer], s.given[i])
		}
		if s.ledger.have[i] < set.most {
			s.taken[set.outer] = min(s.taken[set.outer], s.taken[i])
		}
	}
	if s.r.cost != nil { // a place may stay empty
		s.taken[0] = min(s.taken[0], 0)
		if len(s.chosen) < s.r.sets[0].most {
			s.given[0] = max(s.given[0], 0)
		}
	}
}

// toUse returns how much the least sum grows when column j, undecided and not chosen, must be: one exchange is best (Edmonds 1971).
func (s *selector) toUse(j int, value []float64) float64 {
	most := math.Inf(-1)
	for i := s.r.inner[j]; ; i = s.r.sets[i].outer {
		most = max(most, s.given[i])
		if i == 0 || s.ledger.have[i] >= s.r.sets[i].most {
			return value[j] - most
		}
	}
}

// toDrop returns how much the least sum grows when column j, undecided and chosen, must not be.
func (s *selector) toDrop(j int, value []float64) float64 {
	least := math.Inf(1)
	for i := s.r.inner[j]; ; i = s.r.sets[i].outer {
		least = min(least, s.taken[i])
		if i == 0 || s.ledger.have[i] <= s.r.sets[i].least {
			return least - value[j]
		}
	}
}

// selectLeast moves the n columns of least value, of equal ones the first, to the front (Hoare 1961).
func selectLeast(order []int, n int, value []float64) {
	lo, hi := 0, len(order)
	for hi-lo > 1 && n > lo && n < hi {
		pivot := order[(lo+hi)/2]
		pv := value[pivot]
		i, k := lo, hi-1
		for i <= k {
			for v := value[order[i]]; v < pv || v == pv && order[i] < pivot; v = value[order[i]] {
				i++
			}
			for v := value[order[k]]; v > pv || v == pv && order[k] > pivot; v = value[order[k]] {
				k--
			}
			if i <= k {
				order[i], order[k] = order[k], order[i]
				i++
				k--
			}
		}
		switch {
		case n <= k:
			hi = k + 1
		case n >= i:
			lo = i
		default:
			return
		}
	}
}
