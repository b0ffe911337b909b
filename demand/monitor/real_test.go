package monitor_test

import (
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/monitor"
	"github.com/nearside-ems/nearside/internal/callsets"
)

// TestRealCalls watches real calls in the eight weeks after a fit: nothing is found in Toronto's crisis
// calls of 2014 and 2015, while the days of May 2015 in which the record of Seattle's police has twice the usual
// incidents are.
func TestRealCalls(t *testing.T) {
	toronto, seattle := callsets.Toronto(t), callsets.SeattleAll(t)
	for _, c := range []struct {
		set    *callsets.Set
		cutOff string
		found  bool
	}{
		{toronto, "2014-07-20T05:00:00Z", false},
		{toronto, "2014-11-09T05:00:00Z", false},
		{toronto, "2015-01-04T05:00:00Z", false},
		{seattle, "2015-04-06T08:00:00Z", true},
	} {
		r := watched(t, c.set, c.cutOff, 8)
		s := &r.Scores
		t.Logf("%s from %s: %d calls, %.0f expected, score z %.1f, dispersion %.2f, %.0f %% of days within 80 %%",
			c.set.Name, c.cutOff, s.Calls, s.Expected, s.Z, s.Dispersion, 100*s.Covered80)
		for _, f := range r.Findings {
			t.Log("  ", f.Evidence)
		}
		if found := len(r.Findings) > 0; found != c.found {
			t.Errorf("%s from %s: %d findings", c.set.Name, c.cutOff, len(r.Findings))
		}
		if c.found && (r.Findings[0].Kind != monitor.VolumeUp || r.Findings[0].Since.Month() != time.May) {
			t.Errorf("found %+v", r.Findings[0])
		}
	}
}

// watched learns what was known at a cut-off and watches the weeks that follow.
func watched(t *testing.T, set *callsets.Set, cutOff string, weeks calls.Hour) *monitor.Report {
	t.Helper()
	at, err := time.Parse(time.RFC3339, cutOff)
	if err != nil {
		t.Fatal(err)
	}
	from := calls.HourAt(at)
	fit, err := forecast.Learn(t.Context(), set.City, set.Calls.Before(from), forecast.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := monitor.New(set.City, fit.Dispersion(7), monitor.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var rates []float32
	for h := from; h < min(from+weeks*168, set.Calls.Span.To); h++ {
		span := calls.Span{From: h, To: h + 1}
		rates = fit.Rates(span, rates)
		if err := w.Close(h, rates, set.Calls.Between(span).Cell); err != nil {
			t.Fatal(err)
		}
	}
	return w.Report()
}
