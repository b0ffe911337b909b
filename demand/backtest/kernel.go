package backtest

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand"
)

// reach is how far a kernel reaches, in bandwidths; beyond lies e⁻⁸ of its peak.
const reach = 4

// bandwidths in metres that the baselines try.
var bandwidthAxis = axis{"bandwidth", []float64{200, 350, 500, 700, 900, 1200, 1600, 2000, 2700, 3500, 5000, 8000}, 4}

// baseAxis is what calls are spread over: 1 the land, 0 the cells, each counting alike.
var baseAxis = axis{"over land", []float64{0, 1}, 1}

// kernels spreads calls over a city's cells by Gaussians. The mass of each call stays 1.
type kernels struct {
	city *demand.City
	base [2][]float64 // what calls are spread over: cells alike, land; each sums to 1
	made map[[2]float64]*kernel
}

func newKernels(city *demand.City) *kernels {
	k := &kernels{city: city, made: map[[2]float64]*kernel{}}
	land := 0.0
	for _, a := range city.Land {
		land += a
	}
	for _, a := range city.Land {
		k.base[0] = append(k.base[0], 1/float64(city.Len()))
		k.base[1] = append(k.base[1], a/land)
	}
	return k
}

// kernel is a Gaussian of one bandwidth over one base.
type kernel struct {
	x, y, base []float64
	sigma      float64
	scale      []float64 // of each cell: what makes its mass 1
	rows       []row     // of each cell, made when first asked for; nil where all would take too much room
	scratch    row
}

// row is what a cell receives of the mass of each cell within reach.
type row struct {
	cells []int32
	give  []float32
}

// mostRows is up to how many cells all rows are kept: at 4,096 cells, some 16 MB for each bandwidth.
const mostRows = 4096

// of returns the kernel of a bandwidth over a base of kernels.base.
func (k *kernels) of(sigma, base float64) *kernel {
	id := [2]float64{sigma, base}
	if made := k.made[id]; made != nil {
		return made
	}
	n := k.city.Len()
	r := &kernel{x: k.city.X, y: k.city.Y, base: k.base[int(base)], sigma: sigma, scale: make([]float64, n)}
	for c := range n {
		near := r.near(c, &r.scratch)
		for i, w := range near.give {
			r.scale[c] += float64(w) * r.base[near.cells[i]]
		}
	}
	for c, s := range r.scale {
		r.scale[c] = 1 / s
	}
	if n <= mostRows {
		r.rows = make([]row, n)
	}
	k.made[id] = r
	return r
}

// near fills a row with the cells within reach of a cell and e^(−d²/2σ²) of each.
func (k *kernel) near(c int, r *row) *row {
	r.cells, r.give = r.cells[:0], r.give[:0]
	far := reach * reach * k.sigma * k.sigma
	x, y := k.x[c], k.y[c]
	for i := range k.x {
		dx, dy := k.x[i]-x, k.y[i]-y
		if d := dx*dx + dy*dy; d <= far {
			r.cells = append(r.cells, int32(i))
			r.give = append(r.give, float32(math.Exp(-d/(2*k.sigma*k.sigma))))
		}
	}
	return r
}

// from returns what a cell receives of the mass of each cell within reach. The row may be good only until
// the next call.
func (k *kernel) from(c int) *row {
	if k.rows != nil && k.rows[c].cells != nil {
		return &k.rows[c]
	}
	r := k.near(c, &k.scratch)
	for i, o := range r.cells {
		r.give[i] *= float32(k.base[c] * k.scale[o])
	}
	if k.rows != nil {
		k.rows[c] = row{slices.Clone(r.cells), slices.Clone(r.give)}
	}
	return r
}

// gather returns what a cell receives of masses of all cells.
func (k *kernel) gather(c int, mass []float64) float64 {
	r := k.from(c)
	var sum float64
	for i, o := range r.cells {
		sum += float64(r.give[i]) * mass[o]
	}
	return sum
}
