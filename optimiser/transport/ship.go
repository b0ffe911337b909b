package transport

import (
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// shipper solves the transportation problem of one group and given centres exactly. It is scratch to be
// reused, for one goroutine at a time.
//
// Beside the centres there is nobody, the place of the unserved: room for all, at Cap from every cell.
// Free room is held by patients who do not exist, at cost 0 everywhere; nobody has any number of them.
// So every centre is exactly full, and a centre that has too many patients, or a price for room that is
// not used, is put right along the shortest path of re-assignments, each by the patients whom it costs
// least: successive shortest paths (Ahuja, Magnanti and Orlin 1993, section 9.7) on a graph of centres
// only. Prices keep all re-assignment costs from falling below 0, so Dijkstra's algorithm finds the path.
type shipper struct {
	g       *group
	columns []int
	k       int     // centres and nobody, who is the last
	price   []int32 // per centre: of room, milliseconds
	at      []int64 // cell × k: units there
	cells   [][]int32
	free    []int64  // units of free room
	excess  []int64  // units above the room
	wanted  []int64  // units missing where room has a price
	heaps   [][]move // from × to, cheapest first
	top     []int32  // from × to: what the cheapest move costs; none where there is none
	built   []bool   // per centre: its heaps are there
	stale   []bool   // per centre: its heaps' tops may have left
	dist    []int32
	from    []int32
	done    []bool
}

// move is patients of a cell who could go elsewhere, and what that costs more.
type move struct {
	cost int32
	cell int32
}

// ship finds where patients go. prices has, for the group and each of its sketches that matters, prices of
// room per centre from which to start: those that were right before, 0 where nothing is known. They
// become the right ones. The sketches' take little time, and how they change is how the group's will.
// It reports whether it came to an end before ended said so.
func (s *shipper) ship(g *group, columns []int, prices [][]int32, ended func() bool) bool {
	if len(prices) > 1 {
		before := slices.Clone(prices[1])
		if !s.ship(g.sketch, columns, prices[1:], ended) {
			return false
		}
		for j, old := range before {
			prices[0][j] = max(0, min(prices[0][j]+prices[1][j]-old, int32(optimiser.Cap)))
		}
	}
	s.g, s.columns = g, columns
	s.start(prices[0])
	for n := 0; s.augment(s.excess, true) || s.augment(s.wanted, false); n++ {
		if n%look == 0 && ended() {
			return false
		}
	}
	copy(prices[0], s.price)
	return true
}

// look is how many paths are taken between two looks at the time: some milliseconds for 50 centres.
const look = 32

// start lets everybody go where time and price are least together.
func (s *shipper) start(price []int32) {
	n, k := len(s.g.weight), len(s.columns)+1
	s.resize(n, k)
	for j, column := range s.columns {
		if s.price[j] = price[j]; s.g.room[column] == 0 {
			s.price[j] = int32(optimiser.Cap) // shut: nobody would go there
		}
	}
	load := make([]int64, k)
	for i, units := range s.g.units {
		if units == 0 {
			continue
		}
		j := s.nearest(i)
		s.at[i*k+j] = units
		s.cells[j] = append(s.cells[j], int32(i))
		load[j] += units
	}
	for j, column := range s.columns {
		room := s.g.room[column]
		switch over := load[j] - room; {
		case over > 0:
			s.excess[j] = over
		case s.price[j] > 0:
			s.wanted[j] = -over
		default:
			s.free[j] = -over
		}
	}
}

// nearest returns the centre with the least sum of time and price, or nobody.
func (s *shipper) nearest(cell int) int {
	best, least := s.k-1, int32(optimiser.Cap)
	for j, column := range s.columns {
		if c := int32(s.g.row[column][cell]); c < least && c+s.price[j] < least {
			best, least = j, c+s.price[j]
		}
	}
	return best
}

func (s *shipper) resize(n, k int) {
	s.k = k
	s.at = zeroed(s.at, n*k)
	s.price, s.free, s.excess, s.wanted = zeroed(s.price, k), zeroed(s.free, k), zeroed(s.excess, k), zeroed(s.wanted, k)
	s.dist, s.from, s.done = zeroed(s.dist, k), zeroed(s.from, k), zeroed(s.done, k)
	s.built, s.stale, s.top = zeroed(s.built, k), zeroed(s.stale, k), zeroed(s.top, k*k)
	for len(s.cells) < k {
		s.cells = append(s.cells, nil)
	}
	for len(s.heaps) < k*k {
		s.heaps = append(s.heaps, nil)
	}
	for j := range k {
		s.cells[j] = s.cells[j][:0]
	}
}

// zeroed returns a slice of n zeros, the old one where it is long enough.
func zeroed[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n)
	}
	old = old[:n]
	clear(old)
	return old
}

// value returns the weighted time of all, milliseconds.
func (s *shipper) value() float64 {
	total := 0.0
	for i, w := range s.g.weight {
		if w > 0 {
			s.each(i, func(j int, part float64) { total += w * part * float64(s.time(int32(i), j)) })
		}
	}
	return total
}

// each calls do for every centre to which patients of a cell go, or nobody, with their share of the
// cell's. A cell with less than half a unit is not shipped: all of it goes where it costs least.
func (s *shipper) each(cell int, do func(j int, part float64)) {
	if s.g.units[cell] == 0 {
		do(s.nearest(cell), 1)
		return
	}
	for j, units := range s.at[cell*s.k : (cell+1)*s.k] {
		if units > 0 {
			do(j, float64(units)/float64(s.g.units[cell]))
		}
	}
}
