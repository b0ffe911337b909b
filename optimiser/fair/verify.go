package fair

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// Verify's sentinels: which check a plan failed. The error says what was found.
var (
	ErrSites  = errors.New("fair: the plan's sites do not satisfy the problem")
	ErrMeans  = errors.New("fair: the plan's means are wrong")
	ErrValue  = errors.New("fair: the plan's value is wrong")
	ErrFactor = errors.New("fair: the certificate's factors are malformed")
	ErrProof  = errors.New("fair: the certificate's proof does not hold")
	ErrBound  = errors.New("fair: the certificate's bound is wrong")
	ErrStatus = errors.New("fair: the plan's status is wrong")
)

// exactness is the relative difference allowed between a stated number and the recomputed one, ten
// times that of optimiser.Verify: powers and norms add their rounding.
const exactness = 1e-8

// Verify recomputes a plan's means and value by brute evaluation, has optimiser.Verify check the proof
// against the placement problem with the certificate's factors, built anew, and derives the bound from it again. It shares
// no code with the solver. A nil answer means: the sites satisfy the problem, Value is the aim at
// them, and no plan (for Capped: none within the caps) has an aim below Bound. Otherwise the error wraps
// the sentinel of the first check that failed, or what Validate found.
func Verify(p *Problem, aim Aim, plan *Plan) error {
	if err := errors.Join(p.Validate(), aim.check(len(p.Names))); err != nil {
		return err
	}
	means, err := checkPlan(p, plan)
	if err != nil {
		return err
	}
	share := p.Shares()
	value, over := valueOf(&aim, share, means)
	if !like(plan.Certificate.Value, value, means) {
		return fmt.Errorf("%w: it states %v; its sites give %v", ErrValue, plan.Certificate.Value, value)
	}
	if clear := !like(over, 0, means); clear && plan.Within != (over < 0) {
		return fmt.Errorf("%w: it states that the caps are kept: %v; some part is %v s above its own, or all as much below", ErrStatus, plan.Within, over)
	}
	bound, err := boundOf(p, &aim, share, &plan.Certificate)
	if err != nil {
		return err
	}
	if !like(plan.Certificate.Bound, bound, means) {
		return fmt.Errorf("%w: it states %v; its proof gives %v", ErrBound, plan.Certificate.Bound, bound)
	}
	return checkStatus(plan, value, bound, means)
}

// checkPlan checks the sites, the means and their mean.
func checkPlan(p *Problem, plan *Plan) ([]float64, error) {
	if err := p.Demand.Allows(plan.Sites); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSites, err)
	}
	means, all := bruteMeans(p, plan.Sites)
	if len(plan.Means) != len(means) {
		return nil, fmt.Errorf("%w: %d of them for %d parts", ErrMeans, len(plan.Means), len(means))
	}
	for b, v := range means {
		if !like(plan.Means[b], v, means) {
			return nil, fmt.Errorf("%w: part %d (%s) is stated as %v; the sites give %v", ErrMeans, b, p.Names[b], plan.Means[b], v)
		}
	}
	if !like(plan.Mean, all, means) {
		return nil, fmt.Errorf("%w: over all it is stated as %v; the sites give %v", ErrMeans, plan.Mean, all)
	}
	return means, nil
}

// bruteMeans returns the mean of each part and of all demand, in seconds, by definition: each client's
// costs sorted and weighed by who serves it.
func bruteMeans(p *Problem, sites []int) (means []float64, all float64) {
	means = make([]float64, len(p.Names))
	weight := make([]float64, len(p.Names))
	total, sum := 0.0, 0.0
	for l := range p.Demand.Layers {
		for cell, w := range p.Demand.Layers[l].Weight {
			expected := bruteCost(p.Demand, &p.Demand.Layers[l], sites, cell)
			b := p.Part[l][cell]
			means[b] += w * expected
			weight[b] += w
			sum += w * expected
			total += w
		}
	}
	for b := range means {
		means[b] /= weight[b]
	}
	return means, sum / total
}

// bruteCost is what a cell pays in a layer, in seconds.
func bruteCost(d *optimiser.Problem, layer *optimiser.Layer, sites []int, cell int) float64 {
	var times []road.Millis
	for range layer.Share { // stand-ins for facilities that are missing
		times = append(times, optimiser.Cap)
	}
	for _, s := range sites {
		if layer.Off != nil && layer.Off[s] {
			continue
		}
		row := s
		if d.Row != nil {
			row = int(d.Row[s])
		}
		times = append(times, min(layer.Time.Row(row)[cell], optimiser.Cap))
	}
	slices.Sort(times)
	expected := 0.0
	for k, share := range layer.Share {
		cost := times[k].Seconds()
		if layer.Curve != nil {
			cost = float64(layer.Curve.At(times[k])) / 1000
		}
		expected += share * cost
	}
	return expected
}

// valueOf is the aim at the parts' means, by its definition, and the most that a part is above its cap:
// below 0 where none is.
func valueOf(aim *Aim, share, means []float64) (value, over float64) {
	over = math.Inf(-1)
	switch aim.Kind {
	case Balanced:
		return norm(share, means, aim.Power), over
	case Equal:
		value = math.Inf(-1)
		for b, v := range means {
			value = max(value, (v-at(aim.Less, b, 0))/at(aim.Per, b, 1))
		}
		return value, over
	}
	for b, v := range means {
		value += share[b] * v
		over = max(over, v-aim.Cap[b])
	}
	return value, over
}

// norm is (Σ share·xᵖ)^(1/p), in units of the largest x so that no power overflows or vanishes.
func norm(share, x []float64, p float64) float64 {
	unit, sum := slices.Max(x), 0.0
	if unit == 0 {
		return 0
	}
	for b, s := range share {
		sum += s * math.Pow(x[b]/unit, p)
	}
	return unit * math.Pow(sum, 1/p)
}

func at(list []float64, b int, otherwise float64) float64 {
	if list == nil {
		return otherwise
	}
	return list[b]
}

// boundOf has the proof checked and returns the bound that follows from it.
func boundOf(p *Problem, aim *Aim, share []float64, c *Certificate) (float64, error) {
	if len(c.Factor) != len(p.Names) {
		return 0, fmt.Errorf("%w: %d of them for %d parts", ErrFactor, len(c.Factor), len(p.Names))
	}
	for b, f := range c.Factor {
		if !(f >= 0 && f <= 1e12) {
			return 0, fmt.Errorf("%w: part %d (%s) has %v; from 0 to 1e12 is allowed", ErrFactor, b, p.Names[b], f)
		}
	}
	if c.Proof == nil {
		return 0, fmt.Errorf("%w: it is missing", ErrProof)
	}
	if err := optimiser.Verify(p.Reweighted(c.Factor), c.Proof); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrProof, err)
	}
	bound, ok := follows(aim, share, c.Factor, c.Proof.Certificate.Bound)
	if !ok {
		return 0, fmt.Errorf("%w: nothing follows from them for the aim %s", ErrFactor, aim.Kind)
	}
	return bound, nil
}

// follows returns what Σ factor·v ≥ least says of the aim, by the three lemmas of docs/equity.md.
func follows(aim *Aim, share, factor []float64, least float64) (float64, bool) {
	switch aim.Kind {
	case Balanced:
		ratio := make([]float64, len(factor))
		for b, f := range factor {
			ratio[b] = f / share[b]
		}
		d := slices.Max(ratio)
		if aim.Power > 1 {
			d = norm(share, ratio, aim.Power/(aim.Power-1))
		}
		return least / d, d > 0
	case Equal:
		sum := 0.0
		for b, f := range factor {
			sum += f * at(aim.Per, b, 1)
			least -= f * at(aim.Less, b, 0)
		}
		return least / sum, sum > 0
	}
	scale := 0.0
	for b, f := range factor {
		scale = max(scale, share[b]/f)
	}
	if !(scale <= mostScale) {
		return 0, false
	}
	bound := scale * least
	for b, f := range factor {
		bound -= (scale*f - share[b]) * aim.Cap[b]
	}
	return bound, true
}

// checkStatus checks that Optimal is stated if and only if the bound meets the value of a plan within
// the caps.
func checkStatus(plan *Plan, value, bound float64, means []float64) error {
	switch s := plan.Status; {
	case s != optimiser.Optimal && s != optimiser.Converged && s != optimiser.Stopped:
		return fmt.Errorf("%w: %q is none of %q, %q, %q", ErrStatus, s, optimiser.Optimal, optimiser.Converged, optimiser.Stopped)
	case s == optimiser.Optimal && !plan.Within:
		return fmt.Errorf("%w: %q, but a part is above its cap", ErrStatus, s)
	case s == optimiser.Optimal && bound < value && !like(bound, value, means):
		return fmt.Errorf("%w: %q, but the bound %v is below the value %v", ErrStatus, s, bound, value)
	}
	return nil
}

// like reports whether two numbers are the same but for rounding; the means give the size of what was
// added up.
func like(stated, computed float64, means []float64) bool {
	return math.Abs(stated-computed) <= exactness*max(math.Abs(computed), slices.Max(means))
}

// VerifyRobust checks a Robust as Verify does a plan: the bound of each sample, and both plans.
func VerifyRobust(p *Problem, good float64, r *Robust) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if len(r.Alone) != len(p.Names) {
		return fmt.Errorf("%w: bounds of %d samples for %d", ErrProof, len(r.Alone), len(p.Names))
	}
	for b, plan := range r.Alone {
		if err := optimiser.Verify(p.Alone(b), plan); err != nil {
			return fmt.Errorf("%w: sample %d (%s) alone: %w", ErrProof, b, p.Names[b], err)
		}
	}
	if err := Verify(p, Aim{Kind: Balanced, Power: 1}, r.Mean); err != nil {
		return fmt.Errorf("best on the mean: %w", err)
	}
	if err := Verify(p, Aim{Kind: Balanced, Power: 1}, r.OnMean); err != nil {
		return fmt.Errorf("by the mean: %w", err)
	}
	return Verify(p, RegretOf(r.Bounds(), good), r.Plan)
}
