package backtest

import "math"

// places tunes and makes the share of calls of each cell: (n + κq)/(N + κ), where n are a cell's calls,
// older ones counting less, q is their share spread by a Gaussian kernel and κ shrinks the one towards the
// other, mixed with a floor.
type places struct {
	kernels *kernels
	tune    *tuner
	counted map[counted]*counts
	spread  map[spread][]float64
}

// counts are the faded calls of each cell before a lesson.
type counts struct {
	n     []float64
	total float64
}

type counted struct {
	key  uint64
	fade float64
}

type spread struct {
	counted
	sigma, base float64
}

// floorAxis is the share of calls that may come from anywhere.
var floorAxis = axis{"floor", []float64{1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3}, 2}

func newPlaces(k *kernels) *places {
	p := &places{kernels: k, counted: map[counted]*counts{}, spread: map[spread][]float64{}}
	p.tune = &tuner{
		axes: []axis{
			bandwidthAxis,
			{"shrinkage", []float64{0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e6}, 6},
			fadeAxis, baseAxis, floorAxis,
		},
		score: p.score,
	}
	return p
}

// score returns the log probability of the cells of a week's calls.
func (p *places) score(l *lesson, v []float64) float64 {
	n, q := p.before(l, v[2]), p.smooth(l, v)
	base := p.kernels.base[int(v[3])]
	var sum float64
	for i, c := range l.week.Cell {
		sum += math.Log(share(n.n[c], n.total, q[i], base[c], v))
	}
	return sum
}

// share returns the share of a cell with n of so many calls, a share q of the spread calls, and a share of
// what the floor is laid over.
func share(n, total, q, base float64, v []float64) float64 {
	if total == 0 {
		return base
	}
	return (1-v[4])*(n+v[1]*q)/(total+v[1]) + v[4]*base
}

// before counts the calls before a lesson, and keeps what it counted.
func (p *places) before(l *lesson, fade float64) *counts {
	id := counted{l.key, fade}
	if known := p.counted[id]; known != nil {
		return known
	}
	c := countCells(l, fade)
	p.counted[id] = c
	return c
}

func countCells(l *lesson, fade float64) *counts {
	weight := weights(l.clock, l.past, fade)
	c := &counts{n: make([]float64, l.past.Cells)}
	for i, cell := range l.past.Cell {
		c.n[cell] += weight[i]
		c.total += weight[i]
	}
	return c
}

// smooth returns, for each call of a lesson's week, the share of its cell in the spread calls before.
func (p *places) smooth(l *lesson, v []float64) []float64 {
	id := spread{counted{l.key, v[2]}, v[0], v[3]}
	if known := p.spread[id]; known != nil {
		return known
	}
	n, kernel := p.before(l, v[2]), p.kernels.of(v[0], v[3])
	q := make([]float64, len(l.week.Cell))
	of := make(map[int32]float64, len(q))
	for i, c := range l.week.Cell {
		if _, known := of[c]; !known && n.total > 0 {
			of[c] = kernel.gather(int(c), n.n) / n.total
		}
		q[i] = of[c]
	}
	p.spread[id] = q
	return q
}

// shares returns the share of each cell, from all of a lesson's past.
func (p *places) shares(l *lesson, v []float64) []float64 {
	n := countCells(l, v[2])
	kernel, base := p.kernels.of(v[0], v[3]), p.kernels.base[int(v[3])]
	out := make([]float64, len(n.n))
	for c := range out {
		q := 0.0
		if n.total > 0 {
			q = kernel.gather(c, n.n) / n.total
		}
		out[c] = share(n.n[c], n.total, q, base[c], v)
	}
	return out
}
