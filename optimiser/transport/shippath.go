package transport

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// No path that is taken is longer than Cap, as every centre has a step from or to nobody, and no step
// costs more than twice that; so sums with none, too, stay within 32 bits.
const (
	nowhere = -1
	ghost   = -1 // a cell: of the patients who do not exist
	none    = 1 << 30
)

// augment moves patients along one shortest path: away from a centre with too many, or towards one that
// has room to fill. It reports whether there was one.
func (s *shipper) augment(todo []int64, away bool) bool {
	nobody, open := s.k-1, false
	for j, units := range todo {
		s.dist[j], s.done[j], s.from[j] = none, false, nowhere
		if away && units > 0 || !away && j == nobody {
			s.dist[j] = 0
		}
		open = open || units > 0
	}
	if !open {
		return false
	}
	end := s.search(away)
	s.reprice(s.dist[end])
	s.push(end)
	return true
}

// search runs Dijkstra's algorithm up to the first end. Free room of nobody can go everywhere, and
// every patient can go to nobody, so there always is one.
func (s *shipper) search(away bool) int {
	for {
		next, least := 0, int32(math.MaxInt32)
		for j, d := range s.dist {
			if d < least && !s.done[j] {
				next, least = j, d
			}
		}
		if s.wanted[next] > 0 || away && next == s.k-1 {
			return next
		}
		s.done[next] = true
		s.refresh(next)
		most := int32(none) // what no move costs more than
		if s.isFree(next) {
			most = 0
		}
		base := least - s.price[next]
		top, price, dist := s.top[next*s.k:(next+1)*s.k], s.price[:s.k], s.dist[:s.k]
		for to, cost := range top {
			// A done centre is not nearer this way, as no step costs less than 0.
			if d := base + price[to] + min(cost, most); d < dist[to] {
				dist[to], s.from[to] = d, int32(next)
			}
		}
	}
}

// isFree reports whether a centre holds patients who do not exist.
func (s *shipper) isFree(j int) bool { return j == s.k-1 || s.free[j] > 0 }

// refresh brings the costs of the cheapest moves from a centre up to date.
func (s *shipper) refresh(from int) {
	if !s.built[from] {
		s.build(from)
	} else if !s.stale[from] {
		return
	}
	s.stale[from] = false
	for to := range s.k {
		h := s.heaps[from*s.k+to]
		for len(h) > 0 && s.at[int(h[0].cell)*s.k+from] == 0 {
			h = pop(h)
		}
		s.heaps[from*s.k+to] = h
		s.top[from*s.k+to] = none
		if len(h) > 0 {
			s.top[from*s.k+to] = h[0].cost
		}
	}
}

// mover returns the cell that moves cheapest between two centres, or ghost.
func (s *shipper) mover(from, to int) int32 {
	if s.isFree(from) && s.top[from*s.k+to] >= 0 {
		return ghost
	}
	return s.heaps[from*s.k+to][0].cell
}

// reprice moves the prices so that all reduced costs stay at 0 or above and those of the path are 0,
// and nobody's is 0.
func (s *shipper) reprice(length int32) {
	base := min(s.dist[s.k-1], length)
	for j := range s.k {
		s.price[j] += base - min(s.dist[j], length)
	}
}

// push moves as many as can go along the path that ends at end.
func (s *shipper) push(end int) {
	amount := int64(math.MaxInt64)
	if s.wanted[end] > 0 {
		amount = s.wanted[end]
	}
	start := end
	for s.from[start] != nowhere {
		from := int(s.from[start])
		if cell := s.mover(from, start); cell != ghost {
			amount = min(amount, s.at[int(cell)*s.k+from])
		} else if from != s.k-1 {
			amount = min(amount, s.free[from])
		}
		start = from
	}
	if s.excess[start] > 0 {
		amount = min(amount, s.excess[start])
		s.excess[start] -= amount
	}
	if s.wanted[end] > 0 {
		s.wanted[end] -= amount
	}
	// From the end: what comes to a centre is not among those who leave it.
	for to := end; s.from[to] != nowhere; {
		from := int(s.from[to])
		s.move(s.mover(from, to), from, to, amount)
		to = from
	}
}

func (s *shipper) move(cell int32, from, to int, amount int64) {
	if cell == ghost {
		s.free[from] -= amount
		s.free[to] += amount
		s.free[s.k-1] = 0 // nobody's are not counted
		return
	}
	if s.at[int(cell)*s.k+from] -= amount; s.at[int(cell)*s.k+from] == 0 {
		s.stale[from] = true
	}
	there := &s.at[int(cell)*s.k+to]
	*there += amount
	if *there > amount {
		return // it is in to's heaps
	}
	if s.built[to] {
		s.offer(cell, to)
	} else {
		s.cells[to] = append(s.cells[to], cell)
	}
}

// build makes a centre's heaps.
func (s *shipper) build(from int) {
	s.built[from] = true
	for to := range s.k {
		h := s.heaps[from*s.k+to][:0]
		if to != from {
			for _, i := range s.cells[from] {
				if s.at[int(i)*s.k+from] > 0 {
					if cost := s.time(i, to); cost < int32(optimiser.Cap) || to == s.k-1 {
						h = append(h, move{cost - s.time(i, from), i})
					}
				}
			}
			heapify(h)
		}
		s.heaps[from*s.k+to] = h
	}
}

// offer puts a cell that came to a centre into its heaps.
func (s *shipper) offer(cell int32, from int) {
	here := s.time(cell, from)
	for to := range s.k {
		if to == from {
			continue
		}
		if cost := s.time(cell, to); cost < int32(optimiser.Cap) || to == s.k-1 {
			s.heaps[from*s.k+to] = insert(s.heaps[from*s.k+to], move{cost - here, cell})
			s.top[from*s.k+to] = min(s.top[from*s.k+to], cost-here)
		}
	}
}

func (s *shipper) time(cell int32, j int) int32 {
	if j == s.k-1 {
		return int32(optimiser.Cap)
	}
	return int32(s.row(j)[cell])
}

func (s *shipper) row(j int) []road.Millis { return s.g.row[s.columns[j]] }
