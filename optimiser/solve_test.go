package optimiser

import (
	"context"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func solved(t testing.TB, p *Problem, s Settings) *Plan {
	plan, err := Solve(context.Background(), p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(p, plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// like reports equality but for the rounding of sums.
func like(x, y float64) bool { return math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y)) }

func TestExchangeIsTheChangeOfValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		p.Fixed, p.Forbidden, p.Quotas, p.Budget, p.Cost = nil, nil, nil, 0, nil
		in := newInstance(p)
		l := newLayout(in, rapid.Permutation(numbers(p.Sites)).Draw(t, "sites")[:p.Place])
		for range 5 {
			before, _ := Evaluate(p, in.sites(l.open))
			if !like(before, l.value/1000) {
				t.Fatalf("layout value %v, want %v", l.value/1000, before)
			}
			j := rapid.IntRange(0, p.Sites-1).Draw(t, "column")
			if l.at[j] > 0 {
				continue
			}
			pos, change := l.exchange(j, make([]float64, p.Place+1))
			best := math.Inf(1)
			for r := range l.open {
				other := append([]int(nil), l.open...)
				other[r] = j
				v, _ := Evaluate(p, other)
				best = min(best, v)
			}
			if math.Abs(before+change/1000-best) > 1e-9*(before+best)+1e-9 {
				t.Fatalf("exchange leads to %v; the best removal to %v", before+change/1000, best)
			}
			l.swap(pos, j)
		}
	})
}

// ruledTown is a town with a budget, quotas, coverage and sites out of service.
func ruledTown(cells, sites, place int) *Problem {
	p := town(cells, sites, place, 2, 2, 0.3, 2)
	p.Layers[1].Curve, p.Layers[1].Share, p.Layers[1].Off = Within(1_200_000), ExpectedCover(0.4, 3), make([]bool, sites)
	for s := range sites {
		p.Layers[1].Off[s] = s%5 == 0
		p.Cost = append(p.Cost, 1+float64(s%3))
	}
	p.Budget = 2 * float64(place)
	p.Quotas = []Quota{{"north", numbers(sites / 2), 1, place - 1}, {"inner north", numbers(sites / 5), 0, 1}}
	return p
}

func TestSolveIsTheSameAtAnyNumberOfWorkers(t *testing.T) {
	for _, p := range []*Problem{town(120, 30, 4, 2, 3, 0.3, 1), town(4200, 64, 2, 1, 1, 0, 2), ruledTown(1500, 90, 2)} {
		if len(p.Quotas) > 0 && 2*p.Cells*p.Sites < alone {
			t.Fatal("too small to be shared out")
		}
		want := solved(t, p, Settings{Seed: 7, Workers: 1})
		for _, procs := range []int{1, 2, 4} {
			old := runtime.GOMAXPROCS(procs)
			got := solved(t, p, Settings{Seed: 7})
			runtime.GOMAXPROCS(old)
			if !reflect.DeepEqual(want, got) {
				t.Fatalf("GOMAXPROCS %d: %v %v, not %v %v", procs, got.Sites, got.Status, want.Sites, want.Status)
			}
		}
	}
}

func TestSeedsAgreeOnAProvedOptimum(t *testing.T) {
	p := town(150, 30, 4, 1, 3, 0.3, 3)
	want := solved(t, p, Settings{}).Certificate.Value
	for seed := range uint64(5) {
		plan := solved(t, p, Settings{Seed: seed})
		if plan.Status != Optimal || !like(plan.Certificate.Value, want) {
			t.Fatalf("seed %d: %s, %v; want %v", seed, plan.Status, plan.Certificate.Value, want)
		}
	}
}

func TestSolveStopsAtTheDeadline(t *testing.T) {
	for _, p := range []*Problem{town(3000, 500, 20, 1, 3, 0.4, 4), ruledTown(2000, 400, 15)} {
		for _, after := range []time.Duration{0, 20 * time.Millisecond, 200 * time.Millisecond} {
			late := time.Hour
			for tries := 0; tries < 20 && late > 50*time.Millisecond; tries++ { // on a busy machine many a run is late
				late = lateness(t, p, after)
			}
			if late > 50*time.Millisecond {
				t.Errorf("after %v: returned %v late, twenty times", after, late)
			}
		}
	}
}

// lateness solves with a timeout and returns how long after it Solve returned.
func lateness(t *testing.T, p *Problem, after time.Duration) time.Duration {
	ctx, cancel := context.WithTimeout(context.Background(), after)
	defer cancel()
	start := time.Now()
	plan, err := Solve(ctx, p, Settings{})
	late := time.Since(start) - after
	if err != nil {
		t.Fatal(err)
	}
	if plan.Status != Stopped {
		t.Errorf("after %v: status %q", after, plan.Status)
	}
	if err := Verify(p, plan); err != nil {
		t.Fatal(err)
	}
	return late
}

func TestProgressNeverWorsens(t *testing.T) {
	value, bound, calls := math.Inf(1), 0.0, 0
	plan := solved(t, town(120, 30, 4, 2, 3, 0.3, 1), Settings{Progress: func(v, b float64) {
		if v > value || b < bound || b > v*(1+1e-9) {
			t.Errorf("progress from (%v, %v) to (%v, %v)", value, bound, v, b)
		}
		value, bound, calls = v, b, calls+1
	}})
	if calls == 0 || value != plan.Certificate.Value || !like(bound, plan.Certificate.Bound) {
		t.Errorf("last of %d reports (%v, %v); the plan has (%v, %v)", calls, value, bound, plan.Certificate.Value, plan.Certificate.Bound)
	}
}

func TestSolveHasABoundHoweverEarlyItEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		plan, err := Solve(ctx, p, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p, plan); err != nil {
			t.Fatal(err)
		}
		nearest := 0.0
		for _, l := range p.Layers {
			shared := 0.0
			for _, a := range l.Share {
				shared += a
			}
			for i, w := range l.Weight {
				best := bruteCost(l.Curve, Cap)
				for s := range p.Sites {
					if !slices.Contains(p.Forbidden, s) && (l.Off == nil || !l.Off[s]) {
						best = min(best, bruteCost(l.Curve, l.Time.Row(rowOf(p, s))[i]))
					}
				}
				nearest += w * shared * best / 1000
			}
		}
		if c := plan.Certificate; c.Bound < nearest*(1-1e-9) {
			t.Fatalf("bound %v; each call at its nearest site comes to %v", c.Bound, nearest)
		}
	})
}

// TestReducedIsTheDefinition checks every unrolled form against Σ w bₖ min(0, c − μₖ).
func TestReducedIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		in := newInstance(p)
		d := newDual(in, 1, func() bool { return false })
		for i := range d.mu {
			d.mu[i] = rapid.Float64Range(0, 2*float64(Cap)).Draw(t, "mu")
		}
		d.evaluate()
		for j := range in.site {
			want := 0.0
			for _, g := range in.groups {
				if !g.serves(j) {
					continue
				}
				for i, c := range g.cost.dense[in.row[j]] {
					for k, b := range g.pooled {
						mu := d.whole[g.flat+i*g.levels()+k]
						want += g.weight[i] * b * min(0, float64(c)-float64(mu))
					}
				}
			}
			if got := d.rho[j]; !like(got, want) {
				t.Fatalf("column %d: %v, want %v", j, got, want)
			}
		}
	})
}

// TestSlopeCountsManyFacilities puts 200 facilities nearer than every multiplier: more than a byte counts.
func TestSlopeCountsManyFacilities(t *testing.T) {
	const place = 200
	p := &Problem{Sites: place, Cells: 1, Place: place,
		Layers: []Layer{{Weight: []float64{1}, Time: &route.Matrix{Sites: place, Cells: 1, T: make([]road.Millis, place)}, Share: []float64{1}}}}
	in := newInstance(p)
	a := newAscent(newDual(in, 1, func() bool { return false }), 0)
	a.mu[0] = 1000
	a.evaluate()
	if got, want := a.slope(), float64((1-place)*(1-place)); got != want {
		t.Errorf("the squared subgradient of %d facilities for one call is %v, want %v", place, got, want)
	}
}

// TestSearchDoesNotRepeatItself checks that a search from where one ended stops there, and that no
// single swap between columns that are not dropped makes better what a search leaves.
func TestSearchDoesNotRepeatItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		in := newInstance(p)
		s := newSearcher(in, rapid.Uint64().Draw(t, "seed"), 1)
		l := s.greedy(context.Background(), in)
		dropped := rapid.SliceOfN(rapid.Bool(), len(in.site), len(in.site)).Draw(t, "dropped")
		s.improve(context.Background(), l, dropped)
		for j := range in.site {
			if l.at[j] > 0 || dropped[j] {
				continue
			}
			if pos, change := l.exchange(j, make([]float64, in.place+1)); change < -1e-9*l.value-1e-6 {
				t.Fatalf("opening %d for position %d still gains %v of %v", j, pos, -change, l.value)
			}
		}
		ends, value := len(s.ends), l.value
		if s.improve(context.Background(), l, dropped); len(s.ends) != ends || l.value != value {
			t.Fatalf("a second search ended anew: %v, then %v", value, l.value)
		}
	})
}
