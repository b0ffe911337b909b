package mixture

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/demand"
)

// What the components are made with. The figures did best, or nearly so, on calls in Toronto, Seattle
// and London; what changes with the data is left to the weights and to shrinkage.
const (
	near, middling, far = 700.0, 1500.0, 3500.0 // metres
	hourSigma           = 2.5                   // hours, of the circular Gaussian over the day
	otherDays           = 0.5                   // what a weekend's call counts on a working day, and the other way
	factorCalls         = 16.0                  // α: calls in a neighbourhood that outweigh that nothing is special there
	placeCalls          = 4.0                   // the same for what is special about a place in all hours
	noneCalls           = 30.0                  // calls that outweigh what holds without any
)

const blocks = 12 // of four hours, on working days and at weekends

func blockOf(slot int) int { return slot / 4 }

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
	b.kappa = r.hyper.cell
	room.refine(b.share, r.long.count, r.long.calls, nil, b.kappa, b.share)
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

func inBlock(b int) func(int) float64 {
	return func(slot int) float64 {
		if blockOf(slot) == b {
			return 1
		}
		return 0
	}
}

// aroundHour weighs slots by how near they are to an hour of the day, all days alike.
func aroundHour(hour int) func(int) float64 {
	return func(slot int) float64 { return hourWeight(slot, hour) }
}

// aroundSlot weighs slots by how near they are, those of the other sort of day less.
func aroundSlot(of int) func(int) float64 {
	return func(slot int) float64 {
		if slot/24 != of/24 {
			return otherDays * hourWeight(slot, of)
		}
		return hourWeight(slot, of)
	}
}

func hourWeight(a, b int) float64 {
	d := (a - b + slots) % 24
	d = min(d, 24-d)
	return math.Exp(-float64(d*d) / (2 * hourSigma * hourSigma))
}

// turning are the components that change with the hour: shares refined, for each part of the week, by
// the calls in it.
func (r *learner) turning(ctx context.Context, b *shrunk, profiles *density) ([]density, error) {
	still := func(_ int, dst []float64) { copy(dst, b.share) }
	recent := func(_ int, dst []float64) { copy(dst, b.recent) }
	profile := func(p int, dst []float64) {
		for i, v := range profiles.plane[p*r.n : (p+1)*r.n] {
			dst[i] = float64(v)
		}
	}
	kinds := []struct {
		about  Component
		planes int
		of     func(slot int) int
		weight func(plane int) func(slot int) float64
		from   func(plane int, dst []float64)
		scales []float64 // from coarse to fine; 0: the cell alone
		// careful as density has it.
		careful bool
	}{
		{Component{Name: "blocks", Kappa: r.hyper.block}, blocks, blockOf, inBlock, still, []float64{0}, false},
		{Component{Name: "blocks, spread", Bandwidth: middling, Kappa: factorCalls}, blocks, blockOf, inBlock, still, []float64{middling}, false},
		{Component{Name: "hours of the day", Bandwidth: near, Kappa: factorCalls}, 24, func(s int) int { return s % 24 }, aroundHour, recent, []float64{far, middling, near}, true},
		{Component{Name: "hours of working days and weekends", Bandwidth: near, Kappa: factorCalls}, slots, func(s int) int { return s }, aroundSlot, profile, []float64{near}, true},
	}
	ds := make([]density, len(kinds))
	type task struct{ kind, plane int }
	var tasks []task
	for j, k := range kinds {
		k.about.HalfLife, k.about.Calls = r.long.halfLife(), r.long.calls
		ds[j] = density{Component: k.about, careful: k.careful, plane: make([]float32, k.planes*r.n)}
		for h := range ds[j].of {
			ds[j].of[h] = uint8(k.of(int(slotOf(demand.HourOfWeek(h)))))
		}
		for p := range k.planes {
			tasks = append(tasks, task{j, p})
		}
	}
	return ds, r.share(ctx, len(tasks), func(i int, room *room) {
		j, p := tasks[i].kind, tasks[i].plane
		k := &kinds[j]
		calls := r.inSlots(k.weight(p), room.n)
		k.from(p, room.share)
		for _, scale := range k.scales {
			if kernel := r.kernels[scale]; kernel != nil || scale == 0 {
				room.refine(room.share, room.n, calls, kernel, k.about.Kappa, room.share)
			}
		}
		for c, v := range room.share {
			ds[j].plane[p*r.n+c] = float32(v)
		}
	})
}

// share does n tasks on all processors. No task may depend on another.
func (r *learner) share(ctx context.Context, n int, do func(task int, room *room)) error {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			room := newRoom(r.n)
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i, room)
			}
		})
	}
	all.Wait()
	return ctx.Err()
}
