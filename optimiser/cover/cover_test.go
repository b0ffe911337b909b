package cover

import (
	"context"
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"pgregory.net/rapid"
)

// small draws a problem of at most 12 sites and 14 cells with few different times, so that ties abound; now
// and then one of 24 cells that two or three sites reach in no time, which no reduction settles.
func small(t *rapid.T) *Problem {
	if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
		p := &Problem{Sites: 12, Cells: 24, Time: &route.Matrix{Sites: 12, Cells: 24, T: slices.Repeat([]road.Millis{50}, 12*24)}}
		for i := range p.Cells {
			for range 3 {
				p.Time.Row(rapid.IntRange(0, 11).Draw(t, "site"))[i] = 0
			}
		}
		return p
	}
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

// TestCentreOfManyCells is large enough for tests on some of the cells.
func TestCentreOfManyCells(t *testing.T) {
	for seed := range uint64(4) {
		p := town(10, manyCells+100, seed)
		p.Fixed, p.Forbidden = []int{3}, []int{4}
		worst := brute(p)
		for place := 1; place < 10; place++ {
			plan, err := Centre(context.Background(), p, place, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if plan.Worst != worst[place] || plan.Status != optimiser.Optimal {
				t.Errorf("seed %d: %d sites reach all in %d, %s; brute force %d", seed, place, plan.Worst, plan.Status, worst[place])
			}
			if err := VerifyCentre(p, plan); err != nil {
				t.Errorf("seed %d: %d sites: %v", seed, place, err)
			}
		}
	}
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

// TestInvariance relabels sites and cells, scales times, splits a cell in two: the answers stay.
func TestInvariance(t *testing.T) {
	p := town(60, 300, 5)
	rng := rand.New(rand.NewPCG(5, 2))
	sites, cells := rng.Perm(p.Sites), rng.Perm(p.Cells)
	other := &Problem{Sites: p.Sites, Cells: p.Cells + 1, Time: &route.Matrix{Sites: p.Sites, Cells: p.Cells + 1}}
	for _, j := range sites {
		for _, i := range cells {
			other.Time.T = append(other.Time.T, 3*p.Time.Row(j)[i])
		}
		other.Time.T = append(other.Time.T, 3*p.Time.Row(j)[7]) // cell 7 twice
	}
	ctx := context.Background()
	a, err := Fewest(ctx, p, 1_600_000, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fewest(ctx, other, 4_800_000, Settings{Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Sites) != len(b.Sites) || a.Status != optimiser.Optimal || b.Status != optimiser.Optimal {
		t.Errorf("%d sites, %s; relabelled %d, %s", len(a.Sites), a.Status, len(b.Sites), b.Status)
	}
	c, err := Centre(ctx, p, 8, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Centre(ctx, other, 8, Settings{Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	if 3*c.Worst != d.Worst || c.Status != optimiser.Optimal || d.Status != optimiser.Optimal {
		t.Errorf("worst %d, %s; relabelled %d, %s", c.Worst, c.Status, d.Worst, d.Status)
	}
	again, err := Centre(ctx, p, 8, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, again) {
		t.Error("the same problem and seed gave another plan")
	}
}

// TestInfeasible expects each refusal to say in numbers what would do.
func TestInfeasible(t *testing.T) {
	far := road.Unreachable
	p := &Problem{Sites: 3, Cells: 3, Time: &route.Matrix{Sites: 3, Cells: 3, T: []road.Millis{1000, 9000, far, far, 2000, far, far, far, 3000}}}
	ctx := context.Background()
	for _, c := range []struct {
		name string
		ask  func() error
		want string
	}{
		{"reach", func() error { _, err := Fewest(ctx, p, 1999, Settings{}); return err }, "cover: no allowed site reaches 2 of the cells within 1.999 s, cell 1 among them; 3 s would do"},
		{"too few", func() error { _, err := Centre(ctx, p, 1, Settings{}); return err }, "cover: 1 sites cannot reach all cells in any time; at least 2 are needed"},
		{"share", func() error { _, err := FewestFor(ctx, p, 1000, 0.5, Settings{}); return err }, "cover: all allowed sites together reach 33.33 % of demand within 1 s, not 50 %; 2 s would do"},
		{"no way", func() error {
			q := *p
			q.Forbidden = []int{2}
			_, err := Centre(ctx, &q, 2, Settings{})
			return err
		}, "cover: no allowed site reaches 1 of the cells within 2.147483646e+06 s, cell 2 among them; none would do"},
		{"place", func() error { _, err := Centre(ctx, p, 4, Settings{}); return err }, "cover: place is 4; from 1 to 3 is allowed"},
		{"share asked", func() error { _, err := FewestFor(ctx, p, 1000, 1, Settings{}); return err }, "cover: share is 1; above 0 and below 1 is allowed; for all demand, see Fewest"},
		{"all at once", func() error {
			_, err := Fewest(ctx, &Problem{Cells: 2, Weight: []float64{1, math.NaN()}, Fixed: []int{0}}, 1, Settings{})
			return err
		}, "cover: Sites is 0; at least 1 is needed\ncover: Time is nil; a matrix of Sites × Cells is needed\ncover: Weight[1] is NaN; a weight is from 0 to 1e15\ncover: Fixed[0] is 0; from 0 to -1 is allowed"},
	} {
		if err := c.ask(); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
	}
}

// TestDeadline stops searches at several moments: whatever they return holds, and soon enough.
func TestDeadline(t *testing.T) {
	p := town(300, 1500, 1)
	const last = 100 * time.Millisecond
	least := time.Hour // of several: the machine may be busy with other things
	for _, limit := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond, last} {
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
		if least = min(least, max(late, late2)); limit == last && least > 50*time.Millisecond {
			t.Errorf("always more than 50 ms late: by %v at best", least)
		}
	}
}
