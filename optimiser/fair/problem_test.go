package fair

import (
	"math"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// drawProblem draws a small problem: parts that cross layers and matrices, ties, times above Cap, cells
// without weight, fixed and forbidden sites.
func drawProblem(t *rapid.T) *Problem {
	d := &optimiser.Problem{
		Sites: rapid.IntRange(2, 8).Draw(t, "sites"),
		Cells: rapid.IntRange(2, 12).Draw(t, "cells"),
	}
	order := rapid.Permutation(numbers(d.Sites)).Draw(t, "order")
	forbidden := rapid.IntRange(0, 1).Draw(t, "forbidden")
	d.Place = rapid.IntRange(1, min(3, d.Sites-forbidden)).Draw(t, "place")
	fixed := rapid.IntRange(0, min(1, d.Place)).Draw(t, "fixed")
	d.Forbidden, d.Fixed = order[:forbidden], order[forbidden:forbidden+fixed]
	rows := d.Sites
	if rapid.Bool().Draw(t, "rows") {
		rows = rapid.IntRange(1, d.Sites).Draw(t, "bases")
		d.Row = rapid.SliceOfN(rapid.Int32Range(0, int32(rows-1)), d.Sites, d.Sites).Draw(t, "row")
	}
	drawRules(t, d, order[forbidden:])
	share := optimiser.Shares(rapid.SampledFrom([]float64{0, 0.3, 0.7}).Draw(t, "busy"), rapid.IntRange(1, d.Place).Draw(t, "levels"))
	p := &Problem{Demand: d, Names: []string{"north", "east", "south", "west"}[:rapid.IntRange(1, min(4, d.Cells)).Draw(t, "parts")]}
	time := rapid.OneOf(rapid.Uint32Range(0, 9000), rapid.Uint32Range(0, 3_000_000), rapid.SampledFrom([]uint32{uint32(optimiser.Cap) + 1, math.MaxUint32}))
	for range rapid.IntRange(1, 3).Draw(t, "layers") {
		l := optimiser.Layer{Weight: rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.25, 1, 1.7, 40}), d.Cells, d.Cells).Draw(t, "weight"), Share: share}
		if n := len(d.Layers); n > 0 && rapid.Bool().Draw(t, "shared") {
			l.Time = d.Layers[n-1].Time
		} else {
			l.Time = &route.Matrix{Sites: rows, Cells: d.Cells}
			for range rows * d.Cells {
				l.Time.T = append(l.Time.T, road.Millis(time.Draw(t, "time")))
			}
		}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			l.Curve = optimiser.Within(road.Millis(rapid.Uint32Range(0, 9000).Draw(t, "reach")))
		case 1:
			l.Share = optimiser.ExpectedCover(0.4, 2)
		case 2:
			l.Off = rapid.SliceOfN(rapid.Bool(), d.Sites, d.Sites).Draw(t, "off")
		}
		part := rapid.SliceOfN(rapid.Int32Range(0, int32(len(p.Names)-1)), d.Cells, d.Cells).Draw(t, "part")
		for b := range p.Names { // no part without demand
			part[b], l.Weight[b] = int32(b), l.Weight[b]+0.5
		}
		d.Layers, p.Part = append(d.Layers, l), append(p.Part, part)
	}
	return p
}

// drawRules draws a quota or a budget that the first sites of order keep to.
func drawRules(t *rapid.T, d *optimiser.Problem, order []int) {
	switch rapid.IntRange(0, 3).Draw(t, "rules") {
	case 0:
		d.Quotas = []optimiser.Quota{{Name: "hill", Sites: slices.Clone(order[:d.Place]), Least: rapid.IntRange(0, d.Place).Draw(t, "least"), Most: d.Place}}
	case 1:
		d.Budget = 1
		for range d.Sites {
			d.Cost = append(d.Cost, rapid.SampledFrom([]float64{0, 1, 2.5}).Draw(t, "cost"))
		}
		for _, s := range order[:d.Place] {
			d.Budget += d.Cost[s]
		}
	}
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// drawAim draws any aim for the problem, caps and offsets of a size that may or may not be met.
func drawAim(t *rapid.T, p *Problem) Aim {
	n := len(p.Names)
	sites := append(slices.Clone(p.Demand.Fixed), numbers(p.Demand.Sites)...)
	sites = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(sites))), func(s int) bool { return slices.Contains(p.Demand.Forbidden, s) })
	means, _ := bruteMeans(p, sites[:p.Demand.Place])
	near := rapid.SliceOfN(rapid.Float64Range(0.5, 1.3), n, n).Draw(t, "near")
	for b := range near {
		near[b] *= means[b] + 1
	}
	switch rapid.IntRange(0, 4).Draw(t, "aim") {
	case 0:
		return Aim{Kind: Balanced, Power: rapid.SampledFrom([]float64{1, 1.5, 2, 5, MostPower}).Draw(t, "power")}
	case 1:
		return Aim{Kind: Equal}
	case 2:
		return Aim{Kind: Equal, Less: near}
	case 3:
		good := 0.01
		return Aim{Kind: Equal, Less: near, Per: near, Good: &good}
	}
	return Aim{Kind: Capped, Cap: near}
}

// eachPlan calls do for every plan that the problem allows.
func eachPlan(p *Problem, do func(sites []int)) {
	for mask := range 1 << p.Demand.Sites {
		var sites []int
		for s := range p.Demand.Sites {
			if mask>>s&1 == 1 {
				sites = append(sites, s)
			}
		}
		if p.Demand.Allows(sites) == nil {
			do(sites)
		}
	}
}

// row is a street of cells 60 s apart with a site in each: a town of many calls at one end, villages at the other.
func row() *Problem {
	const n = 9
	times := &route.Matrix{Sites: n, Cells: n}
	for site := range n {
		for cell := range n {
			times.T = append(times.T, road.Millis(60_000*max(cell-site, site-cell)))
		}
	}
	return &Problem{
		Demand: &optimiser.Problem{
			Sites: n, Cells: n, Place: 2,
			Layers: []optimiser.Layer{{Weight: []float64{9, 9, 9, 9, 1, 1, 1, 1, 1}, Time: times, Share: []float64{1}}},
		},
		Names: []string{"town", "villages"},
		Part:  [][]int32{{0, 0, 0, 0, 1, 1, 1, 1, 1}},
	}
}

// town is a made-up city on a plane of 20 km: cells on a grid, boroughs its tiles, demand thinning out from a
// centre, sites among the cells.
func town(cells, sites, place, boroughs, levels int, busy float64) *Problem {
	rng := rand.New(rand.NewPCG(5, 1))
	side, across := int(math.Ceil(math.Sqrt(float64(cells)))), int(math.Ceil(math.Sqrt(float64(boroughs))))
	weight, part := make([]float64, cells), make([]int32, cells)
	x, y := make([]float64, cells), make([]float64, cells)
	for i := range cells {
		x[i], y[i] = 20000*(float64(i/side)+rng.Float64())/float64(side), 20000*(float64(i%side)+rng.Float64())/float64(side)
		weight[i] = (0.1 + rng.ExpFloat64()) * math.Exp(-math.Hypot(x[i]-8000, y[i]-9000)/4000)
		part[i] = int32(min(boroughs-1, int(x[i]/20000*float64(across))*across+int(y[i]/20000*float64(across))))
	}
	times := &route.Matrix{Sites: sites, Cells: cells}
	for _, s := range rng.Perm(cells)[:sites] {
		for i := range cells {
			times.T = append(times.T, road.Millis(1000*(30+math.Hypot(x[i]-x[s], y[i]-y[s])*(0.9+0.2*rng.Float64())*1.3/8)))
		}
	}
	return &Problem{
		Demand: &optimiser.Problem{Sites: sites, Cells: cells, Place: place, Layers: []optimiser.Layer{{Weight: weight, Time: times, Share: optimiser.Shares(busy, levels)}}},
		Names:  make([]string, boroughs), Part: [][]int32{part},
	}
}
