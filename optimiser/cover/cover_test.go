package cover

import (
	"context"
	"errors"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"pgregory.net/rapid"
)

// small draws a problem of at most 12 sites and 14 cells with few different times, so that ties abound.
func small(t *rapid.T) *Problem {
	p := &Problem{Sites: rapid.IntRange(1, 12).Draw(t, "sites"), Cells: rapid.IntRange(1, 14).Draw(t, "cells")}
	most := rapid.IntRange(1, 40).Draw(t, "most")
	p.Time = &route.Matrix{Sites: p.Sites, Cells: p.Cells, T: make([]road.Millis, p.Sites*p.Cells)}
	for i := range p.Time.T {
		p.Time.T[i] = road.Millis(rapid.IntRange(0, most).Draw(t, "time"))
		if p.Time.T[i] == 7 {
			p.Time.T[i] = road.Unreachable
		}
	}
	if rapid.Bool().Draw(t, "weights") {
		p.Weight = make([]float64, p.Cells)
		for i := range p.Weight {
			p.Weight[i] = float64(rapid.IntRange(0, 2).Draw(t, "weight"))
		}
		p.Weight[0] = 1
	}
	for j := range p.Sites {
		switch rapid.IntRange(0, 9).Draw(t, "role") {
		case 0:
			p.Fixed = append(p.Fixed, j)
		case 1:
			if len(p.Forbidden) < p.Sites-1 {
				p.Forbidden = append(p.Forbidden, j)
			}
		}
	}
	return p
}

// brute tries every set of sites. worst[n] is the least worst time of n sites.
func brute(p *Problem) (worst []road.Millis) {
	worst = slices.Repeat([]road.Millis{road.Unreachable}, p.Sites+1)
	for plan := range uint(1) << p.Sites {
		ok := true
		for _, j := range p.Fixed {
			ok = ok && plan>>j&1 == 1
		}
		for _, j := range p.Forbidden {
			ok = ok && plan>>j&1 == 0
		}
		if !ok {
			continue
		}
		longest := road.Millis(0)
		for i := range p.Cells {
			if p.Weight != nil && p.Weight[i] == 0 {
				continue
			}
			least := road.Unreachable
			for j := range p.Sites {
				if plan>>j&1 == 1 {
					least = min(least, p.Time.Row(j)[i])
				}
			}
			longest = max(longest, least)
		}
		n := bits.OnesCount(plan)
		worst[n] = min(worst[n], longest)
	}
	return worst
}

func TestFewestAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := small(t)
		reach := road.Millis(rapid.IntRange(0, 40).Draw(t, "reach"))
		worst := brute(p)
		fewest := slices.IndexFunc(worst, func(w road.Millis) bool { return w <= reach })
		plan, err := Fewest(context.Background(), p, reach, Settings{})
		var not *UnreachedError
		switch {
		case errors.As(err, &not):
			if fewest >= 0 || not.Least <= reach || not.Least != slices.Min(worst) {
				t.Fatalf("%v, but %d sites do; least %d", err, fewest, slices.Min(worst))
			}
			return
		case err != nil:
			t.Fatal(err)
		}
		if len(plan.Sites) != fewest || plan.Bound != fewest || plan.Status != optimiser.Optimal {
			t.Fatalf("%d sites, bound %d, %s; brute force %d", len(plan.Sites), plan.Bound, plan.Status, fewest)
		}
		if err := VerifyFewest(p, plan); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCentreAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := small(t)
		place := rapid.IntRange(max(1, len(p.Fixed)), p.Sites-len(p.Forbidden)).Draw(t, "place")
		worst := brute(p)
		plan, err := Centre(context.Background(), p, place, Settings{})
		var few *TooFewError
		var not *UnreachedError
		switch {
		case errors.As(err, &not):
			if slices.Min(worst) < road.Unreachable {
				t.Fatalf("%v, but all sites together do", err)
			}
		case errors.As(err, &few):
			if worst[place] < road.Unreachable || few.Needed != slices.IndexFunc(worst, func(w road.Millis) bool { return w < road.Unreachable }) {
				t.Fatalf("%v; brute force %v", err, worst)
			}
		case err != nil:
			t.Fatal(err)
		default:
			if plan.Worst != worst[place] || plan.Bound != plan.Worst || plan.Status != optimiser.Optimal || len(plan.Sites) != place {
				t.Fatalf("%+v; brute force %d", plan, worst[place])
			}
			if err := VerifyCentre(p, plan); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestShareAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := small(t)
		reach := road.Millis(rapid.IntRange(0, 40).Draw(t, "reach"))
		share := rapid.Float64Range(0.01, 0.99).Draw(t, "share")
		fewest := p.Sites + 1
		for plan := range uint(1) << p.Sites {
			var sites []int
			for j := range p.Sites {
				if plan>>j&1 == 1 {
					sites = append(sites, j)
				}
			}
			ok := len(sites) > 0
			for _, j := range p.Fixed {
				ok = ok && slices.Contains(sites, j)
			}
			for _, j := range p.Forbidden {
				ok = ok && !slices.Contains(sites, j)
			}
			if not, all := missed(p, reach, sites); ok && not <= (1-share)*all*(1+1e-12) {
				fewest = min(fewest, len(sites))
			}
		}
		plan, err := FewestFor(context.Background(), p, reach, share, Settings{Workers: 1})
		var none *ShareError
		switch {
		case errors.As(err, &none):
			if fewest <= p.Sites {
				t.Fatalf("%v, but %d sites do", err, fewest)
			}
			return
		case err != nil:
			t.Fatal(err)
		}
		if len(plan.Sites) != fewest || plan.Bound > fewest {
			t.Fatalf("%d sites, bound %d, %s; brute force %d", len(plan.Sites), plan.Bound, plan.Status, fewest)
		}
		if err := VerifyShare(p, plan); err != nil {
			t.Fatal(err)
		}
	})
}

// town draws sites and cells in a square of 40 km and straight drives at 8 m/s.
func town(sites, cells int, seed uint64) *Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := &Problem{Sites: sites, Cells: cells, Time: &route.Matrix{Sites: sites, Cells: cells}}
	x, y := make([]float64, cells), make([]float64, cells)
	for i := range x {
		x[i], y[i] = 40000*rng.Float64(), 40000*rng.Float64()
	}
	for range sites {
		a, b := 40000*rng.Float64(), 40000*rng.Float64()
		for i := range x {
			dx, dy := x[i]-a, y[i]-b
			if dx < 0 {
				dx = -dx
			}
			if dy < 0 {
				dy = -dy
			}
			p.Time.T = append(p.Time.T, road.Millis(1000*(30+(dx+dy)/8)))
		}
	}
	return p
}

// TestDeadline stops searches at several moments: whatever they return holds, and soon enough.
func TestDeadline(t *testing.T) {
	p := town(300, 1500, 1)
	for _, limit := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		start := time.Now()
		few, err := Fewest(ctx, p, 900_000, Settings{})
		late := time.Since(start) - limit
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyFewest(p, few); err != nil {
			t.Errorf("%v: %v", limit, err)
		}
		cancel()
		ctx, cancel = context.WithTimeout(context.Background(), limit)
		start = time.Now()
		centre, err := Centre(ctx, p, 12, Settings{})
		late2 := time.Since(start) - limit
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyCentre(p, centre); err != nil {
			t.Errorf("%v: %v", limit, err)
		}
		cancel()
		t.Logf("%v: %d sites, bound %d, %v late; worst %v, bound %v, %v late", limit, len(few.Sites), few.Bound, late, centre.Worst, centre.Bound, late2)
	}
}
