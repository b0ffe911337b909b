package optimiser

import (
	"fmt"
	"math"
	"slices"
)

// proofBound returns the bound that the certificate's proof establishes: the least over its parts.
// slack is the rounding error to allow for: a bound is a difference of sums that can be much larger.
func proofBound(p *Problem, cert *Certificate) (bound, slack float64, err error) {
	vectors, err := checkVectors(p, cert.Multiplier)
	if err != nil {
		return 0, 0, err
	}
	proof := cert.Proof
	if len(proof) == 0 {
		proof = []Step{{Kind: Relax, Index: 0}}
	}
	v := &proofReader{p: p, use: make([]decision, p.Sites), relaxed: make([]relaxation, len(vectors)), vectors: vectors}
	for _, s := range p.Forbidden {
		v.use[s] = unused
	}
	for _, s := range p.Fixed {
		v.use[s] = used
	}
	bound, err = v.read(proof)
	bound = nextValue(p, bound)
	for _, r := range v.relaxed {
		slack = max(slack, exactness/1000*r.constant/1000)
	}
	return bound, slack, err
}

// checkVectors cuts the multipliers into vectors of milliseconds and checks that each is whole and
// between 0 and Cap.
func checkVectors(p *Problem, all []float64) ([][]float64, error) {
	size := len(p.Layers) * p.Levels * p.Cells
	if len(all)%size != 0 {
		return nil, fmt.Errorf("%w: %d numbers; a multiple of layers × levels × cells = %d is needed",
			ErrMultiplier, len(all), size)
	}
	whole := make([]float64, len(all))
	for i, m := range all {
		whole[i] = math.Round(1000 * m)
		if !(m >= 0 && whole[i] <= float64(Cap) && math.Abs(1000*m-whole[i]) < 1e-6) {
			return nil, fmt.Errorf("%w: number %d is %v s; whole milliseconds from 0 to %v s are allowed",
				ErrMultiplier, i, m, Cap.Seconds())
		}
	}
	return slices.Collect(slices.Chunk(whole, size)), nil
}

// decision is what a part of the proof assumes about a site.
type decision uint8

const (
	undecided decision = iota
	used
	unused
)

// relaxation is a vector's contribution: L = constant + Σ rho over the sites used.
type relaxation struct {
	known    bool
	constant float64   // weighted milliseconds, as is rho
	rho      []float64 // per site, ≤ 0
	order    []int     // sites by rho
}

// proofReader walks a proof in preorder.
type proofReader struct {
	p       *Problem
	use     []decision
	vectors [][]float64
	relaxed []relaxation
}

// read walks the whole tree. Of each split it goes into the part that uses the site, and keeps the
// site on a stack until that part is done.
func (v *proofReader) read(proof []Step) (float64, error) {
	bound := math.Inf(1)
	var splits []int
	for at, step := range proof {
		if step.Kind == Split {
			if step.Index < 0 || step.Index >= v.p.Sites || v.use[step.Index] != undecided {
				return 0, fmt.Errorf("%w: step %d splits on site %d, which is not free there", ErrProof, at, step.Index)
			}
			v.use[step.Index] = used
			splits = append(splits, step.Index)
			continue
		}
		part, err := v.part(step)
		if err != nil {
			return 0, fmt.Errorf("%w: step %d: %w", ErrProof, at, err)
		}
		bound = min(bound, part)
		for len(splits) > 0 && v.use[splits[len(splits)-1]] == unused {
			v.use[splits[len(splits)-1]] = undecided
			splits = splits[:len(splits)-1]
		}
		if len(splits) == 0 {
			if at != len(proof)-1 {
				return 0, fmt.Errorf("%w: it ends at step %d of %d", ErrProof, at, len(proof))
			}
			return bound, nil
		}
		v.use[splits[len(splits)-1]] = unused
	}
	return 0, fmt.Errorf("%w: a part is missing at its end", ErrProof)
}

// part returns the bound of one part, +Inf where the part holds no plan.
func (v *proofReader) part(step Step) (float64, error) {
	var chosen, open []int
	for s, d := range v.use {
		switch d {
		case used:
			chosen = append(chosen, s)
		case undecided:
			open = append(open, s)
		}
	}
	need := v.p.Place - len(chosen)
	switch {
	case need < 0 || need > len(open):
		return math.Inf(1), nil
	case step.Kind == Single && (need == 0 || need == len(open)):
		if need > 0 {
			chosen = append(chosen, open...)
		}
		return bruteValue(v.p, chosen), nil
	case step.Kind == Single:
		return 0, fmt.Errorf("%d of %d free sites can still be chosen: more than one plan is left", need, len(open))
	case step.Kind != Relax || step.Index < 0 || step.Index >= len(v.vectors):
		return 0, fmt.Errorf("kind %d, index %d is no step", step.Kind, step.Index)
	}
	r := v.relax(step.Index)
	bound := r.constant
	for _, s := range chosen {
		bound += r.rho[s]
	}
	for _, s := range r.order {
		if need > 0 && v.use[s] == undecided {
			bound += r.rho[s]
			need--
		}
	}
	return bound / 1000, nil
}

// relax evaluates a vector by definition, once: for each client of weight w, level k with step
// b = aₖ − aₖ₊₁ and multiplier μ, the constant gains w·b·k·μ and each site w·b·min(0, time − μ).
func (v *proofReader) relax(vector int) *relaxation {
	r := &v.relaxed[vector]
	if r.known {
		return r
	}
	p, mu := v.p, v.vectors[vector]
	b := boundSteps(p)
	r.known, r.rho = true, make([]float64, p.Sites)
	for l, layer := range p.Layers {
		for k, bk := range b {
			if bk == 0 {
				continue
			}
			level := mu[(l*p.Levels+k)*p.Cells:][:p.Cells]
			for i, w := range layer.Weight {
				r.constant += w * bk * float64(k+1) * level[i]
			}
			for s := range r.rho {
				sum := 0.0
				for i, t := range layer.Time.Row(s) {
					if d := float64(min(t, Cap)) - level[i]; d < 0 {
						sum += layer.Weight[i] * d
					}
				}
				r.rho[s] += bk * sum
			}
		}
	}
	for s := range r.rho {
		r.order = append(r.order, s)
	}
	slices.SortStableFunc(r.order, func(x, y int) int {
		if r.rho[x] < r.rho[y] {
			return -1
		} else if r.rho[x] > r.rho[y] {
			return 1
		}
		return 0
	})
	return r
}

// boundSteps returns b for the bound: of the shares where they fall with k, which is so for busy ≤ ½,
// else of the largest falling shares whose tail sums are nowhere above those of the real ones
// (the slopes of the greatest convex minorant of the tail sums; docs/optimiser.md).
func boundSteps(p *Problem) []float64 {
	n := p.Levels
	tail := make([]float64, n+1) // tail[k] is the share of calls that levels k+1… serve
	for k := n - 1; k >= 0; k-- {
		tail[k] = tail[k+1] + share(p, k+1)
	}
	fall := make([]float64, n+1)
	for k := 0; k < n; {
		// The hull's next edge from k: the steepest descent, and of equals the farthest.
		next, slope := n, math.Inf(-1)
		for m := k + 1; m <= n; m++ {
			if s := (tail[k] - tail[m]) / float64(m-k); s >= slope {
				next, slope = m, s
			}
		}
		for ; k < next; k++ {
			fall[k] = slope
		}
	}
	b := make([]float64, n)
	for k := range b {
		b[k] = max(0, fall[k]-fall[k+1])
	}
	return b
}

// nextValue returns the least value from the bound upwards that a plan can have, in seconds: where one
// facility serves each cell and all weights are whole, every value is a whole multiple of the greatest
// common divisor of the times. It leaves the bound where that is fine-grained beside rounding errors.
func nextValue(p *Problem, bound float64) float64 {
	if p.Busy > 0 && p.Levels > 1 {
		return bound
	}
	divisor := uint32(0)
	for _, layer := range p.Layers {
		for _, w := range layer.Weight {
			if math.Floor(w) != w {
				return bound
			}
		}
		for s := range p.Sites {
			if divisor == 1 {
				break
			}
			if slices.Contains(p.Forbidden, s) {
				continue
			}
			for _, t := range layer.Time.Row(s) {
				divisor = commonDivisor(divisor, uint32(min(t, Cap)))
			}
		}
	}
	unit := float64(divisor) / 1000
	if divisor == 0 || bound > 1e8*unit {
		return bound
	}
	return max(bound, unit*math.Ceil(bound/unit-1e-6))
}

// commonDivisor is Euclid's algorithm.
func commonDivisor(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
