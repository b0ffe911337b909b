package optimiser

import (
	"context"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// objectives are those that the package's documentation says the problem can express. Each takes a town of
// one layer of demand and travel times.
var objectives = map[string]func(*Problem){
	"mean":                  func(p *Problem) { p.Layers[0].Share = Shares(0, 1) },
	"expected response":     func(p *Problem) { p.Layers[0].Share = Shares(0.3, 3) },
	"nearly always busy":    func(p *Problem) { p.Layers[0].Share = Shares(0.9, 5) },
	"more levels than cars": func(p *Problem) { p.Layers[0].Share = Shares(0.6, 7) },
	"coverage":              func(p *Problem) { p.Layers[0].Curve = Within(900_000); p.Layers[0].Share = []float64{1} },
	"coverage of whole calls": func(p *Problem) {
		p.Layers[0].Curve, p.Layers[0].Share = Within(900_000), []float64{1}
		for i, w := range p.Layers[0].Weight {
			p.Layers[0].Weight[i] = math.Ceil(10 * w)
		}
	},
	"expected coverage": func(p *Problem) {
		p.Layers[0].Curve, p.Layers[0].Share = Within(1_200_000), ExpectedCover(0.4, 4)
	},
	"backup": func(p *Problem) { p.Layers[0].Curve, p.Layers[0].Share = Within(1_200_000), []float64{0.7, 0.3} },
	"survival": func(p *Problem) {
		p.Layers[0].Share = Shares(0.2, 2)
		p.Layers[0].Curve = &Curve{Time: []road.Millis{120_000, 300_000, 480_000, 480_000, 1_200_000},
			Cost: []int32{100_000, 300_000, 600_000, 700_000, 1_000_000}}
	},
	"mean under a cap on the worst": func(p *Problem) {
		worst := p.Layers[0]
		worst.Share, worst.Curve, worst.Weight = []float64{1}, Within(1_500_000), make([]float64, p.Cells)
		for i := range worst.Weight {
			worst.Weight[i] = 100
		}
		p.Layers[0].Share = []float64{1}
		p.Layers = append(p.Layers, worst)
	},
	"cars bound to sectors": func(p *Problem) {
		west, east := p.Layers[0], p.Layers[0]
		west.Off, east.Off, east.Share = make([]bool, p.Sites), make([]bool, p.Sites), Shares(0.5, 2)
		west.Weight, east.Weight = make([]float64, p.Cells), make([]float64, p.Cells)
		for s := range p.Sites {
			west.Off[s], east.Off[s] = s%2 == 0, s%2 == 1 && s%3 > 0
		}
		for i, w := range p.Layers[0].Weight {
			west.Weight[i], east.Weight[i] = w*float64(i%2), w*float64(1-i%2)
		}
		p.Layers = []Layer{west, east, p.Layers[0]}
	},
}

// constraints on 14 sites, of which 5 get a facility.
var constraints = map[string]func(*Problem){
	"none":                func(*Problem) {},
	"fixed and forbidden": func(p *Problem) { p.Fixed, p.Forbidden = []int{3, 9}, []int{0, 5, 6} },
	"nested quotas": func(p *Problem) {
		p.Quotas = []Quota{{"north", numbers(8), 1, 2}, {"inner north", []int{2, 3, 4}, 1, 1}, {"south", []int{8, 9, 10, 11}, 2, 3}, {"one", []int{13}, 0, 0}}
		p.Fixed = []int{9}
	},
	"budget": func(p *Problem) {
		p.Budget = 9
		for s := range p.Sites {
			p.Cost = append(p.Cost, []float64{1, 1.5, 3, 2, 0.5}[s*s%5])
		}
	},
	"budget and quotas": func(p *Problem) {
		p.Budget, p.Forbidden = 14, []int{7}
		for s := range p.Sites {
			p.Cost = append(p.Cost, float64(2+s*5%4))
		}
		p.Quotas = []Quota{{"day", numbers(9), 1, 3}, {"early", []int{0, 1, 2}, 0, 1}}
	},
	"two types at seven bases": func(p *Problem) {
		for s := range p.Sites {
			p.Row = append(p.Row, int32(s/2*2))
		}
		var solo []int
		for base := range 7 {
			p.Quotas = append(p.Quotas, Quota{"base", []int{2 * base, 2*base + 1}, 0, 1})
			solo = append(solo, 2*base)
		}
		skilled := p.Layers[0]
		skilled.Off = make([]bool, p.Sites)
		for _, s := range solo {
			skilled.Off[s] = true
		}
		p.Layers = append(p.Layers, skilled)
	},
	"several at a site": func(p *Problem) {
		for s := range p.Sites {
			p.Row = append(p.Row, int32(s*5%9))
		}
	},
}

// TestEveryObjectiveUnderEveryConstraint tries all choices of 5 among 14 sites. However early the solver is stopped its bound is
// no higher than the best of them; when it is not, it finds and proves the best.
func TestEveryObjectiveUnderEveryConstraint(t *testing.T) {
	for objective, set := range objectives {
		for constraint, bind := range constraints {
			p := town(16, 14, 5, 1, 1, 0, 8)
			set(p)
			bind(p)
			best := math.Inf(1)
			for _, sites := range allPlans(p) {
				best = min(best, p.worth(sites))
			}
			name := objective + ", " + constraint
			checkAgainst(t, name, p, best, context.Background(), 2)
			for _, checks := range []int{0, 25} {
				checkAgainst(t, name+", stopped", p, best, &endsAfter{Context: context.Background(), left: checks}, 1)
			}
		}
	}
}

type fataler interface{ Fatalf(string, ...any) }

// checkAgainst solves and compares with the best value of all plans.
func checkAgainst(t fataler, name string, p *Problem, best float64, ctx context.Context, workers int) {
	plan, err := Solve(ctx, p, Settings{Workers: workers})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := Verify(p, plan); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	c := plan.Certificate
	if c.Bound > best*(1+1e-9)+1e-8 { // seconds: rounding of constants up to Cap × weight
		t.Fatalf("%s: bound %v is above the best value %v", name, c.Bound, best)
	}
	if c.Value < best*(1-1e-9) {
		t.Fatalf("%s: value %v is below the best value %v", name, c.Value, best)
	}
	if plan.Status == Optimal && !like(c.Value, best) {
		t.Fatalf("%s: %v is not optimal, the best value is %v", name, c.Value, best)
	}
	if plan.Status != Optimal && ctx.Err() == nil {
		t.Fatalf("%s: %s with value %v and bound %v; the best value is %v", name, plan.Status, c.Value, c.Bound, best)
	}
}

func bruteForced(t *rapid.T) {
	p := drawProblem(t)
	best := bestOfAll(p)
	checkAgainst(t, "drawn", p, best, context.Background(), 3)
	left := rapid.IntRange(0, 100).Draw(t, "checks")
	checkAgainst(t, "stopped", p, best, &endsAfter{Context: context.Background(), left: left}, 1)
}

func TestSolveAgainstAllPlans(t *testing.T) { rapid.Check(t, bruteForced) }

// FuzzSolve builds small problems from bytes.
func FuzzSolve(f *testing.F) { f.Fuzz(rapid.MakeFuzz(bruteForced)) }
