package planning

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nearside-ems/nearside/geo/grid"
)

// even is a file that says what can be said of equity at once; robust and the rest exclude each other.
const even = `
cars: 4
hours: 9-17
equity: balanced
balance: 3.5
frontier: 5
`

func fairScenario(change func(*Scenario)) Scenario {
	s := daytime()
	change(&s)
	return s
}

func TestScenarioRefusesWhatEquityCannotHave(t *testing.T) {
	for want, s := range map[string]Scenario{
		`equity "even": want one of`:                       fairScenario(func(s *Scenario) { s.Equity = "even" }),
		"balance 2: want none without":                     fairScenario(func(s *Scenario) { s.Balance = 2 }),
		"balance 65: want 1 to 64":                         fairScenario(func(s *Scenario) { s.Equity, s.Balance = Balanced, 65 }),
		"borough_floor 0.5: want more than 1":              fairScenario(func(s *Scenario) { s.BoroughFloor = 0.5 }),
		"frontier 1: want 2 to 20":                         fairScenario(func(s *Scenario) { s.Frontier = 1 }),
		"robust.samples 1: want 2 to 50":                   fairScenario(func(s *Scenario) { s.Robust.Samples = 1 }),
		"robust.times.source (none): want where":           fairScenario(func(s *Scenario) { s.Robust = Robust{Samples: 3, Times: TimeSpread{Spread: 0.1}} }),
		"borough_floor given: want none beside equity":     fairScenario(func(s *Scenario) { s.Equity, s.BoroughFloor = EqualAccess, 9 }),
		"frontier given: want none beside worst_minutes":   fairScenario(func(s *Scenario) { s.Frontier, s.WorstMinutes = 3, 20 }),
		"equity given: want none with the objective cover": fairScenario(func(s *Scenario) { s.Equity, s.Objective, s.Target.Minutes = EqualAccess, Coverage, 8 }),
		"robust given: want none beside equity":            fairScenario(func(s *Scenario) { s.Equity, s.Robust.Samples = Balanced, 3 }),
		"robust.samples 0: want 2 to 50":                   fairScenario(func(s *Scenario) { s.Robust.Weeks = 3 }),
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want one with %q", err, want)
		}
	}
}

func TestEqualPlanServesTheWorstBoroughBetter(t *testing.T) {
	city := smallCity()
	equal := must(Solve(t.Context(), on(city), fairScenario(func(s *Scenario) { s.Equity = EqualAccess }), "", ignore))
	worst := func(d *Document) float64 {
		return slices.MaxFunc(d.ByBorough, func(a, b Area) int { return int(a.MeanSeconds - b.MeanSeconds) }).MeanSeconds
	}
	if got, was := worst(equal), worst(solved()); got >= was {
		t.Errorf("the worst borough waits %v s; in the efficient plan %v s", got, was)
	}
	nearlyEqual(t, "worst borough", equal.Value+MobilisationSeconds, worst(equal), 0.002)
	if equal.All.MeanSeconds < solved().All.MeanSeconds {
		t.Errorf("all London waits %v s, less than in the efficient plan, %v s", equal.All.MeanSeconds, solved().All.MeanSeconds)
	}
}

func TestFloorThatCannotBeKeptNamesBoroughsAndWhatWouldDo(t *testing.T) {
	_, err := Solve(t.Context(), on(smallCity()), fairScenario(func(s *Scenario) { s.BoroughFloor = 3 }), "", ignore)
	var field *FieldError
	if !errors.As(err, &field) || field.Field != "borough_floor" || !strings.Contains(field.Want, "(proved)") || !strings.Contains(field.Want, "west") {
		t.Errorf("error %v", err)
	}
}

func TestSpreadOf(t *testing.T) {
	area := func(name string, calls, mean float64) Area {
		return Area{Name: name, CallsPerHour: calls, Response: Response{MeanSeconds: mean}}
	}
	s := spreadOf([]Area{area("a", 1, 300), area("b", 3, 500), area("c", 0.5, 400)})
	if s.Best != "a" || s.Worst != "b" || math.Abs(s.Ratio-5.0/3) > 1e-6 {
		t.Errorf("%+v", s)
	}
	// By definition: Σᵢⱼ wᵢwⱼ|xᵢ−xⱼ| / (2 W² mean).
	mean := (300 + 3*500 + 0.5*400) / 4.5
	gini := 2 * (1*3*200 + 1*0.5*100 + 3*0.5*100) / (2 * 4.5 * 4.5 * mean)
	nearlyEqual(t, "Gini", s.Gini, gini, 1e-6)
	if even := spreadOf([]Area{area("a", 1, 300), area("b", 3, 300)}); even.Gini != 0 || even.Ratio != 1 {
		t.Errorf("served alike: %+v", even)
	}
	if none := spreadOf(nil); none != (Spread{}) {
		t.Errorf("of nothing: %+v", none)
	}
}

func TestTenthsHaveAsManyResidentsEach(t *testing.T) {
	st := smallStudy(t, daytime())
	people := make([]float64, len(tenthNames)+1)
	need := make([]float64, len(tenthNames)+1)
	all := 0.0
	tenth := st.tenths()
	for _, r := range st.city.Residents {
		people[tenth[r.Cell]] += r.People
		need[tenth[r.Cell]] += r.People * r.Need
		all += r.People
	}
	for k := range tenthNames {
		if math.Abs(people[k]-all/10) > 130 { // a cell and a bit
			t.Errorf("tenth %d has %v of %v residents", k+1, people[k], all)
		}
		if k > 0 && need[k]/people[k] > need[k-1]/people[k-1] {
			t.Errorf("tenth %d has more need than the one before", k+1)
		}
	}
	if tenth[0] == len(tenthNames) || st.city.Grid.Borough(grid.Index(0)) < 0 {
		t.Error("a cell with residents is in no tenth")
	}
}

// fairPlans are a plan with a frontier and a robust one, solved once.
var fairPlans = sync.OnceValue(func() [2]*Document {
	var out [2]*Document
	for i, s := range []Scenario{
		fairScenario(func(s *Scenario) { s.Equity, s.Frontier, s.Centres = Balanced, 4, 0 }),
		fairScenario(func(s *Scenario) { s.Robust, s.Centres = Robust{Samples: 3, Weeks: 1}, 0 }),
	} {
		out[i] = must(Solve(context.Background(), on(smallCity()), s, "", ignore))
	}
	return out
})

func TestFrontierFallsFromMeanToWorst(t *testing.T) {
	f := fairPlans()[0].Frontier
	if len(f.Points) < 2 {
		t.Fatalf("%d points", len(f.Points))
	}
	for i, p := range f.Points {
		if p.BoundSeconds > p.MeanSeconds || p.WorstSeconds > p.Cap+0.001 {
			t.Errorf("point %d: %+v", i, p)
		}
		if i > 0 && (p.MeanSeconds <= f.Points[i-1].MeanSeconds || p.WorstSeconds >= f.Points[i-1].WorstSeconds) {
			t.Errorf("point %d is dominated", i)
		}
	}
}

func TestRobustPlanSaysItsRegret(t *testing.T) {
	r := fairPlans()[1].Regret
	if len(r.BySample) != 3 || r.Worst > r.BestOnMean.Worst+1e-6 && r.Worst > r.Good || r.Bound > r.Worst {
		t.Errorf("worst %v, bound %v, best on the mean %v", r.Worst, r.Bound, r.BestOnMean.Worst)
	}
}

// TestVerifyFailsOnEditedEquity gives edited documents a fresh digest, as someone would who wants them believed.
func TestVerifyFailsOnEditedEquity(t *testing.T) {
	for _, d := range fairPlans() {
		if err := Verify(t.Context(), reread(t, d), on(smallCity()), "", ignore); err != nil {
			t.Fatalf("unedited: %v", err)
		}
	}
	for name, c := range map[string]struct {
		plan int
		edit func(*Document)
	}{
		"factor":                {0, func(d *Document) { d.Response.Certificate.Weighted.Factor[0] *= 1.1 }},
		"factor less":           {0, func(d *Document) { w := d.Response.Certificate.Weighted; w.Factor = w.Factor[1:] }},
		"no proof":              {0, func(d *Document) { d.Response.Certificate.Weighted = nil }},
		"weighted bound":        {0, func(d *Document) { d.Response.Certificate.Weighted.Bound *= 1.01 }},
		"value":                 {0, func(d *Document) { d.Response.Certificate.Value -= 3 }},
		"bound":                 {0, func(d *Document) { d.Response.Bound++ }},
		"exponent":              {0, func(d *Document) { d.Scenario.Balance = 5 }},
		"Gini":                  {0, func(d *Document) { d.Equity.Boroughs.Gini = 0 }},
		"tenth":                 {0, func(d *Document) { d.Equity.ByTenth[2].MeanSeconds -= 9 }},
		"point's mean":          {0, func(d *Document) { d.Frontier.Points[1].MeanSeconds -= 2 }},
		"point's bound":         {0, func(d *Document) { d.Frontier.Points[1].BoundSeconds += 2 }},
		"point's cap":           {0, func(d *Document) { d.Frontier.Points[1].Cap -= 20 }},
		"point's car":           {0, func(d *Document) { d.Frontier.Points[1].Cars[0].Cell = "89195da49b7ffff" }},
		"point's certificate":   {0, func(d *Document) { d.Frontier.Points[0].Proof = 99 }},
		"no frontier":           {0, func(d *Document) { d.Frontier = nil }},
		"certificate's bound":   {0, func(d *Document) { d.Frontier.Proofs[0].Bound *= 1.01 }},
		"regret":                {1, func(d *Document) { d.Regret.Worst += 0.01 }},
		"a sample's bound":      {1, func(d *Document) { d.Regret.BySample[1].Bound *= 1.01 }},
		"a sample less":         {1, func(d *Document) { d.Regret.BySample = d.Regret.BySample[1:] }},
		"weeks":                 {1, func(d *Document) { d.Scenario.Robust.Weeks = 4 }},
		"the other plan's mean": {1, func(d *Document) { d.Regret.BestOnMean.MeanSeconds += 2 }},
		"no regret":             {1, func(d *Document) { d.Regret = nil }},
	} {
		d := reread(t, fairPlans()[c.plan])
		c.edit(d)
		d.SHA256 = d.digest()
		if err := Verify(t.Context(), d, on(smallCity()), "", ignore); !errors.Is(err, ErrEdited) {
			t.Errorf("%s edited: error %v", name, err)
		}
	}
}
