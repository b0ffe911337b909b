package fair

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Problem is a placement problem whose demand is divided into parts.
type Problem struct {
	// Demand is the whole problem; its own objective is the mean over all parts.
	Demand *optimiser.Problem
	// Names of the parts, for errors and reports.
	Names []string
	// Part is, for each layer of Demand and each cell, the part that the cell's demand belongs to. A
	// sample of the future is a layer of its own, all of one part.
	Part [][]int32
}

// ErrProblem is wrapped by the errors of Validate that are about parts, ErrAim by those about what is
// asked of them.
var (
	ErrProblem = errors.New("fair: invalid problem")
	ErrAim     = errors.New("fair: invalid aim")
)

// Validate returns nil, or everything that is wrong, joined: the faults of Demand, and those of the parts.
func (p *Problem) Validate() error {
	if p.Demand == nil {
		return fmt.Errorf("%w: Demand is nil", ErrProblem)
	}
	errs := []error{p.Demand.Validate()}
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrProblem, fmt.Sprintf(format, args...)))
	}
	if len(p.Names) == 0 {
		wrong("Names is empty; at least one part is needed")
	}
	if len(p.Part) != len(p.Demand.Layers) {
		wrong("Part has %d layers; Demand has %d", len(p.Part), len(p.Demand.Layers))
	}
	for l, part := range p.Part {
		if len(part) != p.Demand.Cells {
			wrong("Part[%d] has %d entries; Demand.Cells is %d", l, len(part), p.Demand.Cells)
		}
		if at := slices.IndexFunc(part, func(b int32) bool { return b < 0 || int(b) >= len(p.Names) }); at >= 0 {
			wrong("Part[%d][%d] is %d; from 0 to %d is allowed", l, at, part[at], len(p.Names)-1)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for b, w := range p.totals() {
		if !(w > 0) {
			wrong("part %d (%s) has no demand, so that it has no mean: leave it out", b, p.Names[b])
		}
	}
	return errors.Join(errs...)
}

// totals returns the weight of each part, added up layer by layer, cell by cell.
func (p *Problem) totals() []float64 {
	total := make([]float64, len(p.Names))
	for l := range p.Demand.Layers {
		for i, w := range p.Demand.Layers[l].Weight {
			total[p.Part[l][i]] += w
		}
	}
	return total
}

// Shares returns each part's share of all demand; they sum to 1. The problem must be valid.
func (p *Problem) Shares() []float64 {
	share, sum := p.totals(), 0.0
	for _, w := range share {
		sum += w
	}
	for b := range share {
		share[b] /= sum
	}
	return share
}

// Reweighted returns the placement problem whose objective is Σ factor·mean over the parts, in seconds:
// Demand with each weight multiplied by its part's factor, itself divided by the part's demand. Times
// are shared. The problem must be valid and factor have an entry of at least 0 for each part.
func (p *Problem) Reweighted(factor []float64) *optimiser.Problem {
	per := p.totals()
	for b := range per {
		per[b] = factor[b] / per[b]
	}
	again := *p.Demand
	again.Layers = slices.Clone(p.Demand.Layers)
	for l := range again.Layers {
		weight := slices.Clone(again.Layers[l].Weight)
		for i := range weight {
			weight[i] *= per[p.Part[l][i]]
		}
		again.Layers[l].Weight = weight
	}
	return &again
}
