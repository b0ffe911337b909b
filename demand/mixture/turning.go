package mixture

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/demand"
)

const blocks = 12 // of four hours, on working days and at weekends

func blockOf(slot int) int { return slot / 4 }

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
		about   Component
		planes  int
		of      func(slot int) int
		weight  func(plane int) func(slot int) float64
		from    func(plane int, dst []float64)
		scales  []float64 // from coarse to fine; 0: the cell alone
		careful bool      // as in density
	}{
		{Component{Name: "blocks", Kappa: r.hyper.block}, blocks, blockOf, inBlock, still, []float64{0}, false},
		{Component{Name: "blocks, spread", Bandwidth: middling, Kappa: factorCalls}, blocks, blockOf, inBlock, still, []float64{middling}, false},
		{Component{Name: "hours of the day", Bandwidth: near, Kappa: factorCalls}, 24, func(s int) int { return s % 24 }, aroundHour, recent, []float64{far, middling, near}, true},
		{Component{Name: "hours of working days and weekends", Bandwidth: near, Kappa: factorCalls}, slots, func(s int) int { return s }, aroundSlot, profile, []float64{near, 0}, true},
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
			if kernel := r.kernels[scale]; kernel != nil {
				room.refine(room.share, room.n, calls, kernel, factorCalls, room.share)
			} else if scale == 0 {
				room.refine(room.share, room.n, calls, nil, r.hyper.block, room.share)
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
