package optimiser

import (
	"github.com/nearside-ems/nearside/geo/road"
)

// nearby lists, for a block of clients, the rows of a family that are within each client's reach, with
// what they cost.
type nearby struct {
	stride int
	count  []int // per client of the block
	row    []int32
	cost   []int32
}

// nearbyEntries is about how many entries a block has room for: 4 MiB stay in the second-level cache,
// or near it.
const nearbyEntries = 1 << 19

func newNearby(rows, cells int) *nearby {
	clients := max(1, min(cells, nearbyEntries/rows))
	return &nearby{stride: rows, count: make([]int, clients), row: make([]int32, clients*rows), cost: make([]int32, clients*rows)}
}

// list fills in the clients from cell on.
func (b *nearby) list(f *family, layer *Layer, from int, reach []road.Millis) {
	clear(b.count)
	for at, r := range f.rows {
		row := layer.Time.Row(int(r))[from : from+len(reach)]
		for x, t := range row {
			if t >= reach[x] {
				continue
			}
			entry := x*b.stride + b.count[x]
			b.row[entry] = int32(at)
			if layer.Curve == nil {
				b.cost[entry] = int32(t)
			} else {
				b.cost[entry] = layer.Curve.At(t)
			}
			b.count[x]++
		}
	}
}

// relaxHalf adds up ρ for every stream, vector and row over one half of the cells.
func (f *family) relaxHalf(p *Problem, v *vectors, streams []*stream, reach []road.Millis, half int) {
	if len(f.rows) == 0 {
		return
	}
	block := newNearby(len(f.rows), p.Cells)
	end := p.Cells * (half + 1) / 2
	for from := p.Cells * half / 2; from < end; from += len(block.count) {
		to := min(from+len(block.count), end)
		block.list(f, &p.Layers[f.layers[0]], from, reach[from:to])
		for _, s := range streams {
			for i := range v.count() {
				rho := s.rho[half][i*len(f.rows):][:len(f.rows)]
				if s.equal[i] {
					s.scan(block, from, s.weight[from:to], v.of(i, s.layers[0], len(s.steps)*p.Cells), p.Cells, rho)
					continue
				}
				for _, l := range s.layers {
					s.scan(block, from, p.Layers[l].Weight[from:to], v.of(i, l, len(s.steps)*p.Cells), p.Cells, rho)
				}
			}
		}
	}
}

// scan adds w·bₖ·min(0, cost − μₖ) of a block of clients to rho, per row. mu is level by level.
func (s *stream) scan(b *nearby, from int, weight []float64, mu []int32, cells int, rho []float64) {
	var high [MostLevels]int32
	var scale [MostLevels]float64
	for x, w := range weight {
		if w == 0 {
			continue
		}
		levels, top := 0, int32(0)
		for k, step := range s.steps {
			if m := mu[k*cells+from+x]; step > 0 && m > 0 {
				high[levels], scale[levels] = m, w*step
				levels++
				top = max(top, m)
			}
		}
		entry := x * b.stride
		row := b.row[entry : entry+b.count[x]]
		for e, c := range b.cost[entry : entry+b.count[x]] {
			if c >= top {
				continue
			}
			sum := 0.0
			for k, m := range high[:levels] {
				sum += scale[k] * float64(min(c-m, 0))
			}
			rho[row[e]] += sum
		}
	}
}

// collect adds a vector's ρ to the sites in service.
func (s *stream) collect(p *Problem, f *family, vector int, r *relaxation) {
	from := vector * len(f.rows)
	layer := &p.Layers[s.layers[0]]
	for site, at := range f.at {
		if at >= 0 && layer.inService(site) {
			r.cost[site] += s.rho[0][from+int(at)] + s.rho[1][from+int(at)]
		}
	}
}

// constant adds Σ w·bₖ·k·μₖ over a vector's clients.
func (s *stream) constant(p *Problem, v *vectors, vector int, r *relaxation) {
	for _, l := range s.layers {
		mu := v.of(vector, l, len(s.steps)*p.Cells)
		for k, step := range s.steps {
			sum := 0.0
			for i, w := range p.Layers[l].Weight {
				sum += w * float64(mu[k*p.Cells+i])
			}
			r.constant += step * float64(k+1) * sum
		}
	}
}
