package cover

import (
	"cmp"
	"slices"
)

// state is a part of the search: a system of which some columns are open and some rows due.
type state struct {
	*system
	open []uint64 // columns
	due  []uint64 // rows
	left int      // columns that may still be taken
}

func (s *system) whole(left int) *state {
	return &state{s, below(len(s.site)), below(len(s.cell)), left}
}

// with returns the state after taking a column. Its sets are its own.
func (s *state) with(c int) *state {
	w := &state{s.system, slices.Clone(s.open), slices.Clone(s.due), s.left}
	w.take(c)
	return w
}

func (s *state) take(c int) {
	remove(s.open, c)
	for w, x := range s.cols.of(c) {
		s.due[w] &^= x
	}
	s.left--
}

// reduce takes the columns that must be, drops columns and ignores rows that others dominate, until
// nothing changes, and tells the log. It stops early at a due row that no open column covers, and
// returns it.
func (s *state) reduce(log *tree) (dead int, is bool) {
	for {
		count := make([]int32, len(s.cell))
		var order []int
		for r := range each(s.due, s.due) {
			count[r] = int32(common(s.rows.of(r), s.open))
			if count[r] == 0 {
				return r, true
			}
			order = append(order, r)
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(count[a], count[b]), cmp.Compare(a, b)) })
		if log.ended() {
			return 0, false
		}
		if s.force(order, count, log) {
			continue
		}
		s.ignore(order, log)
		if log.ended() || !s.drop(count, log) {
			return 0, false
		}
	}
}

// force takes the columns that are alone in covering a row.
func (s *state) force(order []int, count []int32, log *tree) bool {
	done := false
	for _, r := range order {
		if count[r] > 1 || s.left == 0 {
			break
		}
		if !has(s.due, r) {
			continue // covered by one just taken
		}
		for c := range each(s.rows.of(r), s.open) {
			log.step(Take, s.site[c], s.cell[r])
			log.used = append(log.used, s.site[c])
			s.take(c)
			done = true
			break
		}
	}
	return done
}

// ignore leaves out rows whose columns include all those of another row: who covers that one covers
// them. Rows come by ascending count. A row that stays is filed under its column with the fewest rows, so
// that each row is compared only with those that are filed under one of its own columns.
func (s *state) ignore(order []int, log *tree) {
	filed := make([][]int32, len(s.site))
	covers := make([]int32, len(s.site))
	for c := range each(s.open, s.open) {
		covers[c] = int32(common(s.cols.of(c), s.due))
	}
rows:
	for i, r := range order {
		if i%64 == 0 && log.ended() {
			return
		}
		own, rarest := s.rows.of(r), -1
		for c := range each(own, s.open) {
			for _, k := range filed[c] {
				if within(s.rows.of(int(k)), own, s.open) {
					remove(s.due, r)
					log.step(Ignore, s.cell[r], 0)
					continue rows
				}
			}
			if rarest < 0 || covers[c] < covers[rarest] {
				rarest = c
			}
		}
		filed[rarest] = append(filed[rarest], int32(r))
	}
}

// drop closes columns whose rows are all covered by another open column.
func (s *state) drop(count []int32, log *tree) bool {
	var order []int
	covers := make([]int, len(s.site))
	for c := range each(s.open, s.open) {
		covers[c] = common(s.cols.of(c), s.due)
		order = append(order, c)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(covers[a], covers[b]), cmp.Compare(b, a)) })
	done := false
	for i, c := range order {
		if i%64 == 0 && log.ended() {
			return false
		}
		if by, ok := s.dominates(c, covers, count); ok {
			remove(s.open, c)
			log.step(Drop, s.site[c], s.site[by])
			done = true
		}
	}
	return done
}

// dominates returns an open column that covers what column c covers. It is among those of c's row with
// the fewest columns.
func (s *state) dominates(c int, covers []int, count []int32) (int, bool) {
	own, row := s.cols.of(c), -1
	for r := range each(own, s.due) {
		if row < 0 || count[r] < count[row] {
			row = r
		}
	}
	if row < 0 { // covers nothing: any other will do
		for by := range each(s.open, s.open) {
			if by != c {
				return by, true
			}
		}
		return 0, false
	}
	for by := range each(s.rows.of(row), s.open) {
		if by != c && covers[by] >= covers[c] && within(own, s.cols.of(by), s.due) {
			return by, true
		}
	}
	return 0, false
}
