package cover

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// greedy adds sites by the demand that they reach more.
type greedy struct {
	p     *Problem
	reach road.Millis
	sites []int
	left  float64   // demand not reached
	due   []float64 // per cell: its demand, 0 once reached
	most  []float64 // per site: what it would reach more at most, below 0 once added
}

func newGreedy(p *Problem, reach road.Millis) *greedy {
	g := &greedy{p: p, reach: reach, due: slices.Clone(p.weights()), most: slices.Repeat([]float64{-1}, p.Sites)}
	for _, j := range p.open(false) {
		g.most[j] = g.gain(j)
	}
	for _, w := range g.due {
		g.left += w
	}
	for _, j := range p.Fixed {
		g.take(j)
	}
	return g
}

func (g *greedy) gain(site int) float64 {
	sum := 0.0
	for i, t := range g.p.Time.Row(site) {
		if t <= g.reach {
			sum += g.due[i]
		}
	}
	return sum
}

func (g *greedy) take(site int) {
	g.sites = append(g.sites, site)
	g.most[site] = -1
	for i, t := range g.p.Time.Row(site) {
		if t <= g.reach {
			g.left -= g.due[i]
			g.due[i] = 0
		}
	}
}

// add adds the best site. Gains only shrink, so a site whose gain is as large as others once had is the best
// (Minoux 1978). Not exactly, it takes the site that once had the most.
func (g *greedy) add(exactly bool) {
	for {
		best := 0
		for j, most := range g.most {
			if most > g.most[best] {
				best = j
			}
		}
		gain := g.gain(best)
		if !exactly || gain >= g.most[best] {
			g.take(best)
			return
		}
		g.most[best] = gain
	}
}
