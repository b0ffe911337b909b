package transport

// A heap of moves, cheapest first, of equals the lowest cell: written out because it is the inner loop
// of the transportation solver.

func (m move) before(n move) bool { return m.cost < n.cost || m.cost == n.cost && m.cell < n.cell }

func heapify(h []move) {
	for i := len(h)/2 - 1; i >= 0; i-- {
		sink(h, i)
	}
}

func sink(h []move, i int) {
	m := h[i]
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(m) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = m
}

func pop(h []move) []move {
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	if last > 0 {
		sink(h, 0)
	}
	return h
}

func insert(h []move, m move) []move {
	h = append(h, m)
	i := len(h) - 1
	for i > 0 && m.before(h[(i-1)/2]) {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = m
	return h
}
