package transport

import (
	"math"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// drawProblem draws a small problem: layers that share matrices or do not, ties, times from Cap on, cells
// without weight, limits that bind, do not, or shut a site, too little room, fixed and forbidden sites.
func drawProblem(t *rapid.T) *Problem {
	p := &Problem{Sites: rapid.IntRange(1, 8).Draw(t, "sites"), Cells: rapid.IntRange(1, 12).Draw(t, "cells")}
	order := rapid.Permutation(numbers(p.Sites)).Draw(t, "order")
	forbidden := rapid.IntRange(0, min(2, p.Sites-1)).Draw(t, "forbidden")
	p.Place = rapid.IntRange(1, min(4, p.Sites-forbidden)).Draw(t, "place")
	fixed := rapid.IntRange(0, min(2, p.Place)).Draw(t, "fixed")
	p.Forbidden, p.Fixed = order[:forbidden], order[forbidden:forbidden+fixed]
	time := rapid.OneOf(rapid.Uint32Range(0, 9), rapid.Uint32Range(0, 3_000_000),
		rapid.SampledFrom([]uint32{uint32(optimiser.Cap) - 1, uint32(optimiser.Cap), uint32(optimiser.Cap) + 1, math.MaxUint32}))
	limit := rapid.OneOf(rapid.SampledFrom([]float64{0, 1, 2.5, math.Inf(1)}), rapid.Float64Range(0, 60))
	for range rapid.IntRange(1, 3).Draw(t, "layers") {
		l := Layer{Weight: rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.25, 1, 1.7, 10}), p.Cells, p.Cells).Draw(t, "weight")}
		if rapid.Bool().Draw(t, "limited") {
			l.Capacity = rapid.SliceOfN(limit, p.Sites, p.Sites).Draw(t, "capacity")
		}
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
		if checkSites(p, sites) == nil {
			best = min(best, slowValue(p, sites))
		}
	}
	return best
}

// slowValue is the least that given centres come to: for each layer a minimum-cost flow on the whole
// graph of cells, centres and nobody, by Bellman and Ford's algorithm.
func slowValue(p *Problem, sites []int) float64 {
	total := 0.0
	for l := range p.Layers {
		total += slowLayer(&p.Layers[l], sites)
	}
	return total
}

type arc struct {
	from, to   int
	room, cost float64
}

func slowLayer(layer *Layer, sites []int) float64 {
	cells := len(layer.Weight)
	source, sink, nobody := cells+len(sites), cells+len(sites)+1, cells+len(sites)+2
	var arcs []arc // each followed by its reverse
	add := func(from, to int, room, cost float64) {
		arcs = append(arcs, arc{from, to, room, cost}, arc{to, from, 0, -cost})
	}
	add(nobody, sink, math.Inf(1), 0)
	for n, s := range sites {
		add(cells+n, sink, layer.room(s), 0)
	}
	for i, w := range layer.Weight {
		add(source, i, w, 0)
		add(i, nobody, math.Inf(1), optimiser.Cap.Seconds())
		for n, s := range sites {
			add(i, cells+n, math.Inf(1), min(layer.Time.Row(s)[i], optimiser.Cap).Seconds())
		}
	}
	total := 0.0
	for {
		dist, via := make([]float64, nobody+1), make([]int, nobody+1)
		for v := range dist {
			dist[v], via[v] = math.Inf(1), -1
		}
		dist[source] = 0
		for changed := true; changed; {
			changed = false
			for n, a := range arcs {
				if a.room > 1e-12 && dist[a.from]+a.cost < dist[a.to]-1e-7 {
					dist[a.to], via[a.to], changed = dist[a.from]+a.cost, n, true
				}
			}
		}
		if math.IsInf(dist[sink], 1) {
			return total
		}
		amount := math.Inf(1)
		for v := sink; v != source; v = arcs[via[v]].from {
			amount = min(amount, arcs[via[v]].room)
		}
		for v := sink; v != source; v = arcs[via[v]].from {
			arcs[via[v]].room -= amount
			arcs[via[v]^1].room += amount
			total += amount * arcs[via[v]].cost
		}
	}
}

// town returns a made-up city on a plane 40 km wide: cells in the order of a grid, sites among them,
// demand in the middle, times at 20 to 35 km/h by layer, slower and faster by cell. All sites together could take
// room times the demand if they were Place; a site's share is between half and one and a half of that.
func town(cells, sites, place, layers int, room float64, seed uint64) *Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{Sites: sites, Cells: cells, Place: place}
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
			l.Capacity = append(l.Capacity, room*sum(l.Weight)/float64(place)*(0.5+rng.Float64()))
			for i := range cells {
				d := math.Hypot(x[i]-x[s], y[i]-y[s])
				l.Time.T = append(l.Time.T, road.Millis(1000*(30+d*1.3/speed*slow[i]*slow[s]*(0.98+0.04*rng.Float64()))))
			}
		}
		p.Layers = append(p.Layers, l)
	}
	return p
}
