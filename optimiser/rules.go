package optimiser

import (
	"cmp"
	"slices"
)

// rules say which sets of columns are plans: how many there are in all and of each quota's set, and what
// they may cost. Sets that are nested or disjoint make the plans the bases of a matroid, so that taking
// the least columns that still leave a plan possible, in order, is best (Edmonds 1971).
type rules struct {
	sets   []set     // all columns first, then the quotas, each before those inside it
	inner  []int     // column → the smallest set that has it
	cost   []float64 // per column; nil without a budget
	budget float64
	cheap  []int // the columns by cost; nil without a budget
}

// set is a set of columns with the least and the most facilities that it may have.
type set struct{ outer, least, most int }

// spare is the relative room left for the rounding of sums of costs.
const spare = 1e-12

func newRules(p *Problem, site []int) *rules {
	r := &rules{sets: []set{{0, p.Place, p.Place}}, inner: make([]int, len(site))}
	quotas := slices.Clone(p.Quotas)
	slices.SortStableFunc(quotas, func(x, y Quota) int { return cmp.Compare(len(y.Sites), len(x.Sites)) })
	inner := make([]int, p.Sites)
	for _, q := range quotas {
		if len(q.Sites) == 0 {
			continue
		}
		r.sets = append(r.sets, set{inner[q.Sites[0]], q.Least, q.Most})
		for _, s := range q.Sites {
			inner[s] = len(r.sets) - 1
		}
	}
	for j, s := range site {
		r.inner[j] = inner[s]
	}
	if p.Budget > 0 {
		r.sets[0].least = 0
		r.budget = p.Budget * (1 + spare)
		for j, s := range site {
			r.cost = append(r.cost, p.Cost[s])
			r.cheap = append(r.cheap, j)
		}
		slices.SortStableFunc(r.cheap, func(x, y int) int { return cmp.Compare(r.cost[x], r.cost[y]) })
	}
	return r
}

// plain reports whether any place columns are a plan.
func (r *rules) plain() bool { return len(r.sets) == 1 && r.cost == nil }

// ledger counts the facilities of a part of a plan, and in each set how many more it needs at least.
type ledger struct {
	*rules
	have, lack []int // per set
	owed       []int // per set: what the sets inside it lack
	spent      float64
}

func newLedger(r *rules) *ledger {
	t := &ledger{rules: r, have: make([]int, len(r.sets)), lack: make([]int, len(r.sets)), owed: make([]int, len(r.sets))}
	t.reset()
	return t
}

// clone returns a copy that counts on its own.
func (t *ledger) clone() *ledger {
	c := *t
	c.have, c.lack, c.owed = slices.Clone(t.have), slices.Clone(t.lack), slices.Clone(t.owed)
	return &c
}

// reset forgets all columns.
func (t *ledger) reset() {
	clear(t.have)
	clear(t.owed)
	t.spent = 0
	for s := len(t.sets) - 1; s >= 0; s-- {
		t.lack[s] = max(t.sets[s].least, t.owed[s])
		if s > 0 {
			t.owed[t.sets[s].outer] += t.lack[s]
		}
	}
}

// add counts a column; by is 1 to add it and −1 to take it away. It reports whether no set has, or will
// need, more than it may have.
func (t *ledger) add(j, by int) bool {
	fits := true
	if t.cost != nil {
		t.spent += float64(by) * t.cost[j]
	}
	for s := t.inner[j]; ; s = t.sets[s].outer {
		t.have[s] += by
		before := t.lack[s]
		t.lack[s] = max(0, t.sets[s].least-t.have[s], t.owed[s])
		fits = fits && t.have[s]+t.lack[s] <= t.sets[s].most
		if s == 0 {
			return fits
		}
		t.owed[t.sets[s].outer] += t.lack[s] - before
	}
}

// fits reports whether a plan can hold what has been counted and column j. used tells which columns have been counted.
func (t *ledger) fits(j int, used []bool) bool {
	spent := t.spent
	ok := t.add(j, 1) && t.afford(j, used)
	t.add(j, -1)
	t.spent = spent
	return ok
}

// afford reports whether the budget is enough for what has been counted, column j among it, and the cheapest
// columns that are still needed.
func (t *ledger) afford(j int, used []bool) bool {
	if t.cost == nil || t.spent > t.budget {
		return t.cost == nil
	}
	if t.lack[0] == 0 {
		return true
	}
	before := t.spent
	more := t.finish(func(c int) bool { return used[c] || c == j })
	ok := t.lack[0] == 0 && t.spent <= t.budget
	for _, c := range more {
		t.add(c, -1)
	}
	t.spent = before
	return ok
}

// finish adds the cheapest columns that make a plan of what has been counted, and returns them.
func (t *ledger) finish(used func(j int) bool) []int {
	var more []int
	for at := 0; at < len(t.inner) && t.lack[0] > 0; at++ {
		j := at
		if t.cost != nil {
			j = t.cheap[at]
		}
		if used(j) {
			continue
		}
		lack := t.lack[0]
		if t.add(j, 1) && t.lack[0] < lack {
			more = append(more, j)
		} else {
			t.add(j, -1)
		}
	}
	return more
}

// swaps reports whether column j may take the place of column out.
func (t *ledger) swaps(out, j int) bool {
	spent := t.spent
	t.add(out, -1)
	ok := t.add(j, 1) && t.lack[0] == 0 && (t.cost == nil || t.spent <= t.budget)
	t.add(j, -1)
	t.add(out, 1)
	t.spent = spent
	return ok
}

// holds reports whether the columns are a plan.
func (r *rules) holds(columns []int) bool {
	t, ok := newLedger(r), true
	for _, j := range slices.Sorted(slices.Values(columns)) {
		ok = t.add(j, 1) && ok
	}
	return ok && t.lack[0] == 0 && (r.cost == nil || t.spent <= r.budget)
}
