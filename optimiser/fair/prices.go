package fair

import (
	"math"
	"slices"
)

// prices finds the weights of parts at which the bound is likely to be high. The best bound over all
// weights is the least value, by a smooth convex stand-in for the aim, over the mixtures of plans; the
// weights are the stand-in's gradient at the best mixture of the plans known (simplicial
// decomposition, von Hohenbalken 1977). Whatever comes out, the bound at it holds.
type prices struct {
	*measure
	blur float64 // Equal and Capped: seconds over which the maximum is smoothed
	most float64 // Capped: the most that the prices of caps may sum to; raised when they come near it
	mix  []float64
}

// gradient writes the stand-in's gradient at means v into dst.
func (p *prices) gradient(dst, v []float64) {
	if p.Kind == Balanced {
		top := p.power(v)
		for b, s := range p.share {
			dst[b] = s
			if top > 0 {
				dst[b] = s * math.Pow(v[b]/top, p.Power-1)
			}
		}
		return
	}
	top := math.Inf(-1)
	if p.Kind == Capped {
		top = 0 // no cap exceeded: the alternative to a price
	}
	for b := range v {
		dst[b] = p.excess(v, b)
		top = max(top, dst[b])
	}
	all := 0.0
	if p.Kind == Capped {
		all = math.Exp(-top / p.blur)
	}
	for b := range dst {
		dst[b] = math.Exp((dst[b] - top) / p.blur)
		all += dst[b]
	}
	for b := range dst {
		dst[b] /= all
		switch {
		case p.Kind == Capped:
			dst[b] = p.share[b] + p.most*dst[b]
		case p.Per != nil:
			dst[b] /= p.Per[b]
		}
	}
}

// excess is what the maximum is taken of.
func (p *prices) excess(v []float64, b int) float64 {
	if p.Kind == Capped {
		return v[b] - p.Cap[b]
	}
	return p.figure(v, b)
}

// Steps of the search for the best mixture, and bisections of each step: both beyond what the weights
// need, and nothing beside one bound.
const (
	mixSteps   = 300
	bisections = 30
	mostPrice  = 1e4 // seconds of the mean for a second of a part's: caps that cost more cannot be kept
)

// at returns the gradient at the best mixture of the plans' means, and leaves the mixture for the next
// call, when there are more plans. Mass moves from the plan that is worst at the present weights to the best
// (pairwise steps, Lacoste-Julien and Jaggi 2015).
func (p *prices) at(plans [][]float64) []float64 {
	n := len(plans[0])
	if len(p.mix) == 0 {
		p.mix = append(p.mix, 1)
	}
	p.mix = append(p.mix, make([]float64, len(plans)-len(p.mix))...)
	v, grad, dir := make([]float64, n), make([]float64, n), make([]float64, n)
	for t, x := range p.mix {
		for b := range v {
			v[b] += x * plans[t][b]
		}
	}
	for range mixSteps {
		p.gradient(grad, v)
		from, to, high, low := 0, 0, math.Inf(-1), math.Inf(1)
		for t, x := range p.mix {
			d := dot(grad, plans[t])
			if x > 0 && d > high {
				from, high = t, d
			}
			if d < low {
				to, low = t, d
			}
		}
		if high-low <= 1e-9*max(1, math.Abs(high)) {
			break
		}
		for b := range dir {
			dir[b] = plans[to][b] - plans[from][b]
		}
		step := p.along(v, dir, p.mix[from])
		for b := range v {
			v[b] += step * dir[b]
		}
		p.mix[from] -= step
		p.mix[to] += step
	}
	p.gradient(grad, v)
	if p.Kind == Capped && p.most < mostPrice && sum(grad)-1 > 0.9*p.most {
		p.most *= 2
	}
	return grad
}

// along returns the best step from v along dir, at most most, by bisection of the slope.
func (p *prices) along(v, dir []float64, most float64) float64 {
	at, grad := make([]float64, len(v)), make([]float64, len(v))
	slope := func(step float64) float64 {
		for b := range at {
			at[b] = v[b] + step*dir[b]
		}
		p.gradient(grad, at)
		return dot(grad, dir)
	}
	if slope(most) <= 0 {
		return most
	}
	low, high := 0.0, most
	for range bisections {
		if mid := (low + high) / 2; slope(mid) > 0 {
			high = mid
		} else {
			low = mid
		}
	}
	return low
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

func dot(x, y []float64) float64 {
	total := 0.0
	for b := range x {
		total += x[b] * y[b]
	}
	return total
}

// spread is the difference between the largest and the least of the excesses at v, at least a
// thousandth of a second.
func (p *prices) spread(v []float64) float64 {
	all := make([]float64, len(v))
	for b := range v {
		all[b] = p.excess(v, b)
	}
	return max(1e-3, slices.Max(all)-slices.Min(all))
}
