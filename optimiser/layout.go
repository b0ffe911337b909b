package optimiser

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// layout is a set of open columns and, for each client, its levels+1 nearest of them: one more than
// it is served by, so that a removal knows who comes next. Where fewer are open, the nearest-lists
// end in a stand-in at Cap, which no facility is farther than.
type layout struct {
	in    *instance
	k1    int       // levels + 1: length of a nearest-list
	open  []int     // position → column
	at    []int     // column → position + 1, 0 when closed
	far   []int32   // per client: the last time of its list
	near  []int32   // per client k1 times, ascending
	who   []int32   // per client k1 positions; the stand-in's is place
	loss  []float64 // per position: how much its closing alone adds; +Inf where it may not close
	value float64   // weighted milliseconds
}

func newLayout(in *instance, columns []int) *layout {
	n := in.clients()
	k1 := in.levels() + 1
	l := &layout{
		in: in, k1: k1, at: make([]int, len(in.site)), loss: make([]float64, in.place+1),
		far: make([]int32, n), near: make([]int32, n*k1), who: make([]int32, n*k1),
	}
	l.reset(columns)
	return l
}

// reset opens the columns and no others, in their order.
func (l *layout) reset(columns []int) {
	l.open = append(l.open[:0], columns...)
	clear(l.at)
	for pos, j := range l.open {
		l.at[j] = pos + 1
	}
	for i := range l.near {
		l.near[i], l.who[i] = int32(Cap), int32(l.in.place)
	}
	for pos, j := range l.open {
		l.join(pos, j)
	}
	l.settle()
}

// join puts column j at position pos into the nearest-lists.
func (l *layout) join(pos, j int) {
	for g := range l.in.groups {
		base := l.in.first[g]
		for i, t := range l.in.groups[g].row[j] {
			l.insert(base+i, int32(t), int32(pos))
		}
	}
}

// insert puts one facility into a client's list if it is near enough.
func (l *layout) insert(client int, t, pos int32) {
	near := l.near[client*l.k1 : (client+1)*l.k1]
	who := l.who[client*l.k1 : (client+1)*l.k1]
	at := l.k1 - 1
	if t >= near[at] && who[at] != int32(l.in.place) || t > near[at] {
		return
	}
	for ; at > 0 && (near[at-1] > t || who[at-1] == int32(l.in.place)); at-- {
		near[at], who[at] = near[at-1], who[at-1]
	}
	near[at], who[at] = t, pos
}

// settle recomputes far, loss and value from the lists.
func (l *layout) settle() {
	clear(l.loss)
	l.value = 0
	k := l.k1 - 1
	for g := range l.in.groups {
		base := l.in.first[g]
		for i, w := range l.in.groups[g].weight {
			near := l.near[(base+i)*l.k1 : (base+i+1)*l.k1]
			who := l.who[(base+i)*l.k1 : (base+i+1)*l.k1]
			l.far[base+i] = near[k]
			if w == 0 {
				l.far[base+i] = 0 // never looked at again
				continue
			}
			cost, rise := 0.0, 0.0
			for m := k - 1; m >= 0; m-- { // closing rank m moves all farther ones up by one
				cost += l.in.a[m] * float64(near[m])
				rise += l.in.a[m] * float64(near[m+1]-near[m])
				l.loss[who[m]] += w * rise
			}
			l.value += w * cost
		}
	}
	for pos, j := range l.open {
		if l.in.fixed[j] {
			l.loss[pos] = math.Inf(1)
		}
	}
	l.loss[l.in.place] = math.Inf(1) // the stand-in cannot close
}

// add opens column j.
func (l *layout) add(j int) {
	l.open = append(l.open, j)
	l.at[j] = len(l.open)
	l.join(len(l.open)-1, j)
	l.settle()
}

// swap opens column j in place of the one at position pos.
func (l *layout) swap(pos, j int) {
	l.at[l.open[pos]] = 0
	l.open[pos] = j
	l.at[j] = pos + 1
	for g := range l.in.groups {
		row := l.in.groups[g].row
		for i, t := range row[j] {
			client := l.in.first[g] + i
			if slices.Contains(l.who[client*l.k1:(client+1)*l.k1], int32(pos)) {
				l.refill(client, i, row)
			} else {
				l.insert(client, int32(t), int32(pos))
			}
		}
	}
	l.settle()
}

// refill rebuilds the nearest-list of a client that lost a facility.
func (l *layout) refill(client, cell int, row [][]road.Millis) {
	near := l.near[client*l.k1 : (client+1)*l.k1]
	who := l.who[client*l.k1 : (client+1)*l.k1]
	for m := range near {
		near[m], who[m] = int32(Cap), int32(l.in.place)
	}
	for pos, j := range l.open {
		l.insert(client, int32(row[j][cell]), int32(pos))
	}
}
