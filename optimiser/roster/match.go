package roster

import "slices"

// allows reports whether the cars of one hour can go to the sites of the next within the limit: as many
// move as allowed, and each no farther than the longest move.
func (l *Limit) allows(before, next []int) bool {
	var leave, come []int
	for _, s := range before {
		if !slices.Contains(next, s) {
			leave = append(leave, s)
		}
	}
	for _, s := range next {
		if !slices.Contains(before, s) {
			come = append(come, s)
		}
	}
	if len(come) > l.Moves || len(come) != len(leave) {
		return false
	}
	return l.Longest == 0 || len(l.match(leave, come)) == len(come)
}

// match pairs sites that cars leave with those that they come to, as many as can be within the longest
// move (augmenting paths, Kuhn 1955). taken holds for each site come to the one left.
func (l *Limit) match(leave, come []int) (taken map[int]int) {
	taken = map[int]int{}
	for _, from := range leave {
		l.pair(from, come, taken, map[int]bool{})
	}
	return taken
}

func (l *Limit) pair(from int, come []int, taken map[int]int, tried map[int]bool) bool {
	for _, to := range come {
		if tried[to] || l.Longest > 0 && l.Between.Row(from)[to] > l.Longest {
			continue
		}
		tried[to] = true
		other, busy := taken[to]
		if !busy || l.pair(other, come, taken, tried) {
			taken[to] = from
			return true
		}
	}
	return false
}
