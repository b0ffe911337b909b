package planning

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/fair"
)

// Regret is how a robust plan does in samples of the future. Road times; the mobilisation delay is left out.
type Regret struct {
	Samples int     `json:"samples"`
	Weeks   int     `json:"weeks"` // of calls in each
	Good    float64 `json:"good"`  // the regret that is good enough
	// Worst is the largest regret of the plan in any sample: how much longer than the bound of that sample calls wait, as a
	// share. The bound is below what the best plan for the sample can do, so that the true regret is no larger.
	Worst float64 `json:"worst"`
	// Bound: no plan has a worst regret below it, against the same bounds.
	Bound float64 `json:"bound"`
	// BestOnMean is the plan with the least mean over all samples that was found.
	BestOnMean MeanPlan       `json:"best_on_mean"`
	InWords    string         `json:"in_words"`
	BySample   []SampleRegret `json:"by_sample"`
	Note       string         `json:"note"` // how the samples were drawn
	Proof      *WeightedProof `json:"certificate"`
}

// MeanPlan is a plan judged by the mean of all samples.
type MeanPlan struct {
	Cars        []Site         `json:"cars"`
	MeanSeconds float64        `json:"mean_s"`
	Worst       float64        `json:"worst_regret"`
	Status      string         `json:"status"`
	Proof       *WeightedProof `json:"certificate"`
}

// SampleRegret is one sample.
type SampleRegret struct {
	BoundSeconds float64 `json:"bound_s"` // no plan has a lower mean in it
	MeanSeconds  float64 `json:"mean_s"`  // of the plan
	Regret       float64 `json:"regret"`
	OnMean       float64 `json:"best_on_mean_regret"` // of the plan that is best on the mean
	Problem      string  `json:"problem_sha256"`
	Bound        float64 `json:"bound"` // exact
	Proof        string  `json:"proof"` // multipliers of the bound
}

// futures returns the cars' problem over samples of the calls: each sample a part, of as many layers as the
// study's own. Calls in a cell and layer are Poisson about what is expected in so many weeks; the level and
// the days, which stray for all cells alike, are drawn too, and how long ways in a sector take.
func (st *study) futures() *fair.Problem {
	r := &st.scenario.Robust
	d := *st.car
	d.Layers = nil
	p := &fair.Problem{Demand: &d}
	straying := st.demand.straying(7 * r.Weeks)
	for s := range r.Samples {
		rng := rand.New(rand.NewPCG(r.Seed, uint64(s)))
		level := gamma(rng, straying.Level) * gamma(rng, straying.Day/float64(7*r.Weeks))
		var slow [geo.Sectors + 1]float64
		for i := range slow {
			slow[i] = round(math.Exp(r.Times.Spread*rng.NormFloat64()), 6) // the same on every processor
		}
		p.Names = append(p.Names, fmt.Sprintf("sample %d", s+1))
		for k := range st.parts {
			layer := st.car.Layers[k]
			layer.Weight = make([]float64, len(layer.Weight))
			for i, w := range st.parts[k].weight {
				if w > 0 {
					layer.Weight[i] = poisson(rng, w*float64(r.Weeks)*level) / float64(r.Weeks) * slow[st.city.Grid.Sector(grid.Index(i))]
				}
			}
			d.Layers = append(d.Layers, layer)
			p.Part = append(p.Part, slices.Repeat([]int32{int32(s)}, len(layer.Weight)))
		}
	}
	return p
}

// straying is how far the calls of so many days stray from what is expected.
func (d *Demand) straying(days int) count.Dispersion {
	if d.dispersion == nil {
		return count.Dispersion{}
	}
	return d.dispersion(days)
}

// gamma draws a multiplier of mean 1.
func gamma(rng *rand.Rand, variance float64) float64 {
	if variance <= 0 {
		return 1
	}
	return distuv.Gamma{Alpha: 1 / variance, Beta: 1 / variance, Src: rng}.Rand()
}

func poisson(rng *rand.Rand, mean float64) float64 {
	return distuv.Poisson{Lambda: mean, Src: rng}.Rand()
}

// samplesNote says how the samples were drawn.
func (st *study) samplesNote() string {
	r := &st.scenario.Robust
	note := fmt.Sprintf("Each sample is %d weeks of calls drawn from the forecast: Poisson in every cell, with days and a level that stray as the forecast says they do. "+
		"Those stray for all of London alike: they change how many calls come, not where. ", r.Weeks)
	if r.Times.Spread == 0 {
		return note + "Travel times are the same in all samples: how far they stray in London is not published, and the scenario gives no figure."
	}
	return note + fmt.Sprintf("All ways to calls in a sector are longer or shorter together, by a factor with a standard deviation of %.2f of its logarithm (%s).", r.Times.Spread, r.Times.Source)
}

// placeRobustly solves the problem of the cars over samples.
func (st *study) placeRobustly(ctx context.Context, settings fair.Settings) (*solution, error) {
	r, err := fair.SolveRobust(ctx, st.futures(), st.scenario.Robust.Regret, settings)
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	return fairly(&fairSolution{plan: r.OnMean, robust: r}), nil
}

// regret describes a robust plan.
func (st *study) regret(f *fairSolution) (*Regret, error) {
	s, r := &st.scenario.Robust, f.robust
	bounds := r.Bounds()
	own, mean := fair.Regrets(bounds, r.Plan.Means), fair.Regrets(bounds, r.Mean.Means)
	out := &Regret{
		Samples: s.Samples, Weeks: s.Weeks, Good: s.Regret, Note: st.samplesNote(),
		Worst: roundUp(slices.Max(own)), Bound: math.Floor(max(0, r.Plan.Certificate.Bound)*1e6) / 1e6,
		BestOnMean: MeanPlan{
			Cars: st.placed(fairly(&fairSolution{plan: r.Mean})), MeanSeconds: round(r.Mean.Mean, 3), Worst: roundUp(slices.Max(mean)), Status: string(r.Mean.Status),
		},
	}
	out.InWords = "No plan was found with a regret within the good one in every sample: this one has the least worst regret of those found."
	if slices.Max(own) <= s.Regret {
		out.InWords = fmt.Sprintf("In every sample calls wait at most %.2g %% longer than any plan for that sample alone could make them.", 100*out.Worst)
	}
	var errs [3]error
	out.Proof, errs[0] = weightedProof(&r.Plan.Certificate)
	out.BestOnMean.Proof, errs[1] = weightedProof(&r.Mean.Certificate)
	for b, alone := range r.Alone {
		text, err := encodeProof(&alone.Certificate)
		errs[2] = errors.Join(errs[2], err)
		out.BySample = append(out.BySample, SampleRegret{
			BoundSeconds: SecondsACall.boundOf(bounds[b]), MeanSeconds: round(r.Plan.Means[b], 3), Regret: roundUp(own[b]), OnMean: roundUp(mean[b]),
			Problem: hexDigest(alone.Certificate.Problem), Bound: bounds[b], Proof: text,
		})
	}
	return out, errors.Join(errs[:]...)
}

// roundUp rounds a regret to a millionth so that it is never made smaller.
func roundUp(x float64) float64 { return math.Ceil(x*1e6-1e-6) / 1e6 }

// claimedRobustly fills in the cars' part of a claimed robust solution.
func (st *study) claimedRobustly(d *Document, posts []int, r *solution) error {
	p, g := st.futures(), d.Regret
	if g == nil || len(g.BySample) != len(p.Names) {
		return fmt.Errorf("regret: one with %d samples is needed", len(p.Names))
	}
	out := &fair.Robust{}
	for b := range g.BySample {
		s, field := &g.BySample[b], fmt.Sprintf("regret.by_sample[%d]", b)
		w := WeightedProof{Problem: s.Problem, Bound: s.Bound, Proof: s.Proof}
		c, err := w.open(field)
		if err != nil {
			return err
		}
		plan := fair.AloneAt(p, b, posts, c)
		if err := optimiser.Verify(p.Alone(b), plan); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		out.Alone = append(out.Alone, plan)
	}
	mean := fair.Aim{Kind: fair.Balanced, Power: 1}
	standing, err := st.postsOf(g.BestOnMean.Cars, "regret.best_on_mean.cars")
	if err != nil {
		return err
	}
	if out.Mean, err = claimedPart(p, mean, "regret.best_on_mean", standing, g.BestOnMean.Status, g.BestOnMean.Proof); err != nil {
		return err
	}
	if out.OnMean, err = claimedPart(p, mean, "response.certificate", posts, d.Response.Status, d.Response.Certificate.Weighted); err != nil {
		return err
	}
	if out.Plan, err = claimedPart(p, fair.RegretOf(out.Bounds(), st.scenario.Robust.Regret), "regret", posts, string(optimiser.Converged), g.Proof); err != nil {
		return err
	}
	rounds := r.rounds
	*r = *fairly(&fairSolution{plan: out.OnMean, robust: out})
	r.rounds = rounds
	return nil
}
