package fair

import (
	"fmt"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// A problem of at least twice coarse cells is first looked at on a sketch with about so many, to find the
// factors and a plan to start from. Nothing is proved there.
const coarse = 1500

// sketch returns the problem with runs of neighbouring cells (in the order of their index) that belong to the
// same parts in all layers stood for by one of them each, drawn by weight, with the weight of all.
func (p *Problem) sketch(seed uint64) *Problem {
	size := (p.Demand.Cells + coarse - 1) / coarse
	keep, of := p.runs(size, rand.New(rand.NewPCG(seed, 0x736b)))
	d := *p.Demand
	d.Cells, d.Layers = len(keep), make([]optimiser.Layer, len(p.Demand.Layers))
	small := &Problem{Demand: &d, Names: p.Names, Part: make([][]int32, len(p.Part))}
	known := map[*route.Matrix]*route.Matrix{}
	for l := range d.Layers {
		d.Layers[l] = p.Demand.Layers[l]
		m := d.Layers[l].Time
		if known[m] == nil {
			known[m] = columns(m, keep)
		}
		weight := make([]float64, len(keep))
		for i, w := range p.Demand.Layers[l].Weight {
			weight[of[i]] += w
		}
		d.Layers[l].Time, d.Layers[l].Weight = known[m], weight
		for _, i := range keep {
			small.Part[l] = append(small.Part[l], p.Part[l][i])
		}
	}
	return small
}

// runs returns the cells that stand for a run each, and for every cell which run it belongs to.
func (p *Problem) runs(size int, rng *rand.Rand) (keep []int, of []int32) {
	type run struct{ at, cells int }
	open := map[string]run{} // by the parts that a cell belongs to
	var sum []float64        // per run: its weight so far
	for i := range p.Demand.Cells {
		parts, w := "", 0.0
		for l := range p.Part {
			parts += fmt.Sprint(p.Part[l][i], " ")
			w += p.Demand.Layers[l].Weight[i]
		}
		r, ok := open[parts]
		if !ok || r.cells == size {
			r = run{at: len(keep)}
			keep, sum = append(keep, i), append(sum, 0)
		}
		r.cells++
		open[parts] = r
		of = append(of, int32(r.at))
		if sum[r.at] += w; w > 0 && rng.Float64()*sum[r.at] < w {
			keep[r.at] = i
		}
	}
	return keep, of
}

func columns(m *route.Matrix, keep []int) *route.Matrix {
	c := &route.Matrix{Sites: m.Sites, Cells: len(keep), T: make([]road.Millis, 0, m.Sites*len(keep))}
	for s := range m.Sites {
		row := m.Row(s)
		for _, i := range keep {
			c.T = append(c.T, row[i])
		}
	}
	return c
}
