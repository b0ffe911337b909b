package roster

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// drawDay draws a few hours of a few cars, with a limit.
func drawDay(t *rapid.T) (hours []*optimiser.Problem, limit Limit) {
	sites, cells := rapid.IntRange(1, 6).Draw(t, "sites"), rapid.IntRange(1, 8).Draw(t, "cells")
	order := rapid.Permutation(numbers(sites)).Draw(t, "order")
	forbidden := rapid.IntRange(0, min(1, sites-1)).Draw(t, "forbidden")
	cars := rapid.IntRange(1, min(3, sites-forbidden)).Draw(t, "cars")
	fixed := rapid.IntRange(0, 1).Draw(t, "fixed")
	share := rapid.SampledFrom([][]float64{{1}, {0.7, 0.3}, {0.6, 0.2}, {0.4, 0.6}}).Draw(t, "share")
	var curve *optimiser.Curve
	if rapid.Bool().Draw(t, "coverage") {
		curve = optimiser.Within(road.Millis(rapid.IntRange(0, 900).Draw(t, "reach")))
	}
	for range rapid.IntRange(1, 4).Draw(t, "hours") {
		p := &optimiser.Problem{Sites: sites, Cells: cells, Place: cars, Forbidden: order[:forbidden], Fixed: order[forbidden : forbidden+fixed]}
		for range rapid.IntRange(1, 2).Draw(t, "layers") {
			m := &route.Matrix{Sites: sites, Cells: cells}
			for range sites * cells {
				m.T = append(m.T, road.Millis(rapid.OneOf(rapid.Uint32Range(0, 1000), rapid.Just(uint32(road.Unreachable))).Draw(t, "time")))
			}
			weight := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, 2.5}), cells, cells).Draw(t, "weight")
			p.Layers = append(p.Layers, optimiser.Layer{Weight: weight, Time: m, Share: share, Curve: curve})
		}
		hours = append(hours, p)
	}
	limit.Moves = rapid.IntRange(0, 3).Draw(t, "moves")
	if rapid.Bool().Draw(t, "longest") {
		limit.Longest, limit.Between = 500, &route.Matrix{Sites: sites, Cells: sites}
		for range sites * sites {
			limit.Between.T = append(limit.Between.T, road.Millis(rapid.Uint32Range(0, 1000).Draw(t, "way")))
		}
	}
	return hours, limit
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// bestDay tries every sequence of plans of the hours.
func bestDay(hours []*optimiser.Problem, limit Limit) float64 {
	var plans [][]int
	p := hours[0]
	for mask := range 1 << p.Sites {
		var sites []int
		for s := range p.Sites {
			if mask>>s&1 == 1 {
				sites = append(sites, s)
			}
		}
		ok := len(sites) == p.Place
		for _, s := range p.Fixed {
			ok = ok && slices.Contains(sites, s)
		}
		for _, s := range p.Forbidden {
			ok = ok && !slices.Contains(sites, s)
		}
		if ok {
			plans = append(plans, sites)
		}
	}
	best := make([]float64, len(plans))
	for h, p := range hours {
		next := make([]float64, len(plans))
		for i, sites := range plans {
			next[i] = math.Inf(1)
			for k, before := range plans {
				if h == 0 || tryMatch(limit, without(before, sites), without(sites, before), 0) {
					next[i] = min(next[i], best[k])
				}
			}
			v, _ := optimiser.Evaluate(p, sites)
			next[i] += v
		}
		best = next
	}
	return slices.Min(best)
}

// tryMatch tries every way of pairing the sites left with those come to.
func tryMatch(limit Limit, leave, come []int, used int) bool {
	if len(come) > limit.Moves {
		return false
	}
	if len(leave) == 0 {
		return true
	}
	for k, to := range come {
		if used>>k&1 == 0 && (limit.Longest == 0 || limit.Between.Row(leave[0])[to] <= limit.Longest) && tryMatch(limit, leave[1:], come, used|1<<k) {
			return true
		}
	}
	return false
}

func TestPlanLiesBetweenItsBoundAndOnePlan(t *testing.T) {
	tried, met := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		hours, limit := drawDay(t)
		s, err := Plan(t.Context(), hours, limit, optimiser.Settings{Seed: rapid.Uint64().Draw(t, "seed")})
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifySchedule(hours, limit, s); err != nil {
			t.Fatal(err)
		}
		best := bestDay(hours, limit)
		if s.Bound > best*(1+1e-9)+1e-9 || s.Value < best*(1-1e-9)-1e-9 {
			t.Fatalf("value %v, bound %v; the best of all is %v", s.Value, s.Bound, best)
		}
		free, one := bestDay(hours, Limit{Moves: hours[0].Place}), bestDay(hours, Limit{})
		if s.Bound < free*(1-1e-9)-1e-9 || s.Value > one*(1+1e-9)+1e-9 {
			t.Fatalf("value %v, bound %v; hours by themselves %v, one plan for all %v", s.Value, s.Bound, free, one)
		}
		tried++
		if like(s.Value, best) {
			met++
		}
	})
	t.Logf("the best of all in %d of %d", met, tried)
	if met < tried*9/10 {
		t.Errorf("the best of all in %d of %d days only", met, tried)
	}
}

func TestExchangeIsTheChangeOfValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours, _ := drawDay(t)
		p := hours[0]
		s := newStand(p, costed{})
		s.reset(rapid.Permutation(numbers(p.Sites)).Draw(t, "sites")[:p.Place])
		change := make([]float64, p.Place+1)
		for site := range p.Sites {
			if s.at[site] > 0 {
				continue
			}
			before := s.value
			s.exchange(site, change)
			for pos, old := range slices.Clone(s.open) {
				want := slices.Sorted(slices.Values(s.open))
				s.swap(pos, site)
				if math.Abs(s.value-before-change[pos]) > 1e-6 {
					t.Fatalf("%d for %d changes the value by %v, not %v", site, old, s.value-before, change[pos])
				}
				v, err := optimiser.Evaluate(p, slices.Sorted(slices.Values(s.open)))
				if err != nil || !like(v, s.value/1000) {
					t.Fatalf("value %v, want %v, %v", s.value/1000, v, err)
				}
				s.swap(pos, old)
				if got := slices.Sorted(slices.Values(s.open)); !slices.Equal(got, want) {
					t.Fatalf("after swapping back %v, not %v", got, want)
				}
			}
		}
	})
}

func TestPlanIsTheSameAtAnyNumberOfWorkers(t *testing.T) {
	hours, limit := townDay(120, 25, 4, 4, 1)
	want, err := Plan(context.Background(), hours, limit, optimiser.Settings{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{2, 5} {
		got, err := Plan(context.Background(), hours, limit, optimiser.Settings{Workers: workers})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%d workers: %v %v, not %v; %v", workers, got.Value, got.Sites, want.Sites, err)
		}
	}
}

// townDay returns hours of a town whose demand drifts from west to east.
func townDay(cells, sites, cars, hours, most int) ([]*optimiser.Problem, Limit) {
	weight, times, between := town(cells, sites, 2, 1)
	var out []*optimiser.Problem
	for h := range hours {
		drift := make([]float64, cells)
		for c := range drift {
			from := (float64(c)+0.5)/float64(cells) - (float64(h)+0.5)/float64(hours)
			drift[c] = weight[c] * (0.1 + math.Exp(-8*from*from))
		}
		out = append(out, &optimiser.Problem{Sites: sites, Cells: cells, Place: cars, Layers: []optimiser.Layer{
			{Weight: drift, Time: times[h*2/hours], Share: optimiser.Shares(0.3, min(3, cars))}}})
	}
	return out, Limit{Moves: most, Longest: 1_500_000, Between: between}
}
