package transport

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
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
	built   []bool   // per centre: its heaps are there
	dist    []int64
	from    []int
	via     []int32 // the cell whose patients move on the path's last step; ghost for free room
	done    []bool
}

// move is patients of a cell who could go elsewhere, and what that costs more.
type move struct {
	cost int32
	cell int32
}

const (
	ghost = -1
	far   = math.MaxInt64 / 2
)

// ship finds where patients go, starting from prices of room per centre, 0 if nothing is known; the
// nearer to the right ones, the sooner it is done. Prices are then the right ones.
func (s *shipper) ship(g *group, columns []int, price []int32) {
	if g.sketch != nil {
		s.ship(g.sketch, columns, price)
		price = slices.Clone(s.price[:len(columns)])
	}
	s.g, s.columns = g, columns
	s.start(price)
	for s.augment(s.excess, true) {
	}
	for s.augment(s.wanted, false) {
	}
}

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
	s.dist, s.from, s.via, s.done, s.built = zeroed(s.dist, k), zeroed(s.from, k), zeroed(s.via, k), zeroed(s.done, k), zeroed(s.built, k)
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

// augment moves patients along one shortest path: away from a centre with too many, or towards one that
// has room to fill. It reports whether there was one.
func (s *shipper) augment(todo []int64, away bool) bool {
	nobody := s.k - 1
	for j := range s.k {
		s.dist[j], s.done[j], s.from[j] = far, false, -1
		if away && todo[j] > 0 || !away && j == nobody {
			s.dist[j] = 0
		}
	}
	open := false
	for _, units := range todo {
		open = open || units > 0
	}
	if !open {
		return false
	}
	end := s.search(func(j int) bool { return s.wanted[j] > 0 || away && j == nobody })
	s.reprice(s.dist[end])
	s.push(end)
	return true
}

// search runs Dijkstra's algorithm up to the first end. Free room of nobody can go everywhere, and
// every patient can go to nobody, so there always is one.
func (s *shipper) search(isEnd func(int) bool) int {
	for {
		next := -1
		for j := range s.k {
			if !s.done[j] && s.dist[j] < far && (next < 0 || s.dist[j] < s.dist[next]) {
				next = j
			}
		}
		if isEnd(next) {
			return next
		}
		s.done[next] = true
		s.build(next)
		for to := range s.k {
			if s.done[to] {
				continue
			}
			if cost, cell, ok := s.cheapest(next, to); ok {
				if d := s.dist[next] + cost; d < s.dist[to] {
					s.dist[to], s.from[to], s.via[to] = d, next, cell
				}
			}
		}
	}
}

// cheapest returns the least reduced cost of moving somebody, and of which cell.
func (s *shipper) cheapest(from, to int) (cost int64, cell int32, ok bool) {
	rise := int64(s.price[to]) - int64(s.price[from])
	if from == s.k-1 || s.free[from] > 0 {
		cost, cell, ok = rise, ghost, true
	}
	h := s.heaps[from*s.k+to]
	for len(h) > 0 && s.at[int(h[0].cell)*s.k+from] == 0 {
		h = pop(h)
	}
	s.heaps[from*s.k+to] = h
	if len(h) > 0 && (!ok || int64(h[0].cost)+rise < cost) {
		cost, cell, ok = int64(h[0].cost)+rise, h[0].cell, true
	}
	return cost, cell, ok
}

// reprice moves the prices so that all reduced costs stay at 0 or above and those of the path are 0,
// and nobody's is 0.
func (s *shipper) reprice(length int64) {
	base := min(s.dist[s.k-1], length)
	for j := range s.k {
		s.price[j] += int32(base - min(s.dist[j], length))
	}
}

// push moves as many as can go along the path that ends at end.
func (s *shipper) push(end int) {
	nobody := s.k - 1
	amount := int64(far)
	if s.wanted[end] > 0 {
		amount = s.wanted[end]
	}
	start := end
	for ; s.from[start] >= 0; start = s.from[start] {
		from, cell := s.from[start], s.via[start]
		switch {
		case cell != ghost:
			amount = min(amount, s.at[int(cell)*s.k+from])
		case from != nobody:
			amount = min(amount, s.free[from])
		}
	}
	if s.excess[start] > 0 {
		amount = min(amount, s.excess[start])
		s.excess[start] -= amount
	}
	if s.wanted[end] > 0 {
		s.wanted[end] -= amount
	}
	for to := end; s.from[to] >= 0; to = s.from[to] {
		s.move(s.via[to], s.from[to], to, amount)
	}
}

func (s *shipper) move(cell int32, from, to int, amount int64) {
	if cell == ghost {
		s.free[from] -= amount
		s.free[to] += amount
		s.free[s.k-1] = 0 // nobody's are not counted
		return
	}
	s.at[int(cell)*s.k+from] -= amount
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
	if s.built[from] {
		return
	}
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
