package roster

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// stand is where the cars of one hour stand, and what each client, a cell of a layer, has near: one car
// more than serve it, so that a car that goes away is followed by the next.
type stand struct {
	layers []ground
	cars   int
	open   []int     // position → site
	at     []int     // site → position + 1, 0 where no car stands
	loss   []float64 // per position: how much the value rises when its car goes away
	value  float64   // thousandths × calls
}

// ground is one layer of an hour.
type ground struct {
	weight []float64
	row    [][]road.Millis // per site and cell: what the time costs
	worst  int32           // what no car at all costs
	a, b   []float64       // share of the k-th nearest; the same as weights of sums of least costs
	near   []int32         // per cell len(a)+1 costs, ascending
	who    []int32         // per cell their positions; that of nobody is cars
}

// costed are what times cost, by matrix and curve, shared by the hours.
type costed map[costKey][][]road.Millis

type costKey struct {
	time  *route.Matrix
	curve *optimiser.Curve
}

// rows returns what the times of a layer cost: the matrix's own rows where that is the times themselves.
func (m costed) rows(l *optimiser.Layer) [][]road.Millis {
	key := costKey{l.Time, l.Curve}
	if rows, ok := m[key]; ok {
		return rows
	}
	rows := make([][]road.Millis, l.Time.Sites)
	for s := range rows {
		rows[s] = l.Time.Row(s)
		if l.Curve == nil && !slices.ContainsFunc(rows[s], func(t road.Millis) bool { return t > optimiser.Cap }) {
			continue
		}
		rows[s] = slices.Clone(rows[s])
		for c, t := range rows[s] {
			rows[s][c] = road.Millis(costOf(l.Curve, min(t, optimiser.Cap)))
		}
	}
	m[key] = rows
	return rows
}

// costOf returns what a time of at most optimiser.Cap costs.
func costOf(curve *optimiser.Curve, t road.Millis) int32 {
	if curve == nil {
		return int32(t)
	}
	return curve.At(t)
}

func newStand(p *optimiser.Problem, rows costed) *stand {
	s := &stand{cars: p.Place, at: make([]int, p.Sites), loss: make([]float64, p.Place+1)}
	for i := range p.Layers {
		l := &p.Layers[i]
		g := ground{weight: l.Weight, row: rows.rows(l), worst: costOf(l.Curve, optimiser.Cap), a: l.Share, b: slices.Clone(l.Share)}
		for k := range len(g.b) - 1 {
			g.b[k] -= g.a[k+1]
		}
		n := p.Cells * (len(g.a) + 1)
		g.near, g.who = make([]int32, n), make([]int32, n)
		s.layers = append(s.layers, g)
	}
	return s
}

// reset puts the cars on the sites.
func (s *stand) reset(sites []int) {
	s.open = slices.Clone(sites)
	clear(s.at)
	for pos, site := range s.open {
		s.at[site] = pos + 1
	}
	for i := range s.layers {
		g := &s.layers[i]
		for c := range g.weight {
			g.refill(c, s.open)
		}
	}
	s.settle()
}

// list returns a cell's costs and positions.
func (g *ground) list(cell int) (near, who []int32) {
	k1 := len(g.a) + 1
	return g.near[cell*k1 : (cell+1)*k1], g.who[cell*k1 : (cell+1)*k1]
}

// refill makes a cell's list anew.
func (g *ground) refill(cell int, open []int) {
	near, who := g.list(cell)
	for k := range near {
		near[k], who[k] = g.worst, int32(len(open))
	}
	for pos, site := range open {
		insert(near, who, int32(g.row[site][cell]), int32(pos), int32(len(open)))
	}
}

// insert puts a car into a list if it is near enough. Nobody comes after any car of the same cost.
func insert(near, who []int32, cost, pos, nobody int32) {
	at := len(near) - 1
	if cost >= near[at] && who[at] != nobody {
		return
	}
	for ; at > 0 && (near[at-1] > cost || who[at-1] == nobody); at-- {
		near[at], who[at] = near[at-1], who[at-1]
	}
	near[at], who[at] = cost, pos
}

// settle recomputes value and loss from the lists.
func (s *stand) settle() {
	clear(s.loss)
	s.value = 0
	for i := range s.layers {
		g := &s.layers[i]
		for c, w := range g.weight {
			if w == 0 {
				continue
			}
			near, who := g.list(c)
			cost, rise := 0.0, 0.0
			for k := len(g.a) - 1; k >= 0; k-- { // without the k-th all farther ones move up
				cost += g.a[k] * float64(near[k])
				rise += g.a[k] * float64(near[k+1]-near[k])
				s.loss[who[k]] += w * rise
			}
			s.value += w * cost
		}
	}
}

// exchange sets change, per position, to how much the value changes when that position's car goes to the
// site: the loss less the site's gain, corrected where both touch one client (Resende and Werneck 2004,
// for sums of the k least costs as in docs/optimiser.md).
func (s *stand) exchange(site int, change []float64) {
	copy(change, s.loss)
	gain := 0.0
	for i := range s.layers {
		g := &s.layers[i]
		last := len(g.a)
		row, near, who := g.row[site], g.near, g.who
		for c, w := range g.weight {
			cost, at := int32(row[c]), c*(last+1)
			if cost >= near[at+last] || w == 0 {
				continue
			}
			fix := 0.0
			for k := last - 1; k >= 0; k-- {
				if n := near[at+k]; cost < n {
					gain += w * g.b[k] * float64(n-cost)
					fix += g.b[k] * float64(n-near[at+k+1])
				} else {
					fix += g.b[k] * float64(min(0, cost-near[at+k+1]))
				}
				change[who[at+k]] += w * fix
			}
		}
	}
	for pos := range change {
		change[pos] -= gain
	}
}

// swap moves the car at a position to a site.
func (s *stand) swap(pos, site int) {
	s.at[s.open[pos]] = 0
	s.open[pos] = site
	s.at[site] = pos + 1
	for i := range s.layers {
		g := &s.layers[i]
		row := g.row[site]
		for c := range g.weight {
			near, who := g.list(c)
			if slices.Contains(who, int32(pos)) {
				g.refill(c, s.open)
			} else {
				insert(near, who, int32(row[c]), int32(pos), int32(s.cars))
			}
		}
	}
	s.settle()
}
