package optimiser

import (
	"slices"
	"sort"
	"sync"

	"github.com/nearside-ems/nearside/geo/road"
)

// relaxation is a vector's contribution: L = constant + the least Σ cost over a selection.
type relaxation struct {
	constant float64   // weighted thousandths, as is cost
	cost     []float64 // per site: ρ, and with a budget its price
	ranking  ranking
}

// vectors are the certificate's multipliers in whole thousandths, and where each layer's begin.
type vectors struct {
	size  int
	first []int // per layer, within a vector
	whole []int32
	price []float64 // per vector, in thousandths for a unit of cost
}

func (v *vectors) count() int { return len(v.whole) / v.size }

// of returns a layer's multipliers in a vector, level by level.
func (v *vectors) of(vector, layer, numbers int) []int32 {
	return v.whole[vector*v.size+v.first[layer]:][:numbers]
}

// relax evaluates every vector by definition. For each client of weight w, level k with step
// b = aₖ − aₖ₊₁ and multiplier μ, the constant gains w·b·k·μ and each site in service w·b·min(0, cost − μ).
// All vectors are evaluated together: of a client only the sites that cost less than its highest multiplier
// matter, and they are looked up once.
func (p *Problem) relax(v *vectors, n *nest) []relaxation {
	out := make([]relaxation, v.count())
	for i := range out {
		out[i] = relaxation{constant: -v.price[i] * p.Budget, cost: make([]float64, p.Sites)}
		if p.Budget > 0 {
			for s, c := range p.Cost {
				out[i].cost[s] = v.price[i] * c
			}
		}
	}
	for _, f := range p.families() {
		f.relax(p, v, out)
	}
	for i := range out {
		out[i].ranking = n.rank(out[i].cost)
	}
	return out
}

// family is the layers whose times cost the same: one matrix, one curve.
type family struct {
	layers []int
	rows   []int32 // those of the sites that may have a facility
	at     []int32 // per site: where its row is in rows; −1 where it may have no facility
}

func (p *Problem) families() []family {
	rows, at := p.allowedRows()
	var out []family
	for l := range p.Layers {
		layer := &p.Layers[l]
		k := slices.IndexFunc(out, func(f family) bool {
			other := &p.Layers[f.layers[0]]
			return other.Time == layer.Time && sameCurve(other.Curve, layer.Curve)
		})
		if k < 0 {
			k = len(out)
			out = append(out, family{rows: rows, at: at})
		}
		out[k].layers = append(out[k].layers, l)
	}
	return out
}

func sameCurve(x, y *Curve) bool {
	if x == nil || y == nil {
		return x == y
	}
	return slices.Equal(x.Time, y.Time) && slices.Equal(x.Cost, y.Cost)
}

// row is a site's row in every layer's matrix.
func (p *Problem) row(site int) int {
	if p.Row == nil {
		return site
	}
	return int(p.Row[site])
}

func (l *Layer) inService(site int) bool { return l.Off == nil || !l.Off[site] }

// allowedRows returns the rows of the sites that may have a facility, and per site where its row is among them, −1 if it may
// not have one.
func (p *Problem) allowedRows() (rows, at []int32) {
	at = make([]int32, p.Sites)
	for _, s := range p.Forbidden {
		at[s] = -1
	}
	for s := range at {
		if at[s] == 0 {
			rows = append(rows, int32(p.row(s)))
		}
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	for s := range at {
		if at[s] == 0 {
			k, _ := slices.BinarySearch(rows, int32(p.row(s)))
			at[s] = int32(k)
		}
	}
	return rows, at
}

// stream is the layers of a family that differ in their weights only.
type stream struct {
	layers []int
	steps  []float64
	equal  []bool       // per vector: the layers' multipliers are the same, so that their weights add up
	weight []float64    // per cell, of all layers
	rho    [2][]float64 // per half of the clients: vector × row of the family
}

func (f *family) streams(p *Problem, v *vectors) []*stream {
	var out []*stream
	for _, l := range f.layers {
		layer := &p.Layers[l]
		at := slices.IndexFunc(out, func(s *stream) bool {
			other := &p.Layers[s.layers[0]]
			return slices.Equal(other.Share, layer.Share) && slices.Equal(other.Off, layer.Off)
		})
		if at < 0 {
			at = len(out)
			out = append(out, &stream{steps: boundSteps(layer.Share), weight: make([]float64, p.Cells)})
		}
		out[at].layers = append(out[at].layers, l)
		for i, w := range layer.Weight {
			out[at].weight[i] += w
		}
	}
	for _, s := range out {
		n := len(s.steps) * p.Cells
		for i := range v.count() {
			s.equal = append(s.equal, !slices.ContainsFunc(s.layers, func(l int) bool {
				return !slices.Equal(v.of(i, l, n), v.of(i, s.layers[0], n))
			}))
		}
		for half := range s.rho {
			s.rho[half] = make([]float64, v.count()*len(f.rows))
		}
	}
	return out
}

// relax adds the family's part to every vector's relaxation.
func (f *family) relax(p *Problem, v *vectors, out []relaxation) {
	streams := f.streams(p, v)
	reach := f.reach(p, v, streams)
	var wait sync.WaitGroup
	for half := range 2 { // always two, so that sums do not depend on the machine
		wait.Go(func() { f.relaxHalf(p, v, streams, reach, half) })
	}
	wait.Wait()
	for _, s := range streams {
		for i := range out {
			s.collect(p, f, i, &out[i])
			s.constant(p, v, i, &out[i])
		}
	}
}

// reach returns per client the least time that costs at least as much as its highest multiplier: only
// sites nearer than that contribute. Clients without weight have none.
func (f *family) reach(p *Problem, v *vectors, streams []*stream) []road.Millis {
	top := make([]int32, p.Cells)
	for _, s := range streams {
		for _, l := range s.layers {
			for i := range v.count() {
				for at, mu := range v.of(i, l, len(s.steps)*p.Cells) {
					if cell := at % p.Cells; p.Layers[l].Weight[cell] > 0 {
						top[cell] = max(top[cell], mu)
					}
				}
			}
		}
	}
	curve := p.Layers[f.layers[0]].Curve
	reach := make([]road.Millis, p.Cells)
	for i, mu := range top {
		if curve == nil {
			reach[i] = road.Millis(mu)
		} else {
			reach[i] = road.Millis(sort.Search(int(Cap), func(t int) bool { return curve.At(road.Millis(t)) >= mu }))
		}
	}
	return reach
}
