package planning

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/optimiser"
)

// maxRounds is how many plans are made at most to find a busy fraction; sameBusy is within what two of them, of
// three decimals, are the same: one unit apart.
const (
	maxRounds = 5
	sameBusy  = 0.0015
)

// findsBusy reports whether a plan's busy fraction is found together with the plan.
func (s *Scenario) findsBusy() bool { return s.Objective.countsBusy() && s.Busy == nil }

// setBusy has the objective count a busy fraction.
func (st *study) setBusy(q float64) {
	st.busy = q
	for i := range st.parts {
		st.car.Layers[i].Share = st.scenario.shares(q, st.parts[i].cars)
	}
}

// placeSettled places the cars for the busy fraction that they bring about, where the scenario gives none:
// settle finds it with plans made in little time. The plan proper has the time that is left; if it ends
// before that and still brings about another fraction, it is gone on from with that one.
//
// What proves the plan is made for the last fraction. Where cars stand changes how long their ways are,
// and where centres are how long cars are out; centres do not depend on the busy fraction, so that they are
// placed once, before.
func (st *study) placeSettled(ctx context.Context, ways conveyances, settled Progress, progress func(Progress)) (*solution, error) {
	if !st.scenario.findsBusy() {
		return st.placeCars(ctx, nil, settled, progress)
	}
	from, rounds, err := st.settle(ctx, ways, progress)
	if err != nil {
		return nil, err
	}
	for {
		r, err := st.placeCars(ctx, start(from), settled, progress)
		if err != nil {
			return nil, err
		}
		r.rounds = rounds
		next, err := st.bringsAbout(st.stands(r), ways)
		same := math.Abs(next-st.busy) < sameBusy || (next == 0) != (st.busy == 0)
		if err != nil || same || rounds == maxRounds || r.cars.Status == optimiser.Stopped {
			return r, err
		}
		st.setBusy(next)
		rounds++
		from = r.cars
	}
}

// goodStart is the gap up to which going on from a plan beats starting afresh: a search that was stopped
// early has multipliers that lead nowhere soon.
const goodStart = 0.05

// start returns a plan that is worth going on from, or nil.
func start(plan *optimiser.Plan) *optimiser.Plan {
	if plan == nil || plan.Certificate.Value-plan.Certificate.Bound > goodStart*plan.Certificate.Value {
		return nil
	}
	return plan
}

// bringsAbout returns how busy cars at the given posts are.
func (st *study) bringsAbout(cars []post, ways conveyances) (float64, error) {
	w, err := st.workloads(cars, ways, false)
	if err != nil {
		return 0, err
	}
	return w.busy(), nil
}

// settle finds the busy fraction that a plan made with it brings about: it plans in a tenth of the
// time limit a round, works out how busy the cars are, and plans with that, until it stays the same to
// three decimals. Where busy fractions come round again instead, the one is kept that was missed least.
// It returns the last round's plan, to go on from, and the number of rounds.
func (st *study) settle(ctx context.Context, ways conveyances, progress func(Progress)) (last *optimiser.Plan, rounds int, err error) {
	best, missed := st.busy, math.Inf(1)
	tried := map[float64]bool{}
	for rounds < maxRounds && !tried[st.busy] {
		progress(Progress{Stage: StageBusy, Fraction: stageSpan[StageBusy][0] + stageSpan[StageBusy][1]*float64(rounds)/maxRounds})
		tried[st.busy] = true
		rounds++
		if last, err = st.brief(ctx, start(last)); err != nil {
			return nil, rounds, err
		}
		next, err := st.bringsAbout(st.stands(&solution{cars: last}), ways)
		if err != nil {
			return nil, rounds, err
		}
		if off := math.Abs(next - st.busy); off < missed {
			best, missed = st.busy, off
		}
		if next == st.busy {
			break
		}
		if (next == 0) != (st.busy == 0) {
			last = nil // the problem has another form
		}
		st.setBusy(next)
	}
	if (best == 0) != (st.busy == 0) {
		last = nil
	}
	st.setBusy(best)
	return last, rounds, nil
}

// brief places the cars in little time, going on from an earlier plan where there is one.
func (st *study) brief(ctx context.Context, from *optimiser.Plan) (*optimiser.Plan, error) {
	ctx, stop := context.WithTimeout(ctx, st.scenario.TimeLimit/10)
	defer stop()
	return st.optimise(ctx, st.car, optimiser.Settings{From: from, Quick: true})
}

// claimedBusy takes over the busy fraction that a document says was found, and returns in how many rounds.
func (st *study) claimedBusy(d *Document) (rounds int, err error) {
	if d.Workloads == nil {
		return 0, errors.New("workloads: there must be some")
	}
	if !st.scenario.findsBusy() {
		return 0, nil
	}
	if q := d.Busy; !(q >= 0 && q <= MaxBusy) || q != round(q, 3) {
		return 0, fmt.Errorf("busy: %g is no busy fraction: want 0 to %g with three decimals", q, MaxBusy)
	}
	if rounds = d.Workloads.Rounds; rounds < 1 || rounds > maxRounds {
		return 0, fmt.Errorf("workloads.rounds: %d, want 1 to %d", rounds, maxRounds)
	}
	st.setBusy(d.Busy)
	return rounds, nil
}
