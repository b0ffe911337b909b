package optimiser

import (
	"math"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// drawProblem draws a small problem: any busy fraction, layers that share matrices or do not, ties,
// times above Cap, unreachable cells, cells without weight, fixed and forbidden sites.
func drawProblem(t *rapid.T) *Problem {
	p := &Problem{
		Sites: rapid.IntRange(1, 9).Draw(t, "sites"),
		Cells: rapid.IntRange(1, 14).Draw(t, "cells"),
	}
	order := rapid.Permutation(numbers(p.Sites)).Draw(t, "order")
	forbidden := rapid.IntRange(0, min(2, p.Sites-1)).Draw(t, "forbidden")
	p.Place = rapid.IntRange(1, min(4, p.Sites-forbidden)).Draw(t, "place")
	fixed := rapid.IntRange(0, min(2, p.Place)).Draw(t, "fixed")
	p.Forbidden, p.Fixed = order[:forbidden], order[forbidden:forbidden+fixed]
	p.Levels = rapid.IntRange(1, p.Place).Draw(t, "levels")
	p.Busy = rapid.SampledFrom([]float64{0, 0.2, 0.35, 0.5, 0.7, 0.95}).Draw(t, "busy")
	time := rapid.OneOf(rapid.Uint32Range(0, 9), rapid.Uint32Range(0, 3_000_000),
		rapid.SampledFrom([]uint32{uint32(Cap), uint32(Cap) + 1, math.MaxUint32}))
	for range rapid.IntRange(1, 3).Draw(t, "layers") {
		l := Layer{Weight: rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.25, 1, 1.7, 40}), p.Cells, p.Cells).Draw(t, "weight")}
		if n := len(p.Layers); n > 0 && rapid.Bool().Draw(t, "shared") {
			l.Time = p.Layers[n-1].Time
		} else {
			l.Time = &route.Matrix{Sites: p.Sites, Cells: p.Cells}
			for range p.Sites * p.Cells {
				l.Time.T = append(l.Time.T, road.Millis(time.Draw(t, "time")))
			}
		}
		p.Layers = append(p.Layers, l)
	}
	return p
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// bestOfAll tries every plan.
func bestOfAll(p *Problem) float64 {
	best := math.Inf(1)
	for mask := range 1 << p.Sites {
		var sites []int
		for s := range p.Sites {
			if mask>>s&1 == 1 {
				sites = append(sites, s)
			}
		}
		if checkPlanSites(p, sites) == nil {
			best = min(best, bruteValue(p, sites))
		}
	}
	return best
}

// town returns a made-up city on a plane: cells in the order of a grid, sites among them, demand in
// a few towns, times over a square 40 km wide at 20 to 35 km/h by layer, slower and faster by cell.
func town(cells, sites, place, layers, levels int, busy float64, seed uint64) *Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{Sites: sites, Cells: cells, Place: place, Busy: busy, Levels: levels}
	side := int(math.Ceil(math.Sqrt(float64(cells))))
	x, y := make([]float64, cells), make([]float64, cells)
	for i := range cells {
		x[i] = 40000 * (float64(i/side) + rng.Float64()) / float64(side)
		y[i] = 40000 * (float64(i%side) + rng.Float64()) / float64(side)
	}
	at := rng.Perm(cells)[:sites]
	slices.Sort(at)
	for range layers {
		l := Layer{Weight: make([]float64, cells), Time: &route.Matrix{Sites: sites, Cells: cells}}
		speed := 6 + 4*rng.Float64()
		slow := make([]float64, cells) // local streets and turns
		for i := range cells {
			slow[i] = 0.9 + 0.2*rng.Float64()
			r := math.Hypot(x[i]-20000, y[i]-20000)
			l.Weight[i] = (0.1 + rng.ExpFloat64()) * math.Exp(-r/12000)
		}
		for _, s := range at {
			for i := range cells {
				d := math.Hypot(x[i]-x[s], y[i]-y[s])
				l.Time.T = append(l.Time.T, road.Millis(1000*(30+d*1.3/speed*slow[i]*slow[s]*(0.98+0.04*rng.Float64()))))
			}
		}
		p.Layers = append(p.Layers, l)
	}
	return p
}
