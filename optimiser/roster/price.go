package roster

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// relaxed is one hour at multipliers: what its sites are worth there (docs/optimiser.md).
type relaxed struct {
	layers []terms
	rho    []float64 // per site: its reduced cost, thousandths × calls, never above 0
	base   float64   // the part of the value that no choice changes
}

// terms is one layer of an hour and its multipliers.
type terms struct {
	weight []float64
	row    [][]road.Millis
	worst  float64
	pooled []float64 // steps of the shares, those that rise pooled
	mu     []float64 // level by level and cell, thousandths
	step   []float64
	whole  []int32 // cell by cell and level, as evaluated: whole, ascending with the level
}

func newRelaxed(p *optimiser.Problem, rows costed) *relaxed {
	r := &relaxed{rho: make([]float64, p.Sites)}
	for i := range p.Layers {
		l := &p.Layers[i]
		n := len(l.Share) * p.Cells
		r.layers = append(r.layers, terms{
			weight: l.Weight, row: rows.rows(l), worst: float64(costOf(l.Curve, optimiser.Cap)), pooled: pooledSteps(l.Share),
			mu: make([]float64, n), step: make([]float64, n), whole: make([]int32, n),
		})
	}
	return r
}

// pooledSteps returns b, b_k ≥ 0, with Σ b_k S_k ≤ Σ a_k c_(k) for all ascending costs c, where S_k is the sum of the k
// least: the steps of a, where neighbours that rise are replaced by their mean.
func pooledSteps(share []float64) []float64 {
	b := make([]float64, len(share))
	for from := 0; from < len(share); { // the steepest mean from here on is the next pool
		sum, best, until := 0.0, math.Inf(-1), from
		for k := from; k < len(share); k++ {
			if sum += share[k]; sum/float64(k-from+1) >= best {
				best, until = sum/float64(k-from+1), k+1
			}
		}
		for k := from; k < until; k++ {
			b[k] = best
		}
		from = until
	}
	for k := range len(b) - 1 {
		b[k] = max(0, b[k]-b[k+1])
	}
	return b
}

// take sets the multipliers to the first vector of a certificate of the hour's problem.
func (r *relaxed) take(vector []float64) {
	for i := range r.layers {
		t := &r.layers[i]
		for k := range t.mu {
			t.mu[k] = vector[k] * 1000
		}
		vector = vector[len(t.mu):]
		clear(t.step)
	}
}

// from sets each client's multipliers to what the next cars beyond those that serve it cost.
func (r *relaxed) from(s *stand) {
	for i := range r.layers {
		t, g := &r.layers[i], &s.layers[i]
		for c := range t.weight {
			near, _ := g.list(c)
			for k := range t.pooled {
				t.mu[k*len(t.weight)+c] = float64(near[k+1])
			}
		}
	}
}

// vector returns the multipliers as evaluated, in seconds, in the order of a certificate.
func (r *relaxed) vector() []float64 {
	var out []float64
	for i := range r.layers {
		t := &r.layers[i]
		levels := len(t.pooled)
		for k := range levels {
			for c := range t.weight {
				out = append(out, float64(t.whole[c*levels+k])/1000)
			}
		}
	}
	return out
}

// evaluate sets base and rho.
func (r *relaxed) evaluate() {
	r.base = 0
	clear(r.rho)
	for i := range r.layers {
		t := &r.layers[i]
		r.base += t.round()
		for s, row := range t.row {
			r.rho[s] += t.reduced(row)
		}
	}
}

// round sets whole and returns Σ w b_k k μ_k.
func (t *terms) round() float64 {
	levels, cells, total := len(t.pooled), len(t.weight), 0.0
	for c, w := range t.weight {
		low, sum := 0.0, 0.0
		for k, b := range t.pooled {
			low = max(low, min(math.Round(t.mu[k*cells+c]), t.worst))
			t.whole[c*levels+k] = int32(low)
			sum += b * float64(k+1) * low
		}
		total += w * sum
	}
	return total
}

// reduced returns a site's part of Σ w b_k min(0, cost − μ_k).
func (t *terms) reduced(row []road.Millis) float64 {
	levels, total := len(t.pooled), 0.0
	for c, time := range row {
		cost, at := int32(time), c*levels
		if cost >= t.whole[at+levels-1] {
			continue
		}
		sum := 0.0
		for k := levels - 1; k >= 0 && cost < t.whole[at+k]; k-- {
			sum += t.pooled[k] * float64(cost-t.whole[at+k])
		}
		total += t.weight[c] * sum
	}
	return total
}

// slope counts for each client and level the chosen sites nearer than its multiplier, turns step towards
// the subgradient, and returns the subgradient's square, in the metric where a client's weight drops out.
func (r *relaxed) slope(chosen []int) float64 {
	sum := 0.0
	for i := range r.layers {
		t := &r.layers[i]
		levels, cells := len(t.pooled), len(t.weight)
		count := make([]int32, len(t.whole))
		for _, s := range chosen {
			for c, time := range t.row[s] {
				for k := levels - 1; k >= 0 && int32(time) < t.whole[c*levels+k]; k-- {
					count[c*levels+k]++
				}
			}
		}
		for c, w := range t.weight {
			for k, b := range t.pooled {
				g := float64(k + 1 - int(count[c*levels+k]))
				sum += w * b * g * g
				t.step[k*cells+c] = momentum*t.step[k*cells+c] + (1-momentum)*g
			}
		}
	}
	return sum
}

// momentum is the share of the last direction that is kept, as in package optimiser.
const momentum = 0.9

// move takes a step of the given length.
func (r *relaxed) move(length float64) {
	for i := range r.layers {
		t := &r.layers[i]
		cells := len(t.weight)
		for c := range cells {
			low := 0.0
			for at := c; at < len(t.mu); at += cells {
				low = max(low, min(t.mu[at]+length*t.step[at], t.worst))
				t.mu[at] = low
			}
		}
	}
}
