package planning

import (
	"slices"
	"testing"
)

func TestExplanationOfASmallPlan(t *testing.T) {
	d := solved()
	e := d.Explain
	if len(e.Cars) != len(d.Cars) || len(e.Centres) != len(d.Centres) || len(e.ByBorough) != len(d.ByBorough) {
		t.Fatalf("%d of %d cars, %d of %d centres, %d of %d boroughs", len(e.Cars), len(d.Cars), len(e.Centres), len(d.Centres), len(e.ByBorough), len(d.ByBorough))
	}
	for i, x := range e.Cars {
		if x.Cell != d.Cars[i].Cell || x.Lost <= 0 {
			t.Errorf("car %d: %+v for %+v", i, x, d.Cars[i])
		}
		nearlyEqual(t, "value without a car less the loss", x.Without-x.Lost, d.Response.Value, 0.002)
	}
	for i, x := range e.Centres {
		if x.Cell != d.Centres[i].Cell || x.Lost <= 0 {
			t.Errorf("centre %d: %+v for %+v", i, x, d.Centres[i])
		}
		nearlyEqual(t, "value without a centre less the loss", x.Without-x.Lost, d.Conveyance.Value, 0.002)
	}
	checkNearly(t, e.NextCars, d.Cars, d.Response.Bound)
	checkNearly(t, e.NextCentres, d.Centres, d.Conveyance.Bound)
	for i, b := range e.ByBorough {
		nearlyEqual(t, "parts of a borough's mean", MobilisationSeconds+b.Distance+b.Elsewhere+b.Busy, d.ByBorough[i].MeanSeconds, 0.005)
		if most := max(b.Distance, b.Elsewhere, b.Busy); (b.Binds == "distance") != (b.Distance == most) {
			t.Errorf("%+v", b)
		}
		if b.FirstOf <= 0 || b.FirstOf > 1 || !slices.ContainsFunc(d.Cars, func(s Site) bool { return s.Cell == b.First }) {
			t.Errorf("first car of a borough: %+v", b)
		}
	}
}

// checkNearly checks that sites are new, replace one of the plan's, come in order and are no better than the bound.
func checkNearly(t *testing.T, nearly []NearlyMade, plan []Site, bound float64) {
	t.Helper()
	if len(nearly) == 0 {
		t.Error("no site nearly made it")
	}
	in := func(cell string) bool { return slices.ContainsFunc(plan, func(s Site) bool { return s.Cell == cell }) }
	for i, x := range nearly {
		if in(x.Site.Cell) || !in(x.InsteadOf) || x.Value < bound-0.001 || i > 0 && x.Value < nearly[i-1].Value-0.001 {
			t.Errorf("nearly made it, %d: %+v", i, x)
		}
	}
}
