package cover

import (
	"cmp"
	"context"
	"slices"
)

// tree decides whether left columns cover a system, depth first, and writes the proof that none do as it
// goes.
type tree struct {
	ctx   context.Context
	proof Proof
	used  []int32 // sites taken on the way to the present part
	found []int32 // sites of a cover, once there is one
	nodes int
	most  int // nodes, at most; 0: as many as it takes
}

// Steps of the ascent in the root and below.
const (
	rootSteps  = 400
	innerSteps = 200
)

// mostEntries limits a proof.
const mostEntries = 1 << 23

func (t *tree) ended() bool {
	return t.ctx.Err() != nil || len(t.proof.Steps)+len(t.proof.Cell) > mostEntries || t.most > 0 && t.nodes > t.most
}

func (t *tree) step(k Kind, a, b int32) { t.proof.Steps = append(t.proof.Steps, Step{k, a, b}) }

// vector adds the positive weights to the proof.
func (t *tree) vector(s *system, weight []uint32) int32 {
	p := &t.proof
	if len(p.First) == 0 {
		p.First = append(p.First, 0)
	}
	for r, w := range weight {
		if w > 0 {
			p.Cell, p.Weight = append(p.Cell, s.cell[r]), append(p.Weight, w)
		}
	}
	p.First = append(p.First, int32(len(p.Cell)))
	return int32(len(p.First) - 2)
}

// weigh ends a part by weight 1 on the rows given.
func (t *tree) weigh(s *system, rows ...int) {
	weight := make([]uint32, len(s.cell))
	for _, r := range rows {
		weight[r] = 1
	}
	t.step(Weigh, t.vector(s, weight), 0)
}

// node proves that a part has no cover, or returns false: it has found one, or has to end.
func (t *tree) node(s *state, weight []float64) bool {
	t.nodes++
	depth := len(t.used)
	defer func() { t.used = t.used[:depth] }()
	if dead, is := s.reduce(t); is {
		t.weigh(s.system, dead)
		return true
	}
	if t.ended() {
		return false
	}
	rows := size(s.due)
	if rows == 0 {
		t.found = slices.Clone(t.used)
		return false
	}
	if s.left == 0 {
		for r := range each(s.due, s.due) {
			t.weigh(s.system, r)
			return true
		}
	}
	s, weight = s.compact(weight)
	if s.left == 1 {
		return t.last(s)
	}
	d := newDual(s.system, s.left, weight)
	d.climb(innerSteps, t.ended)
	whole := d.whole()
	v := t.vector(s.system, whole)
	if s.margin(whole, s.open, s.due, s.left) > 0 {
		t.step(Weigh, v, 0)
		return true
	}
	return t.divide(s, d, whole, v)
}

// divide goes on where the weights do not end a part: with fewer columns where they exclude many, else by
// branching.
func (t *tree) divide(s *state, d *dual, whole []uint32, v int32) bool {
	if t.exclude(s, whole, v) > len(s.site)/30 {
		return t.node(s, d.best)
	}
	return t.branch(s, d, whole, v)
}

// exclude closes the open columns that leave a margin above 0 even with the s.left-1 that reach most, and
// returns how many.
func (t *tree) exclude(s *state, whole []uint32, v int32) int {
	sum, reach := s.reached(whole, s.open, s.due)
	for _, n := range reach[:s.left-1] {
		sum -= n
	}
	closed := 0
	for c := range each(s.open, s.open) {
		own := int64(0)
		for r := range each(s.cols.of(c), s.due) {
			own += int64(whole[r])
		}
		if sum > own {
			t.step(Exclude, s.site[c], v)
			remove(s.open, c)
			closed++
		}
	}
	return closed
}

// branch takes one column after another of the row that has the fewest, and shows for each that no cover
// takes it; then the row is left without.
func (t *tree) branch(s *state, d *dual, whole []uint32, v int32) bool {
	row, fewest := 0, 0
	for r := range s.cell {
		if n := common(s.rows.of(r), s.open); r == 0 || n < fewest || n == fewest && d.best[r] > d.best[row] {
			row, fewest = r, n
		}
	}
	var order []int
	for c := range each(s.rows.of(row), s.open) {
		order = append(order, c)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(d.reach[b], d.reach[a]), a-b) })
	for _, c := range order {
		t.step(Split, s.site[c], 0)
		w := s.with(c)
		if s.margin(whole, w.open, w.due, w.left) > 0 {
			t.step(Weigh, v, 0)
		} else {
			t.used = append(t.used, s.site[c])
			if !t.node(w, d.best) {
				return false
			}
			t.used = t.used[:len(t.used)-1]
		}
		remove(s.open, c)
	}
	t.weigh(s.system, row)
	return true
}

// last looks for a single column; without one, it ends the part by rows that no column covers together.
func (t *tree) last(s *state) bool {
	left := slices.Clone(s.open)
	var rows []int
	for size(left) > 0 {
		pick, least := -1, 0
		for r := range s.cell {
			if n := common(s.rows.of(r), left); pick < 0 || n < least {
				pick, least = r, n
			}
		}
		if least == size(left) { // in all rows
			for c := range each(left, left) {
				t.found = append(slices.Clone(t.used), s.site[c])
				return false
			}
		}
		rows = append(rows, pick)
		for w, x := range s.rows.of(pick) {
			left[w] &= x
		}
	}
	t.weigh(s.system, rows...)
	return true
}

// compact returns the state in a system of its own, with the weights of its rows.
func (s *state) compact(weight []float64) (*state, []float64) {
	d := s.part(s.open, s.due).whole(s.left)
	if weight == nil {
		return d, nil
	}
	sum := 0.0
	own := make([]float64, 0, len(d.cell))
	for r := range each(s.due, s.due) {
		own = append(own, weight[r])
		sum += weight[r]
	}
	if sum == 0 {
		return d, nil
	}
	return d, own
}

// margin is the weight of the due rows less what the left open columns that reach most of it sum up to.
func (s *state) margin(weight []uint32, open, due []uint64, left int) int64 {
	sum, reach := s.reached(weight, open, due)
	for _, n := range reach[:min(left, len(reach))] {
		sum -= n
	}
	return sum
}

// most is how many columns surely are too few by the weights.
func (s *state) most(weight []uint32) int {
	sum, reach := s.reached(weight, s.open, s.due)
	few := 0
	for few < len(reach) && sum > reach[few] {
		sum -= reach[few]
		few++
	}
	return few
}

// reached returns the weight of the due rows, and what each open column reaches of it, most first.
func (s *state) reached(weight []uint32, open, due []uint64) (sum int64, reach []int64) {
	for r := range each(due, due) {
		sum += int64(weight[r])
	}
	for c := range each(open, open) {
		n := int64(0)
		for r := range each(s.cols.of(c), due) {
			n += int64(weight[r])
		}
		reach = append(reach, n)
	}
	slices.SortFunc(reach, func(a, b int64) int { return cmp.Compare(b, a) })
	return sum, reach
}

// whole rounds the best weights to whole numbers below 2²⁰.
func (d *dual) whole() []uint32 {
	most := 0.0
	for _, w := range d.best {
		most = max(most, w)
	}
	whole := make([]uint32, len(d.best))
	for r, w := range d.best {
		whole[r] = uint32(w / most * (1 << 20))
	}
	return whole
}
