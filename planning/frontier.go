package planning

import (
	"context"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/fair"
)

// Frontier is what serving the worst borough better costs the mean: plans beside the document's own. Road
// times; the mobilisation delay is left out, as in the plan's value.
type Frontier struct {
	Points []FrontierPoint `json:"points"` // the least mean first
	Note   string          `json:"note"`
	Proofs []WeightedProof `json:"certificates"` // several points may rest on one
}

// FrontierPoint is one plan.
type FrontierPoint struct {
	MeanSeconds  float64 `json:"mean_s"` // a call
	BoundSeconds float64 `json:"bound_s"`
	Gap          float64 `json:"gap"`
	WorstSeconds float64 `json:"worst_s"` // a call in the borough that waits longest
	Worst        string  `json:"worst"`
	// Cap: no plan in which no borough's mean is above it has a mean below BoundSeconds.
	Cap    float64 `json:"cap_s"`
	Status string  `json:"status"`
	Cars   []Site  `json:"cars"`
	Proof  int     `json:"certificate"` // its number in Proofs
}

// frontierNote says what the points are.
const frontierNote = "Each point is a plan of its own. Its bound holds for all plans in which every borough's mean road time is within the point's cap_s."

// sweep finds the frontier of mean and worst borough.
func (st *study) sweep(ctx context.Context) ([]fair.Point, error) {
	points, err := fair.Frontier(ctx, st.byBorough(), st.scenario.Frontier, fair.Settings{Seed: st.scenario.Seed})
	if err != nil {
		return nil, fmt.Errorf("frontier: %w", err)
	}
	return points, nil
}

// frontier describes it.
func (st *study) frontier(points []fair.Point) (*Frontier, error) {
	names := st.byBorough().Names
	f := &Frontier{Points: []FrontierPoint{}, Proofs: []WeightedProof{}, Note: frontierNote}
	for i := range points {
		t := &points[i]
		c := &t.Plan.Certificate
		at := slices.IndexFunc(f.Proofs, func(w WeightedProof) bool { return slices.Equal(w.Factor, c.Factor) })
		if at < 0 {
			w, err := weightedProof(c)
			if err != nil {
				return nil, err
			}
			at = len(f.Proofs)
			f.Proofs = append(f.Proofs, *w)
		}
		p := FrontierPoint{
			MeanSeconds: SecondsACall.valueOf(t.Plan.Mean), BoundSeconds: SecondsACall.boundOf(max(0, c.Bound)), WorstSeconds: round(t.Worst, 3),
			Worst: names[slices.Index(t.Plan.Means, t.Worst)], Cap: t.Cap, Status: string(t.Plan.Status),
			Cars: st.placed(fairly(&fairSolution{plan: t.Plan})), Proof: at,
		}
		p.Gap = SecondsACall.gapOf(p.MeanSeconds, p.BoundSeconds)
		f.Points = append(f.Points, p)
	}
	return f, nil
}

// claimedFrontier returns the points that a document claims, their proofs checked.
func (st *study) claimedFrontier(d *Document) ([]fair.Point, error) {
	if st.scenario.Frontier == 0 {
		return nil, nil
	}
	if d.Frontier == nil {
		return nil, fmt.Errorf("frontier: one is needed where scenario.frontier is not 0")
	}
	p := st.byBorough()
	var out []fair.Point
	for i := range d.Frontier.Points {
		t, field := &d.Frontier.Points[i], fmt.Sprintf("frontier.points[%d]", i)
		if t.Proof < 0 || t.Proof >= len(d.Frontier.Proofs) {
			return nil, fmt.Errorf("%s.certificate: %d of %d", field, t.Proof, len(d.Frontier.Proofs))
		}
		if !(t.Cap >= 0 && t.Cap <= optimiser.Cap.Seconds()) {
			return nil, fmt.Errorf("%s.cap_s: %v, want a time", field, t.Cap)
		}
		posts, err := st.postsOf(t.Cars, field+".cars")
		if err != nil {
			return nil, err
		}
		aim := fair.Aim{Kind: fair.Capped, Cap: slices.Repeat([]float64{t.Cap}, len(p.Names))}
		plan, err := claimedPart(p, aim, field, posts, t.Status, &d.Frontier.Proofs[t.Proof])
		if err != nil {
			return nil, err
		}
		if !plan.Within {
			return nil, fmt.Errorf("%s.cars: some borough's mean is above cap_s", field)
		}
		out = append(out, fair.Point{Plan: plan, Worst: slices.Max(plan.Means), Cap: t.Cap})
	}
	return out, nil
}
