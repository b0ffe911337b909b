package cover

import (
	"context"
	"math/rand/v2"
)

// local is the local search with row weights of Gao, Weise and Li (2015): it holds a number of columns,
// swaps one at a time, and gives rows weight for every step in which they stay uncovered.
type local struct {
	*system
	rng    *rand.Rand
	in     []int   // columns held
	at     []int32 // per column: 1 + place in the list above, 0 if not held
	times  []int32 // per row: columns held that cover it
	by     []int32 // per row: those columns' numbers, xor-ed; with one, that one
	weight []int32 // per row
	score  []int32 // per column: weight of the rows that only it covers, or would
	since  []int32 // per column: step of its last change
	bare   []int32 // rows not covered
	place  []int32 // per row: 1 + place in the list above
	now    int32
}

func newLocal(s *system, rng *rand.Rand) *local {
	n, m := len(s.site), len(s.cell)
	l := &local{system: s, rng: rng, at: make([]int32, n), times: make([]int32, m), by: make([]int32, m), weight: make([]int32, m),
		score: make([]int32, n), since: make([]int32, n), place: make([]int32, m)}
	for r := range m {
		l.weight[r] = 1
		l.bare = append(l.bare, int32(r))
		l.place[r] = int32(r) + 1
	}
	for c := range n {
		l.score[c] = int32(size(s.cols.of(c)))
	}
	return l
}

// add holds one more column.
func (l *local) add(c int) {
	l.in = append(l.in, c)
	l.at[c] = int32(len(l.in))
	l.since[c] = l.now
	of := l.cols.of(c)
	for r := range each(of, of) {
		l.times[r]++
		switch l.times[r] {
		case 1:
			l.adjust(r, c, -l.weight[r])
			last := l.bare[len(l.bare)-1]
			l.bare[l.place[r]-1], l.place[last] = last, l.place[r]
			l.bare, l.place[r] = l.bare[:len(l.bare)-1], 0
		case 2:
			l.score[l.by[r]] -= l.weight[r]
		}
		l.by[r] ^= int32(c)
	}
}

// remove lets a column go.
func (l *local) remove(c int) {
	last := l.in[len(l.in)-1]
	l.in[l.at[c]-1], l.at[last] = last, l.at[c]
	l.in, l.at[c] = l.in[:len(l.in)-1], 0
	l.since[c] = l.now
	of := l.cols.of(c)
	for r := range each(of, of) {
		l.times[r]--
		l.by[r] ^= int32(c)
		switch l.times[r] {
		case 0:
			l.adjust(r, c, l.weight[r])
			l.bare = append(l.bare, int32(r))
			l.place[r] = int32(len(l.bare))
		case 1:
			l.score[l.by[r]] += l.weight[r]
		}
	}
}

// adjust changes the scores of a row's columns but for one, or all where that is below 0.
func (l *local) adjust(r, but int, change int32) {
	for _, c := range l.list.of(r) {
		l.score[c] += change
	}
	if but >= 0 {
		l.score[but] -= change
	}
}

// fill adds the best column again and again until all is covered or most are held.
func (l *local) fill(most int) {
	for len(l.bare) > 0 && len(l.in) < most {
		best := -1
		for c, score := range l.score {
			if l.at[c] == 0 && (best < 0 || score > l.score[best]) {
				best = c
			}
		}
		l.add(best)
	}
	for i := len(l.in) - 1; i >= 0; i-- {
		if c := l.in[i]; l.score[c] == 0 {
			l.remove(c)
		}
	}
}

// hold starts over from the columns given.
func (l *local) hold(columns []int) {
	for len(l.in) > 0 {
		l.remove(l.in[len(l.in)-1])
	}
	for _, c := range columns {
		l.add(c)
	}
}

// cover looks for a cover by left columns, in so many steps, and reports whether it holds one.
func (l *local) cover(ctx context.Context, left, steps int) bool {
	for len(l.in) > left {
		l.remove(l.weakest())
	}
	l.fill(left)
	for ; len(l.bare) > 0 && steps > 0 && left > 0 && ctx.Err() == nil; steps-- {
		if l.now++; len(l.in) == left {
			l.remove(l.weakest())
		}
		l.add(l.strongest(int(l.bare[l.rng.IntN(len(l.bare))])))
		for _, r := range l.bare {
			l.weight[r]++
			l.adjust(int(r), -1, 1)
		}
	}
	return len(l.bare) == 0
}

// weakest is the column held that covers least alone and was not just added; of equal ones the one
// that has been there longest.
func (l *local) weakest() int {
	best := -1
	for _, c := range l.in {
		if l.since[c] == l.now-1 && len(l.in) > 1 && l.now > 1 {
			continue
		}
		if best < 0 || l.score[c] < l.score[best] || l.score[c] == l.score[best] && l.since[c] < l.since[best] {
			best = c
		}
	}
	if best < 0 {
		best = l.in[0]
	}
	return best
}

// strongest is the column of a row that covers most of what is not covered, but for one just let go.
func (l *local) strongest(r int) int {
	best := -1
	for _, i := range l.list.of(r) {
		c := int(i)
		if l.at[c] > 0 {
			continue
		}
		fresh := l.since[c] == l.now
		if best < 0 || l.since[best] == l.now && !fresh ||
			fresh == (l.since[best] == l.now) && (l.score[c] > l.score[best] || l.score[c] == l.score[best] && l.since[c] < l.since[best]) {
			best = c
		}
	}
	return best
}
