package mixture

import (
	"fmt"

	"github.com/nearside-ems/nearside/demand"
)

// learner holds what was seen up to some week, and makes components from it.
type learner struct {
	city    *demand.City
	l       *ledger
	uniform []float64
	prior   []float64 // nil: none
	kernels []*kernel
	widths  []float64

	week  int       // weeks before this one were seen
	count []float64 // calls of each cell
	calls float64
}

func newLearner(city *demand.City, l *ledger, s Settings) *learner {
	n := city.Len()
	r := &learner{city: city, l: l, uniform: make([]float64, n), prior: city.Prior, count: make([]float64, n)}
	land := 0.0
	for _, a := range city.Land {
		land += a
	}
	for i, a := range city.Land {
		r.uniform[i] = a / land
	}
	for _, b := range s.Bandwidths {
		if kernelPixels(city.X, city.Y, b) > 64*float64(n)+1<<16 {
			continue // far narrower than the cells are apart: it would spread nothing
		}
		r.kernels, r.widths = append(r.kernels, newKernel(city.X, city.Y, r.uniform, b)), append(r.widths, b)
	}
	return r
}

// see takes in all weeks before w.
func (r *learner) see(w int) {
	for ; r.week < w; r.week++ {
		from, to := r.l.week(r.week)
		for _, c := range r.l.cell[from:to] {
			r.count[c]++
		}
		r.calls += float64(to - from)
	}
}

// components makes every component from what was seen.
func (r *learner) components() []density {
	none := r.prior
	if none == nil {
		none = r.uniform
	}
	one := func(name string, v []float64) density {
		return density{Component: Component{Name: name, Calls: r.calls}, plane: normalised(v, none)}
	}
	ds := []density{one("seen", r.count)}
	for i, k := range r.kernels {
		out := make([]float64, len(r.count))
		k.spread(r.count, out, k.raster())
		d := one(fmt.Sprintf("seen, spread %.1f km", r.widths[i]/1000), out)
		d.Bandwidth = r.widths[i]
		ds = append(ds, d)
	}
	if r.prior != nil {
		ds = append(ds, density{Component: Component{Name: "prior"}, plane: normalised(r.prior, none)})
	}
	return append(ds, density{Component: Component{Name: "uniform"}, plane: normalised(r.uniform, none)})
}
