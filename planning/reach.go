package planning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
)

// checkWorst refuses, before any search, what no plan can do about worst_minutes: with the cells, or with
// the number of cars, and with what would do. Where all cars are alike it finds a plan that keeps it, for the search to
// start from: st.reaching.
func (st *study) checkWorst(ctx context.Context) error {
	if st.scenario.WorstMinutes == 0 {
		return nil
	}
	limit, given := roadTime(st.scenario.WorstMinutes), fmt.Sprint(st.scenario.WorstMinutes)
	alike := len(st.words.groups) == 1 && len(st.words.rules) == 0 && st.scenario.PerSite == 1
	var beyond []int
	var least road.Millis
	for i := range st.parts {
		d := optimiser.Diagnose(st.car, len(st.parts)+i, limit) // capWorst's layer of the part
		if len(d.Beyond) > 0 {
			beyond, least = append(beyond, d.Beyond...), max(least, d.Least)
		} else if n := st.parts[i].cars; len(d.Apart) > n && !alike {
			return refuse("worst_minutes", given, fmt.Sprintf("more, or at least %d cars where %d may serve: so many cells are too far apart for any two of them to be reached from one site, in %s",
				len(d.Apart), n, st.cellsInWords(d.Apart)))
		}
	}
	if len(beyond) > 0 {
		slices.Sort(beyond)
		if least >= optimiser.Cap {
			least = road.Unreachable
		}
		return refuse("worst_minutes", given, st.beyondReach(slices.Compact(beyond), least))
	}
	if !alike {
		return nil
	}
	return st.checkNumber(ctx, limit, given)
}

// checkNumber refuses a number of cars, all alike, that is too small to reach every cell.
func (st *study) checkNumber(ctx context.Context, limit road.Millis, given string) error {
	ctx, stop := context.WithTimeout(ctx, min(5*time.Second, st.scenario.TimeLimit/4))
	defer stop()
	p, settings := st.covering(), cover.Settings{Seed: st.scenario.Seed}
	fewest, err := cover.Fewest(ctx, p, limit, settings)
	if err != nil {
		return err
	}
	if fewest.Bound > st.scenario.Cars {
		centred, err := cover.Centre(ctx, p, st.scenario.Cars, settings)
		if err != nil {
			return err
		}
		return refuse("worst_minutes", given, fmt.Sprintf("at least %.2f with %d cars, or %d cars: fewer than %d cannot do (proved)",
			minutesOf(centred.Worst), st.scenario.Cars, len(fewest.Sites), fewest.Bound))
	}
	if len(fewest.Sites) <= st.scenario.Cars {
		st.reaching = st.filledUp(fewest.Sites)
	}
	return nil
}

// freePlan returns what the search for a plan that keeps worst_minutes begins with, nil where there is no
// such limit: the plan that was found to keep it, or else the best without the limit, with the multipliers of that
// one and none for the limit, which bound both.
func (st *study) freePlan(ctx context.Context, report func(value, bound float64)) (*optimiser.Plan, error) {
	if st.scenario.WorstMinutes == 0 {
		return nil, nil
	}
	if end, ok := ctx.Deadline(); ok {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Until(end)*2/5)
		defer stop()
	}
	free := *st.car
	free.Layers = free.Layers[:len(st.parts)]
	plan, err := st.optimise(ctx, &free, optimiser.Settings{Progress: func(_, bound float64) { report(0, bound) }})
	if err != nil {
		return nil, err
	}
	from := &optimiser.Plan{Sites: plan.Sites}
	if st.reaching != nil {
		from.Sites = st.reaching
	}
	if m := plan.Certificate.Multiplier; len(m) > 0 {
		vector := 0
		for _, l := range free.Layers {
			vector += len(l.Share) * free.Cells
		}
		from.Certificate.Multiplier = make([]float64, vector+len(st.parts)*free.Cells)
		copy(from.Certificate.Multiplier, m[:vector])
	}
	return from, nil
}

// filledUp returns the posts of sites, and as many others as the scenario has cars left.
func (st *study) filledUp(sites []int) (posts []int) {
	left := st.scenario.Cars - len(sites)
	for i, p := range st.posts {
		if slices.Contains(sites, p.site) {
			posts = append(posts, i)
		} else if left > 0 {
			posts, left = append(posts, i), left-1
		}
	}
	return posts
}

// keptWorst refuses a plan that was found but leaves a cell beyond worst_minutes.
func (st *study) keptWorst(r *solution) error {
	if st.scenario.WorstMinutes == 0 {
		return nil
	}
	worst := st.serve(st.stands(r), st.busy).worst()
	if worst <= roadTime(st.scenario.WorstMinutes) {
		return nil
	}
	return refuse("worst_minutes", fmt.Sprint(st.scenario.WorstMinutes),
		fmt.Sprintf("more, more cars, or a longer time_limit: no plan was found that keeps it, which proves nothing; %.2f would do", minutesOf(worst)))
}
