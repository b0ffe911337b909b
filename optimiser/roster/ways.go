package roster

import "slices"

// ways are cars' ways through the hours over columns (sites that may be used and are not fixed), each
// hour's columns being chosen at the least sum of prices, at most most cars moving between two hours: the
// relaxed schedule at fixed multipliers, which a flow solves exactly.
type ways struct {
	chosen [][]int     // per hour: columns, ascending
	stay   [][]float64 // per hour and column: the price of having been there before; the first hour's is nil
	// low and high are, per hour, the least costs of a further car that comes to the hour's gate, and that
	// has passed it.
	low, high []float64
}

// findWays sends cars through the hours. price is per hour and column.
func findWays(price [][]float64, cars, most int) *ways {
	hours, columns := len(price), len(price[0])
	// Per hour a gate of two nodes that cars pass who move, then two nodes for each column.
	gate := func(h int) int { return 1 + h*(2+2*columns) }
	before := func(h, c int) int { return gate(h) + 2 + 2*c }
	n := newNetwork(gate(hours) + 1)
	gates, used := make([]int, hours), make([][]int, hours)
	for h := range price {
		room := most
		if h == 0 {
			room = max(1, cars) // room for one at least, so that every node has a potential
			n.add(0, gate(0), room, 0)
		}
		gates[h] = n.add(gate(h), gate(h)+1, room, 0)
		for c := range columns {
			n.add(gate(h)+1, before(h, c), 1, 0)
			used[h] = append(used[h], n.add(before(h, c), before(h, c)+1, 1, price[h][c]))
			if h+1 < hours {
				n.add(before(h, c)+1, before(h+1, c), 1, 0)
			}
			n.add(before(h, c)+1, gate(h+1), 1, 0) // the last hour's leads to the end
		}
	}
	n.send(cars)
	w := &ways{}
	for h := range price {
		var chosen []int
		for c, arc := range used[h] {
			if n.flow(arc) > 0 {
				chosen = append(chosen, c)
			}
		}
		w.chosen = append(w.chosen, chosen)
		w.stay = append(w.stay, nil)
		low, high := n.potential[gate(h)], n.potential[gate(h)+1]
		w.low, w.high = append(w.low, low), append(w.high, high)
		if h == 0 {
			continue
		}
		w.stay[h] = make([]float64, columns)
		for c := range columns {
			w.stay[h][c] = max(0, min(high, n.potential[before(h-1, c)+1])-low)
		}
	}
	return w
}

// beyond returns what staying in each hour costs on a column that the ways were not sought over, from its
// prices by hour: what is left to pay there when cars come and go at the gates' levels.
func (w *ways) beyond(price []float64) []float64 {
	stay, at := make([]float64, len(price)), w.high[0]
	for h := 1; h < len(price); h++ {
		at += price[h-1]
		stay[h] = max(0, min(w.high[h], at)-w.low[h])
		at = min(w.high[h], at)
	}
	return stay
}

// bounded returns the bound that prices of staying give (docs/shifts.md): per hour the cheapest columns at
// prices moved by what staying costs and earns, less the dearest stay for each move.
func bounded(price, stay [][]float64, cars, most int) float64 {
	total := 0.0
	for h := range price {
		moved := slices.Clone(price[h])
		for c := range moved {
			if h > 0 {
				moved[c] += stay[h][c]
			}
			if h+1 < len(price) {
				moved[c] -= stay[h+1][c]
			}
		}
		slices.Sort(moved)
		for _, v := range moved[:cars] {
			total += v
		}
		if h > 0 && len(stay[h]) > 0 {
			total -= float64(most) * max(0, slices.Max(stay[h]))
		}
	}
	return total
}
