package optimiser

import (
	"math"
	"slices"
)

// layout is a set of open columns and, for each client, its levels+1 nearest of them: one more than
// it is served by, so that a removal knows who comes next. Where fewer are in service, the nearest-lists
// end in a stand-in at the highest cost, which no facility is farther than.
type layout struct {
	in     *instance
	open   []int     // position → column
	at     []int     // column → position + 1, 0 when closed
	used   []bool    // per column: open
	ledger *ledger   // of the open columns
	far    []int32   // per client: the last cost of its list; 0 where it has no weight
	near   []int32   // per client levels+1 costs, ascending
	who    []int32   // the same: positions; the stand-in's is place
	loss   []float64 // per position: how much its closing alone adds; +Inf where it may not close
	value  float64   // weighted thousandths
	beyond [][]int32 // per group: cells whose list of what is near ends before far
}

func newLayout(in *instance, columns []int) *layout {
	n := in.clients()
	m := n + in.multipliers()
	l := &layout{
		in: in, at: make([]int, len(in.site)), used: make([]bool, len(in.site)), ledger: newLedger(in.rules),
		loss: make([]float64, in.place+1), beyond: make([][]int32, len(in.groups)),
		far: make([]int32, n), near: make([]int32, m), who: make([]int32, m),
	}
	l.reset(columns)
	return l
}

// lists returns the nearest-lists of a group, one after another, and their length.
func (l *layout) lists(g *group) (near, who []int32, size int) {
	size = g.levels() + 1
	end := g.list + size*len(g.weight)
	return l.near[g.list:end], l.who[g.list:end], size
}

// reset opens the columns and no others, in their order.
func (l *layout) reset(columns []int) {
	l.open = append(l.open[:0], columns...)
	clear(l.at)
	clear(l.used)
	l.ledger.reset()
	for pos, j := range l.open {
		l.at[j], l.used[j] = pos+1, true
		l.ledger.add(j, 1)
	}
	for i := range l.in.groups {
		g := &l.in.groups[i]
		near, who, _ := l.lists(g)
		for k := range near {
			near[k], who[k] = g.cost.ceil, int32(l.in.place)
		}
	}
	for pos, j := range l.open {
		l.join(pos, j)
	}
	l.settle()
}

// join puts column j at position pos into the nearest-lists.
func (l *layout) join(pos, j int) {
	for i := range l.in.groups {
		g := &l.in.groups[i]
		if !g.serves(j) {
			continue
		}
		near, who, size := l.lists(g)
		for c, t := range g.cost.dense[l.in.row[j]] {
			insert(near[c*size:(c+1)*size], who[c*size:(c+1)*size], int32(t), int32(pos))
		}
	}
}

// insert puts one facility into a nearest-list if it is near enough.
func insert(near, who []int32, cost, pos int32) {
	at := len(near) - 1
	if cost >= near[at] {
		return
	}
	for ; at > 0 && near[at-1] > cost; at-- {
		near[at], who[at] = near[at-1], who[at-1]
	}
	near[at], who[at] = cost, pos
}

// settle recomputes far, loss and value from the lists.
func (l *layout) settle() {
	clear(l.loss)
	l.value = 0
	for i := range l.in.groups {
		l.settleGroup(i, &l.in.groups[i])
	}
	for pos, j := range l.open {
		if l.in.fixed[j] {
			l.loss[pos] = math.Inf(1)
		}
	}
	l.loss[l.in.place] = math.Inf(1) // the stand-in cannot close
}

func (l *layout) settleGroup(number int, g *group) {
	nears, whos, size := l.lists(g)
	beyond := l.beyond[number][:0]
	near := g.cost.near
	for c, w := range g.weight {
		if w == 0 {
			l.far[g.client+c] = 0 // never looked at again
			continue
		}
		list, who := nears[c*size:(c+1)*size], whos[c*size:(c+1)*size]
		far := list[size-1]
		l.far[g.client+c] = far
		if near != nil && far > near.limit[c] {
			beyond = append(beyond, int32(c))
		}
		cost, rise := 0.0, 0.0
		for m := size - 2; m >= 0; m-- { // closing rank m moves all farther ones up by one
			cost += g.a[m] * float64(list[m])
			rise += g.a[m] * float64(list[m+1]-list[m])
			l.loss[who[m]] += w * rise
		}
		l.value += w * cost
	}
	l.beyond[number] = beyond
}

// add opens column j.
func (l *layout) add(j int) {
	l.open = append(l.open, j)
	l.at[j], l.used[j] = len(l.open), true
	l.ledger.add(j, 1)
	l.join(len(l.open)-1, j)
	l.settle()
}

// swap opens column j in place of the one at position pos.
func (l *layout) swap(pos, j int) {
	old := l.open[pos]
	l.at[old], l.used[old] = 0, false
	l.ledger.add(old, -1)
	l.open[pos] = j
	l.at[j], l.used[j] = pos+1, true
	l.ledger.add(j, 1)
	for i := range l.in.groups {
		l.leave(&l.in.groups[i], pos)
		l.enter(i, pos, j)
	}
	l.settle()
}

// leave rebuilds a group's nearest-lists that hold a position, whose column has changed.
func (l *layout) leave(g *group, pos int) {
	nears, whos, size := l.lists(g)
	for at, who := range whos {
		if who == int32(pos) {
			c := at / size
			l.refill(g, c, nears[c*size:(c+1)*size], whos[c*size:(c+1)*size])
		}
	}
}

// enter puts column j at position pos into a group's nearest-lists that do not have it.
func (l *layout) enter(number, pos, j int) {
	g := &l.in.groups[number]
	if !g.serves(j) {
		return
	}
	nears, whos, size := l.lists(g)
	cells, costs := g.cost.look(l.in.row[j], 0, len(g.weight))
	for k, t := range costs {
		c := k
		if cells != nil {
			c = int(cells[k])
		}
		if int32(t) < l.far[g.client+c] {
			enterOne(nears[c*size:(c+1)*size], whos[c*size:(c+1)*size], int32(t), int32(pos))
		}
	}
	for _, c := range l.beyond[number] {
		c := int(c)
		enterOne(nears[c*size:(c+1)*size], whos[c*size:(c+1)*size], int32(g.cost.dense[l.in.row[j]][c]), int32(pos))
	}
}

func enterOne(near, who []int32, cost, pos int32) {
	if !slices.Contains(who, pos) {
		insert(near, who, cost, pos)
	}
}

// refill rebuilds the nearest-list of a client that lost a facility.
func (l *layout) refill(g *group, cell int, near, who []int32) {
	for m := range near {
		near[m], who[m] = g.cost.ceil, int32(l.in.place)
	}
	for pos, j := range l.open {
		if g.serves(j) {
			insert(near, who, int32(g.cost.dense[l.in.row[j]][cell]), int32(pos))
		}
	}
}
