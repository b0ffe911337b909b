package mixture

import (
	"context"
	"fmt"
)

// What the components are made with. The figures did best, or nearly so, on calls in Toronto, Seattle
// and London; what changes with the data is left to the weights and to shrinkage.
const (
	near, middling, far = 700.0, 1500.0, 3500.0 // metres
	hourSigma           = 2.0                   // hours, of the circular Gaussian over the day
	otherDays           = 0.5                   // what a weekend's call counts on a working day, and the other way
	factorCalls         = 16.0                  // α: calls in a neighbourhood that outweigh that nothing is special there
	placeCalls          = 4.0                   // the same for what is special about a place in all hours
	noneCalls           = 30.0                  // calls that outweigh what holds without any
)

// shrunk is the shares that the refined components start from.
type shrunk struct {
	share  []float64
	kappa  float64
	recent []float64 // the same, refined by what was seen lately and just now
}

// components makes every component from what was seen.
func (r *learner) components(ctx context.Context) ([]density, error) {
	room := newRoom(r.n)
	ds := r.plain(room)
	b := r.shrink(room)
	ds = append(ds,
		r.still(Component{Name: "shrunk", Bandwidth: near, HalfLife: r.long.halfLife(), Kappa: b.kappa, Calls: r.long.calls}, b.share),
		r.still(Component{Name: "near repeat", Bandwidth: near, HalfLife: r.now.halfLife(), Kappa: factorCalls, Calls: r.now.calls}, b.recent))
	profiles := r.profiles(b)
	turning, err := r.turning(ctx, b, &profiles)
	if err != nil {
		return nil, err
	}
	ds = append(ds, turning...)
	ds = append(ds, profiles)
	if g := r.glm.fit(r.long.count, r.long.calls, r.none); g != nil {
		ds = append(ds, r.still(Component{Name: "covariates", Calls: r.long.calls}, g))
	}
	if r.city.Prior != nil {
		ds = append(ds, r.still(Component{Name: "prior"}, r.city.Prior))
	}
	return append(ds, r.still(Component{Name: "uniform"}, r.uniform)), nil
}

// still returns a density that is the same in every hour.
func (r *learner) still(c Component, share []float64) density {
	return density{Component: c, plane: normalised(share, r.none)}
}

// plain are the calls as seen, and spread over distance.
func (r *learner) plain(room *room) []density {
	var ds []density
	for _, t := range []struct {
		name string
		of   *tally
	}{{"seen", &r.all}, {"seen this half-year", &r.half}, {"seen lately", &r.late}} {
		ds = append(ds, r.still(Component{Name: t.name, HalfLife: t.of.halfLife(), Calls: t.of.calls}, t.of.count))
	}
	for _, b := range r.settings.Bandwidths {
		if k := r.kernels[b]; k != nil {
			r.spread(k, room, room.share)
			ds = append(ds, r.still(Component{Name: fmt.Sprintf("spread %.1f km", b/1000), Bandwidth: b, HalfLife: r.long.halfLife(), Kappa: noneCalls, Calls: r.long.calls}, room.share))
		}
	}
	return ds
}

// spread writes to out the calls spread by a kernel, with noneCalls of what holds without any.
func (r *learner) spread(k *kernel, room *room, out []float64) {
	k.spread(r.long.count, out, &room.raster)
	for i := range out {
		out[i] = (out[i] + noneCalls*r.none[i]) / (r.long.calls + noneCalls)
	}
}

// shrink refines calls spread nearby by each cell's own calls.
func (r *learner) shrink(room *room) *shrunk {
	b := &shrunk{share: make([]float64, r.n), recent: make([]float64, r.n)}
	k := r.kernels[near]
	if k == nil {
		copy(b.share, r.none)
	} else {
		r.spread(k, room, b.share)
	}
	r.mixPrior(b, room)
	stale := r.long.calls > 1.2*r.hyper.calls || r.hyper.cell == 0
	if stale {
		r.hyper.cell = shrinkage([][]float64{r.long.count}, []float64{r.long.calls}, b.share)
	}
	for i, f := range fractions {
		room.refine(b.share, r.long.count, r.long.calls, nil, r.hyper.cell*f, r.trial[i].share)
	}
	best := r.foreseeing()
	b.kappa = r.hyper.cell * fractions[best]
	copy(b.share, r.trial[best].share)
	if stale {
		r.hyper.block, r.hyper.calls = r.blockShrinkage(b.share), r.long.calls
	}
	room.refine(b.share, r.late.count, r.late.calls, k, factorCalls, b.recent)
	room.refine(b.recent, r.now.count, r.now.calls, k, factorCalls, b.recent)
	return b
}

// mixPrior takes half of the shares from the prior, refined by calls from far to near, where there is one.
func (r *learner) mixPrior(b *shrunk, room *room) {
	if r.city.Prior == nil {
		return
	}
	copy(room.share, r.none)
	for _, scale := range []float64{far, middling, near} {
		if k := r.kernels[scale]; k != nil {
			room.refine(room.share, r.long.count, r.long.calls, k, placeCalls, room.share)
		}
	}
	for i, v := range room.share {
		b.share[i] = (b.share[i] + v) / 2
	}
}

func (r *learner) blockShrinkage(q []float64) float64 {
	count, calls := make([][]float64, blocks), make([]float64, blocks)
	for p := range count {
		count[p] = make([]float64, r.n)
		calls[p] = r.inSlots(inBlock(p), count[p])
	}
	return shrinkage(count, calls, q)
}
