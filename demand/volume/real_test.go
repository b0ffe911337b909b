package volume

import (
	"math"
	"testing"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/internal/callsets"
)

// judged is how forecasts a week ahead did at weekly origins.
type judged struct {
	absolute, days   float64 // errors of daily totals
	hours, c80, c95  float64 // of the hours' intervals
	score, callCount float64 // Poisson log score of hours
}

// judge forecasts the last weeks of a set, each from what came before it.
func judge(t *testing.T, s *callsets.Set, weeks int) (j judged) {
	r := read(s.Calls, s.City.Zone, s.City.Holidays)
	for o := r.days() - 7; o >= r.days()-7*weeks; o -= 7 {
		span := calls.Span{From: s.Calls.Span.From + calls.Hour(r.start[o]), To: s.Calls.Span.From + calls.Hour(r.start[o+7])}
		m, err := Fit(s.City, s.Calls.Before(span.From), Settings{})
		if err != nil {
			t.Fatal(err)
		}
		rates := m.Rates(span, nil)
		for d := o; d < o+7; d++ {
			var mean float64
			for i := r.start[d]; i < r.start[d+1]; i++ {
				x, n := rates[i-r.start[o]], r.calls[i]
				p := count.New([]float64{x}, m.Dispersion(d-o+1)).PIT(int(n))
				mean += x
				j.hours, j.c80, j.c95 = j.hours+1, j.c80+p.Covered(0.8), j.c95+p.Covered(0.95)
				j.score, j.callCount = j.score+n*math.Log(x)-x, j.callCount+n
			}
			j.absolute += math.Abs(mean - r.perDay[d])
			j.days++
		}
	}
	return j
}

// naive returns the mean absolute error of saying what came a week before.
func naive(r *history) float64 {
	var sum float64
	for d := 7; d < r.days(); d++ {
		sum += math.Abs(r.perDay[d] - r.perDay[d-7])
	}
	return sum / float64(r.days()-7)
}

// TestRealCalls holds forecasts of real calls against what came. The bounds on MASE, the error of daily
// totals over that of repeating the week before, leave a hundredth or two to what was measured.
func TestRealCalls(t *testing.T) {
	for _, c := range []struct {
		read  func(testing.TB) *callsets.Set
		weeks int
		mase  float64
	}{
		{callsets.Toronto, 20, 0.76},
		{callsets.SeattleCrisis, 9, 0.77},
		{callsets.SeattleAll, 10, 0.71},
		{callsets.LondonCollisions, 26, 0.73},
	} {
		s := c.read(t)
		j := judge(t, s, c.weeks)
		mase := j.absolute / j.days / naive(read(s.Calls, s.City.Zone, s.City.Holidays))
		t.Logf("%-24s MASE %.3f, hours covered %.1f and %.1f %%, log score of hours %.4f a call", s.Name, mase, 100*j.c80/j.hours, 100*j.c95/j.hours, j.score/j.callCount)
		if mase > c.mase {
			t.Errorf("%s: MASE %.3f, want %.2f or less", s.Name, mase, c.mase)
		}
		if s.Name == "Toronto crisis calls" && (math.Abs(j.c80/j.hours-0.8) > 0.02 || math.Abs(j.c95/j.hours-0.95) > 0.01) {
			t.Errorf("%s: intervals cover %.3f and %.3f of the hours", s.Name, j.c80/j.hours, j.c95/j.hours)
		}
	}
}
