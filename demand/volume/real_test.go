package volume

import (
	"math"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/internal/callsets"
)

func TestReal(t *testing.T) {
	for _, read := range []func(testing.TB) *callsets.Set{callsets.Toronto, callsets.SeattleCrisis, callsets.SeattleAll, callsets.LondonCollisions} {
		s := read(t)
		r := read2(s)
		start := time.Now()
		m, err := Fit(s.City, s.Calls, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		// Weekly rolling origins over the last half.
		var abs, naive, n float64
		days := r.days()
		var hourScore, hourCalls float64
		for o := days - 7; o >= max(56, days/2); o -= 7 {
			at := s.Calls.Span.From + calls.Hour(r.start[o])
			m, err := Fit(s.City, s.Calls.Before(at), Settings{})
			if err != nil {
				t.Fatal(err)
			}
			span := calls.Span{From: at, To: s.Calls.Span.From + calls.Hour(r.start[o+7])}
			rates := m.Rates(span, nil)
			for d := o; d < o+7; d++ {
				var mean float64
				for i := r.start[d]; i < r.start[d+1]; i++ {
					x := rates[i-r.start[o]]
					mean += x
					hourScore += r.calls[i]*math.Log(x) - x
					hourCalls += r.calls[i]
				}
				abs += math.Abs(mean - r.perDay[d])
				n++
			}
		}
		var nn float64
		for d := 7; d < days; d++ {
			naive += math.Abs(r.perDay[d] - r.perDay[d-7])
			nn++
		}
		t.Logf("%-24s MASE %.3f hour score/call %.4f  fit %v  %+v  disp %+v level %+v", s.Name, abs/n/(naive/nn), hourScore/hourCalls, took, m.tuning, m.dispersion, m.level)
	}
}

func read2(s *callsets.Set) *history { return read(s.Calls, s.City.Zone, s.City.Holidays) }
