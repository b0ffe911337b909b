package optimiser

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// drawProblem draws a small problem that has a plan: sites that share rows or do not, layers that agree
// in anything or nothing, every kind of share and curve, sites off service, ties, times above Cap and
// unreachable cells, cells without weight, fixed and forbidden sites, nested quotas, a budget.
func drawProblem(t *rapid.T) *Problem {
	p := &Problem{
		Sites: rapid.IntRange(1, 8).Draw(t, "sites"),
		Cells: rapid.IntRange(1, 10).Draw(t, "cells"),
	}
	rows := p.Sites
	if rapid.Bool().Draw(t, "rows") {
		rows = rapid.IntRange(1, p.Sites).Draw(t, "bases")
		p.Row = rapid.SliceOfN(rapid.Int32Range(0, int32(rows-1)), p.Sites, p.Sites).Draw(t, "row")
	}
	for n := range rapid.IntRange(1, 3).Draw(t, "layers") {
		l := drawLayer(t, p, rows)
		if n > 0 && rapid.Bool().Draw(t, "shared") {
			l.Time = p.Layers[n-1].Time
			if rapid.Bool().Draw(t, "merged") {
				l.Share, l.Curve, l.Off = p.Layers[n-1].Share, p.Layers[n-1].Curve, p.Layers[n-1].Off
			}
		}
		p.Layers = append(p.Layers, l)
	}
	drawRules(t, p, 4)
	return p
}

func drawLayer(t *rapid.T, p *Problem, rows int) Layer {
	l := Layer{Time: &route.Matrix{Sites: rows, Cells: p.Cells}, Share: drawShare(t), Curve: drawCurve(t)}
	l.Weight = rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.25, 1, 1.7, 40}), p.Cells, p.Cells).Draw(t, "weight")
	if rapid.Bool().Draw(t, "whole") {
		for i := range l.Weight {
			l.Weight[i] = math.Ceil(l.Weight[i])
		}
	}
	time := rapid.OneOf(rapid.Uint32Range(0, 9), rapid.Uint32Range(0, 3_000_000),
		rapid.SampledFrom([]uint32{uint32(Cap), uint32(Cap) + 1, uint32(road.Unreachable)}))
	for range rows * p.Cells {
		l.Time.T = append(l.Time.T, road.Millis(time.Draw(t, "time")))
	}
	if rapid.IntRange(0, 2).Draw(t, "off") == 0 {
		l.Off = rapid.SliceOfN(rapid.Bool(), p.Sites, p.Sites).Draw(t, "off")
	}
	return l
}

func drawShare(t *rapid.T) []float64 {
	levels := rapid.IntRange(1, 4).Draw(t, "levels")
	busy := rapid.SampledFrom([]float64{0, 0.2, 0.5, 0.7, 0.9}).Draw(t, "busy")
	switch rapid.IntRange(0, 3).Draw(t, "share") {
	case 0:
		return []float64{1}
	case 1:
		return Shares(busy, levels)
	case 2:
		return ExpectedCover(busy, levels)
	}
	share := rapid.SliceOfN(rapid.Float64Range(0, 0.25), levels, levels).Draw(t, "shares")
	share[0] += 0.01
	return share[:max(1, levels-1)]
}

func drawCurve(t *rapid.T) *Curve {
	switch rapid.IntRange(0, 3).Draw(t, "curve") {
	case 0:
		return Within(road.Millis(rapid.Uint32Range(0, 2_000_000).Draw(t, "reach")))
	case 1:
		c := &Curve{}
		for n := rapid.IntRange(1, 5).Draw(t, "points"); len(c.Time) < n; {
			at, cost := road.Millis(rapid.Uint32Range(0, uint32(Cap)).Draw(t, "at")), rapid.Int32Range(0, int32(Cap)).Draw(t, "cost")
			c.Time, c.Cost = append(c.Time, at), append(c.Cost, cost)
			if len(c.Time) < n && rapid.Bool().Draw(t, "step") {
				c.Time, c.Cost = append(c.Time, at), append(c.Cost, cost+1)
			}
		}
		slices.Sort(c.Time)
		slices.Sort(c.Cost)
		for k := range c.Cost {
			c.Cost[k] = min(c.Cost[k], int32(Cap))
		}
		for k := 2; k < len(c.Time); k++ {
			if c.Time[k] == c.Time[k-2] {
				return nil
			}
		}
		return c
	}
	return nil
}

// drawRules draws a plan of at most so many facilities and then only rules that it respects.
func drawRules(t *rapid.T, p *Problem, most int) {
	order := rapid.Permutation(numbers(p.Sites)).Draw(t, "order")
	p.Place = rapid.IntRange(1, min(most, p.Sites)).Draw(t, "place")
	in := make([]bool, p.Sites)
	for _, s := range order[:p.Place] {
		in[s] = true
	}
	p.Fixed = slices.Clone(order[:rapid.IntRange(0, min(2, p.Place)).Draw(t, "fixed")])
	p.Forbidden = slices.Clone(order[p.Sites-rapid.IntRange(0, min(2, p.Sites-p.Place)).Draw(t, "forbidden"):])
	if rapid.Bool().Draw(t, "quotas") {
		drawQuotas(t, p, in, rapid.Permutation(numbers(p.Sites)).Draw(t, "districts"))
	}
	if rapid.IntRange(0, 2).Draw(t, "budget") == 0 {
		p.Budget = 0.5
		for s := range p.Sites {
			p.Cost = append(p.Cost, rapid.SampledFrom([]float64{0, 1, 2, 2.5, 7}).Draw(t, "cost"))
			if in[s] {
				p.Budget += p.Cost[s]
			}
		}
		p.Place = rapid.IntRange(p.Place, min(p.Place+1, p.Sites)).Draw(t, "at most")
	}
}

// drawQuotas draws quotas on a run of the sites, and perhaps on runs within it and beside it.
func drawQuotas(t *rapid.T, p *Problem, in []bool, sites []int) {
	for len(sites) > 0 {
		n := rapid.IntRange(1, len(sites)).Draw(t, "run")
		has := 0
		for _, s := range sites[:n] {
			if in[s] {
				has++
			}
		}
		if rapid.Bool().Draw(t, "quota") {
			p.Quotas = append(p.Quotas, Quota{Sites: slices.Clone(sites[:n]),
				Least: rapid.IntRange(max(0, has-1), has).Draw(t, "least"), Most: rapid.IntRange(has, has+1).Draw(t, "most")})
		}
		if rapid.Bool().Draw(t, "within") {
			drawQuotas(t, p, in, sites[:n-1])
		}
		sites = sites[n:]
	}
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// bruteValue is the objective by the words of its definition: what every facility would cost each cell, those that
// are missing at Cap, sorted and weighed by share.
func bruteValue(p *Problem, sites []int) float64 {
	total := 0.0
	for _, l := range p.Layers {
		for cell, weight := range l.Weight {
			var costs []float64
			for _, s := range sites {
				if l.Off == nil || !l.Off[s] {
					row := s
					if p.Row != nil {
						row = int(p.Row[s])
					}
					costs = append(costs, bruteCost(l.Curve, l.Time.T[row*p.Cells+cell]))
				}
			}
			for range l.Share {
				costs = append(costs, bruteCost(l.Curve, Cap))
			}
			slices.Sort(costs)
			for k, a := range l.Share {
				total += weight * a * costs[k] / 1000
			}
		}
	}
	return total
}

// bruteCost looks at every stretch of the curve.
func bruteCost(c *Curve, t road.Millis) float64 {
	t = min(t, Cap)
	switch {
	case c == nil:
		return float64(t)
	case t <= c.Time[0]:
		return float64(c.Cost[0])
	}
	for k := 1; k < len(c.Time); k++ {
		if c.Time[k-1] < t && t <= c.Time[k] {
			return math.Floor(float64(c.Cost[k-1]) +
				float64(c.Cost[k]-c.Cost[k-1])*float64(t-c.Time[k-1])/float64(c.Time[k]-c.Time[k-1]))
		}
	}
	return float64(c.Cost[len(c.Cost)-1])
}

// brutePlan says whether the sites are a plan.
func brutePlan(p *Problem, sites []int) bool {
	count := func(among []int) (n int) {
		for _, s := range sites {
			if slices.Contains(among, s) {
				n++
			}
		}
		return n
	}
	cost := 0.0
	for _, s := range sites {
		if p.Budget > 0 {
			cost += p.Cost[s]
		}
	}
	for _, q := range p.Quotas {
		if n := count(q.Sites); n < q.Least || n > q.Most {
			return false
		}
	}
	return count(p.Fixed) == len(p.Fixed) && count(p.Forbidden) == 0 &&
		(len(sites) == p.Place || len(sites) < p.Place && p.Budget > 0) && (p.Budget == 0 || cost <= p.Budget)
}

// allPlans lists every plan.
func allPlans(p *Problem) [][]int {
	var plans [][]int
	for mask := range 1 << p.Sites {
		if bits.OnesCount(uint(mask)) > p.Place {
			continue
		}
		var sites []int
		for s := range p.Sites {
			if mask>>s&1 == 1 {
				sites = append(sites, s)
			}
		}
		if brutePlan(p, sites) {
			plans = append(plans, sites)
		}
	}
	return plans
}

// bestOfAll tries every plan.
func bestOfAll(p *Problem) float64 {
	best := math.Inf(1)
	for _, sites := range allPlans(p) {
		best = min(best, bruteValue(p, sites))
	}
	return best
}

// town returns a made-up city on a plane: cells in the order of a grid, sites among them, demand in
// a few towns, times over a square 40 km wide at 20 to 35 km/h by layer, slower and faster by cell.
func town(cells, sites, place, layers, levels int, busy float64, seed uint64) *Problem {
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
		l := Layer{Weight: make([]float64, cells), Time: &route.Matrix{Sites: sites, Cells: cells}, Share: Shares(busy, levels)}
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
