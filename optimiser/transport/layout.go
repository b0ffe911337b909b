package transport

import (
	"slices"

	"github.com/nearside-ems/nearside/internal/parallel"
	"github.com/nearside-ems/nearside/optimiser"
)

// layout is a set of open columns with the right prices of room, and for each client its nearest two of
// them by time and price together, nobody at Cap among them.
type layout struct {
	in    *instance
	ships []shipper   // one per worker
	open  []int       // columns, in the order of opening
	at    []int       // column → position + 1, 0 when closed
	price [][][]int32 // per group, itself and its sketches, and column: of room where open; elsewhere the last known
	best  []int32     // per client: the least time and price
	next  []int32     // per client: the second least
	who   []int32     // per client: position of the best; nobody's is len(open)
	loss  []float64   // per position: how much its closing alone adds at these prices
	value float64     // weighted milliseconds
}

func newLayout(in *instance, workers int) *layout {
	n := in.clients()
	l := &layout{in: in, ships: make([]shipper, workers), at: make([]int, len(in.site)), price: make([][][]int32, len(in.groups)),
		best: make([]int32, n), next: make([]int32, n), who: make([]int32, n)}
	for g := range l.price {
		for range in.groups[g].depth() {
			l.price[g] = append(l.price[g], make([]int32, len(in.site)))
		}
	}
	return l
}

// offer is a set of columns that was tried: its value and right prices.
type offer struct {
	columns []int
	price   [][][]int32 // per group, itself and its sketches, and position
	value   float64
}

// try ships everybody to the columns, starting from the prices known; nil when it was ended before. do, if
// any, gets the shipper of one group after another.
func (l *layout) try(columns []int, ended func() bool, do func(g int, s *shipper)) *offer {
	o := &offer{columns: columns, price: l.pricesOf(columns)}
	values := make([]float64, len(l.in.groups))
	workers := len(l.ships)
	if do != nil {
		workers = 1
	}
	parallel.ForWorker(workers, len(values), func(worker, g int) {
		ship := &l.ships[worker]
		if ended() || !ship.ship(&l.in.groups[g], columns, o.price[g], ended) {
			return
		}
		values[g] = ship.value()
		if do != nil {
			do(g, ship)
		}
	})
	if ended() {
		return nil
	}
	o.value = sum(values)
	return o
}

// must is try that cannot be ended.
func (l *layout) must(columns []int) *offer { return l.try(columns, func() bool { return false }, nil) }

// pricesOf returns the prices known of the columns.
func (l *layout) pricesOf(columns []int) [][][]int32 {
	out := make([][][]int32, len(l.price))
	for g := range l.price {
		for _, known := range l.price[g] {
			price := make([]int32, len(columns))
			for pos, j := range columns {
				price[pos] = known[j]
			}
			out[g] = append(out[g], price)
		}
	}
	return out
}

// offer returns the layout as what was tried.
func (l *layout) offer() *offer {
	return &offer{columns: slices.Clone(l.open), value: l.value, price: l.pricesOf(l.open)}
}

// take makes an offer the layout.
func (l *layout) take(o *offer) {
	l.open = append(l.open[:0], o.columns...)
	clear(l.at)
	for pos, j := range l.open {
		l.at[j] = pos + 1
		for g := range l.price {
			for depth, price := range o.price[g] {
				l.price[g][depth][j] = price[pos]
			}
		}
	}
	l.value = o.value
	l.settle()
}

// settle recomputes the nearest two and the losses.
func (l *layout) settle() {
	l.loss = zeroed(l.loss, len(l.open)+1)
	for g := range l.in.groups {
		from, to := l.in.first[g], l.in.first[g+1]
		best, next, who := l.best[from:to], l.next[from:to], l.who[from:to]
		for i := range best {
			best[i], next[i], who[i] = int32(optimiser.Cap), int32(optimiser.Cap), int32(len(l.open))
		}
		for pos, j := range l.open {
			price := l.price[g][0][j]
			for i, t := range l.in.groups[g].row[j] {
				switch c := int32(t) + price; {
				case c < best[i]:
					best[i], next[i], who[i] = c, best[i], int32(pos)
				case c < next[i]:
					next[i] = c
				}
			}
			l.loss[pos] += l.rent(g, j, price)
		}
		for i, w := range l.in.groups[g].weight {
			l.loss[who[i]] += w * float64(next[i]-best[i])
		}
	}
}

// rent is what the room of a column comes to at a price.
func (l *layout) rent(g, j int, price int32) float64 {
	if price == 0 || l.in.groups[g].room[j] == 0 {
		return 0
	}
	return l.in.groups[g].limit[j] * float64(price)
}

// sorted returns the open columns in ascending order.
func (l *layout) sorted() []int { return slices.Sorted(slices.Values(l.open)) }
