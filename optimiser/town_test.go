package optimiser

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// drawTown draws a problem too large to try all plans, of the same variety as drawProblem.
func drawTown(t *rapid.T) *Problem {
	sites := rapid.IntRange(20, 60).Draw(t, "sites")
	p := town(rapid.IntRange(60, 400).Draw(t, "cells"), sites, 1, rapid.IntRange(1, 4).Draw(t, "layers"), 1, 0, rapid.Uint64().Draw(t, "town"))
	for i := range p.Layers {
		l := &p.Layers[i]
		l.Share, l.Curve = drawShare(t), drawCurve(t)
		if rapid.Bool().Draw(t, "covered") {
			l.Curve = Within(road.Millis(rapid.IntRange(100_000, 1_500_000).Draw(t, "within")))
		}
		if i > 0 && rapid.Bool().Draw(t, "shared") {
			l.Time = p.Layers[0].Time
		}
		if rapid.Bool().Draw(t, "off") {
			l.Off = rapid.SliceOfN(rapid.Bool(), sites, sites).Draw(t, "off")
		}
		if rapid.Bool().Draw(t, "whole") {
			for k := range l.Weight {
				l.Weight[k] = float64(int(3 * l.Weight[k]))
			}
		}
	}
	if rapid.Bool().Draw(t, "rows") {
		p.Row = rapid.SliceOfN(rapid.Int32Range(0, int32(sites-1)), sites, sites).Draw(t, "row")
	}
	drawRules(t, p, 10)
	return p
}

// TestVerifyAcceptsWhatSolveReturns solves towns to the end or stops on the way. A proof of tens of parts and vectors has much
// that can disagree with its definition.
func TestVerifyAcceptsWhatSolveReturns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawTown(t)
		ctx := &endsAfter{Context: context.Background(), left: rapid.IntRange(0, 20_000).Draw(t, "checks")}
		plan, err := Solve(ctx, p, Settings{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p, plan); err != nil {
			t.Fatalf("%s: %v", plan.Status, err)
		}
	})
}
