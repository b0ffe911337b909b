package fair

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/optimiser"
)

func TestVerifyRejectsTamperedPlans(t *testing.T) {
	p := row()
	for _, aim := range []Aim{{Kind: Balanced, Power: 2}, {Kind: Equal}, {Kind: Capped, Cap: []float64{80, 110}}} {
		for _, c := range []struct {
			name   string
			tamper func(*Plan)
			want   error
		}{
			{"another site", func(p *Plan) { p.Sites = []int{0, 8} }, ErrMeans},
			{"a site more", func(p *Plan) { p.Sites = []int{0, 4, 8} }, ErrSites},
			{"no such site", func(p *Plan) { p.Sites[1] = 9 }, ErrSites},
			{"a lower mean", func(p *Plan) { p.Means[1]-- }, ErrMeans},
			{"a mean less", func(p *Plan) { p.Means = p.Means[:1] }, ErrMeans},
			{"a lower mean of all", func(p *Plan) { p.Mean-- }, ErrMeans},
			{"a lower value", func(p *Plan) { p.Certificate.Value-- }, ErrValue},
			{"a higher bound", func(p *Plan) { p.Certificate.Bound++ }, ErrBound},
			{"another factor", func(p *Plan) { p.Certificate.Factor[0] += 0.1 }, ErrProof},
			{"a negative factor", func(p *Plan) { p.Certificate.Factor[0] = -1 }, ErrFactor},
			{"a factor less", func(p *Plan) { p.Certificate.Factor = p.Certificate.Factor[:1] }, ErrFactor},
			{"no proof", func(p *Plan) { p.Certificate.Proof = nil }, ErrProof},
			{"a higher bound in the proof", func(p *Plan) { p.Certificate.Proof.Certificate.Bound++ }, ErrProof},
			{"another multiplier", func(p *Plan) { p.Certificate.Proof.Certificate.Multiplier[3] += 90 }, ErrProof},
			{"caps denied", func(p *Plan) { p.Within = !p.Within }, ErrStatus},
			{"no status", func(p *Plan) { p.Status = "" }, ErrStatus},
		} {
			plan, err := Solve(context.Background(), p, aim, Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(p, aim, plan); err != nil {
				t.Fatal(err)
			}
			plan.Certificate.Factor = slices.Clone(plan.Certificate.Factor)
			c.tamper(plan)
			if err := Verify(p, aim, plan); !errors.Is(err, c.want) && (aim.Kind == Capped || c.name != "caps denied") {
				t.Errorf("%s, %s: Verify returns %v; want %v", aim.Kind, c.name, err, c.want)
			}
		}
	}
}

func TestVerifyRejectsAnotherAimAndOtherParts(t *testing.T) {
	p := row()
	plan, err := Solve(context.Background(), p, Aim{Kind: Balanced, Power: 2}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(p, Aim{Kind: Balanced, Power: 3}, plan); !errors.Is(err, ErrValue) {
		t.Errorf("with another power: %v", err)
	}
	p.Part[0][4] = 0
	if err := Verify(p, Aim{Kind: Balanced, Power: 2}, plan); !errors.Is(err, ErrMeans) {
		t.Errorf("with a cell of another part: %v", err)
	}
	p = row()
	p.Demand.Layers[0].Time.T[7]++
	if err := Verify(p, Aim{Kind: Balanced, Power: 2}, plan); err == nil {
		t.Error("with another travel time: accepted")
	}
}

func TestFaultsAreReportedTogether(t *testing.T) {
	p := row()
	p.Part[0][3], p.Demand.Place = 7, 0
	_, err := Solve(context.Background(), p, Aim{Kind: Equal}, Settings{})
	if !errors.Is(err, ErrProblem) || !errors.Is(err, optimiser.ErrProblem) {
		t.Errorf("Solve returns %v", err)
	}
	p = row()
	p.Names = append(p.Names, "moor")
	if err := p.Validate(); !errors.Is(err, ErrProblem) {
		t.Errorf("a part without demand: %v", err)
	}
	good := 0.0
	for _, aim := range []Aim{
		{Kind: 7}, {Kind: Balanced}, {Kind: Balanced, Power: 99}, {Kind: Equal, Power: 2}, {Kind: Capped}, {Kind: Capped, Cap: []float64{1}},
		{Kind: Capped, Cap: []float64{1, -2}}, {Kind: Equal, Cap: []float64{1, 2}}, {Kind: Equal, Per: []float64{1, 0}}, {Kind: Balanced, Power: 2, Good: &good},
	} {
		if _, err := Solve(context.Background(), row(), aim, Settings{}); !errors.Is(err, ErrAim) {
			t.Errorf("%+v: %v", aim, err)
		}
	}
}
