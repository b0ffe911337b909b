package backtest

import (
	"testing"

	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/internal/callsets"
)

// TestOnTorontosCrisisCalls tests the last weeks of real crisis calls. docs/forecasting.md has all weeks of
// all sets.
func TestOnTorontosCrisisCalls(t *testing.T) {
	set := callsets.Toronto(t)
	r := mustRun(t, set.City, set.Calls, Settings{Origins: 5, Resamples: 1000}, All(set.City, forecast.Settings{})...)
	for _, s := range r.Scores[1:] {
		d := s.Against[0]
		t.Logf("%s − Nearside: %+.4f (%+.4f to %+.4f)", s.Name, d.Mean, d.Low, d.High)
		if d.Better() {
			t.Errorf("%s scores better than Nearside by %.4f nats a call", s.Name, d.Mean)
		}
	}
	if d := r.Scores[1].Against[0]; r.Scores[1].Name != "MEDIC" || -d.Mean < 0.28 {
		t.Errorf("%s scores %.4f nats a call below Nearside; want MEDIC and 0.28", r.Scores[1].Name, -d.Mean)
	}
	for _, total := range r.Scores[0].Totals[1:3] { // district and day, city and hour
		for _, c := range total.Cover {
			if c.Covered < c.Level-0.04 || c.Covered > c.Level+0.04 {
				t.Errorf("%s and %s: %.0f %% intervals cover %.1f %%", total.Area, total.Period, 100*c.Level, 100*c.Covered)
			}
		}
	}
}
