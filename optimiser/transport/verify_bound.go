package transport

import (
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// proofBound returns the bound that the certificate's proof establishes: the least over its parts.
// slack is the rounding error to allow for: a bound is a difference of sums that can be much larger.
func proofBound(p *Problem, cert *Certificate) (bound, slack float64, err error) {
	size := len(p.Layers) * p.Cells
	if len(cert.Multiplier)%size != 0 {
		return 0, 0, fmt.Errorf("%w: %d numbers; a multiple of layers × cells = %d is needed", optimiser.ErrMultiplier, len(cert.Multiplier), size)
	}
	for i, m := range cert.Multiplier {
		if !wholeMillis(m) {
			return 0, 0, fmt.Errorf("%w: number %d is %v s; whole milliseconds from 0 to %v s are allowed", optimiser.ErrMultiplier, i, m, optimiser.Cap.Seconds())
		}
	}
	proof := cert.Proof
	if len(proof) == 0 {
		proof = []optimiser.Step{{Kind: optimiser.Relax, Index: 0}}
	}
	v := &proofReader{p: p, cert: cert, use: make([]decision, p.Sites), relaxed: make([]relaxation, len(cert.Multiplier)/size)}
	for _, s := range p.Forbidden {
		v.use[s] = unused
	}
	for _, s := range p.Fixed {
		v.use[s] = used
	}
	bound, err = v.read(proof)
	return bound, v.slack, err
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
	constant float64   // weighted seconds, as is rho
	rho      []float64 // per site, ≤ 0
	order    []int     // sites by rho
}

// proofReader walks a proof in preorder.
type proofReader struct {
	p       *Problem
	cert    *Certificate
	use     []decision
	relaxed []relaxation
	slack   float64
}

// read walks the whole tree. Of each split it goes into the part that uses the site, and keeps the
// site on a stack until that part is done.
func (v *proofReader) read(proof []optimiser.Step) (float64, error) {
	bound := math.Inf(1)
	var splits []int
	for at, step := range proof {
		if step.Kind == optimiser.Split {
			if step.Index < 0 || step.Index >= v.p.Sites || v.use[step.Index] != undecided {
				return 0, fmt.Errorf("%w: step %d splits on site %d, which is not free there", optimiser.ErrProof, at, step.Index)
			}
			v.use[step.Index] = used
			splits = append(splits, step.Index)
			continue
		}
		part, err := v.part(step)
		if err != nil {
			return 0, fmt.Errorf("%w: step %d: %w", optimiser.ErrProof, at, err)
		}
		bound = min(bound, part)
		for len(splits) > 0 && v.use[splits[len(splits)-1]] == unused {
			v.use[splits[len(splits)-1]] = undecided
			splits = splits[:len(splits)-1]
		}
		if len(splits) == 0 {
			if at != len(proof)-1 {
				return 0, fmt.Errorf("%w: it ends at step %d of %d", optimiser.ErrProof, at, len(proof))
			}
			return bound, nil
		}
		v.use[splits[len(splits)-1]] = unused
	}
	return 0, fmt.Errorf("%w: a part is missing at its end", optimiser.ErrProof)
}

// part returns the bound of one part, +Inf where the part holds no plan.
func (v *proofReader) part(step optimiser.Step) (float64, error) {
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
	set := len(v.p.Layers) * v.p.Place
	switch {
	case need < 0 || need > len(open):
		return math.Inf(1), nil
	case step.Kind == optimiser.Single && need > 0 && need < len(open):
		return 0, fmt.Errorf("%d of %d free sites can still be chosen: more than one plan is left", need, len(open))
	case step.Kind == optimiser.Single && step.Index >= 0 && step.Index < len(v.cert.Price)/set:
		if need > 0 {
			chosen = append(chosen, open...)
			slices.Sort(chosen)
		}
		least, slack := priced(v.p, chosen, v.cert.Price[step.Index*set:(step.Index+1)*set])
		v.slack = max(v.slack, slack)
		return least, nil
	case step.Kind != optimiser.Relax || step.Index < 0 || step.Index >= len(v.relaxed):
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
	return bound, nil
}

// relax evaluates a vector by definition, once: the constant gains weight × multiplier of each client,
// and each site loses the most that clients who go there for their multipliers can save within its room.
func (v *proofReader) relax(vector int) *relaxation {
	r := &v.relaxed[vector]
	if r.known {
		return r
	}
	p := v.p
	r.known, r.rho = true, make([]float64, p.Sites)
	for l := range p.Layers {
		layer := &p.Layers[l]
		u := v.cert.Multiplier[(vector*len(p.Layers)+l)*p.Cells:][:p.Cells]
		for i, w := range layer.Weight {
			r.constant += w * u[i]
		}
		for s := range r.rho {
			r.rho[s] -= mostSaved(layer, s, u)
		}
	}
	v.slack = max(v.slack, exactness/1000*r.constant)
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

// mostSaved returns the most that clients can save at a site within its room. By duality of the knapsack
// it is the least over prices θ ≥ 0 of room·θ + Σ w·max(0, saving − θ), which is convex in θ: the least
// whole millisecond at which no more go than there is room for is found by halving.
func mostSaved(l *Layer, site int, u []float64) float64 {
	var saving, weight []float64
	total, all := 0.0, 0.0
	for i, t := range l.Time.Row(site) {
		if d := math.Round(1000*u[i]) - float64(t); d > 0 && l.Weight[i] > 0 {
			saving, weight = append(saving, d), append(weight, l.Weight[i])
			total += l.Weight[i]
			all += l.Weight[i] * d
		}
	}
	room := l.room(site)
	if total <= room {
		return all / 1000
	}
	low, high := 0, int(optimiser.Cap) // at low too many go, at high nobody does
	for high-low > 1 {
		middle, going := (low+high)/2, 0.0
		for n, d := range saving {
			if d > float64(middle) {
				going += weight[n]
			}
		}
		if going > room {
			low = middle
		} else {
			high = middle
		}
	}
	profit := room * float64(high)
	for n, d := range saving {
		profit += weight[n] * max(0, d-float64(high))
	}
	return profit / 1000
}
