package planning

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestErlangB compares with the sum that defines it.
func TestErlangB(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "servers")
		a := rapid.Float64Range(0.01, 60).Draw(t, "erlangs")
		term, sum := 1.0, 1.0
		for k := 1; k <= n; k++ {
			term *= a / float64(k)
			sum += term
		}
		if got, want := erlangB(n, a), term/sum; math.Abs(got-want) > 1e-9 {
			t.Fatalf("B(%d, %v) = %v, want %v", n, a, got, want)
		}
	})
}

func TestEstimateLoad(t *testing.T) {
	// Two erlangs on three cars: B = (8/6)/(1 + 2 + 2 + 8/6) = 4/19, so each carries 2·(15/19)/3.
	calls := 2 / (CycleHours * SuitableShare)
	l := EstimateLoad(calls, 3)
	nearlyEqual(t, "offered load", l.Offered, 2, 1e-12)
	nearlyEqual(t, "offered load of all calls", l.OfferedAll, 2/SuitableShare, 1e-9)
	nearlyEqual(t, "busy", l.Busy, 0.526, 1e-12)
	if l := EstimateLoad(1e6, 1); l.Busy != MaxBusy {
		t.Errorf("a swamped car is busy %v of the time, want the limit %v", l.Busy, MaxBusy)
	}
}

func TestGapInWords(t *testing.T) {
	for _, c := range []struct {
		gap  float64
		want string
	}{
		{0, "the best possible plan for these assumptions"},
		{0.000001, "at most 0.1 % from the best possible plan for these assumptions"},
		{0.013, "at most 1.3 % from the best possible plan for these assumptions"},
		{1, "at an unknown distance from the best possible plan for these assumptions: the search ended before it had a bound"},
		{0.01301, "at most 1.4 % from the best possible plan for these assumptions"},
	} {
		if got := GapInWords(c.gap); got != c.want {
			t.Errorf("%v: %q, want %q", c.gap, got, c.want)
		}
	}
}

// TestTallyAgreesWithTwin has the twin write every call out, weights being whole numbers.
func TestTallyAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type outcome struct{ Part, Millis, Calls int }
		const parts = 3
		outcomes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) outcome {
			// A few times that are often the same, near a bin's edge or the target, and any others.
			ms := rapid.OneOf(rapid.SampledFrom([]int{0, 4095, 4096, 4097, 840_000, 840_001, 7_200_000}), rapid.IntRange(0, 20_000), rapid.IntRange(0, 7_200_000)).Draw(t, "ms")
			return outcome{rapid.IntRange(0, parts-1).Draw(t, "part"), ms, rapid.IntRange(0, 20).Draw(t, "calls")}
		}), 1, 30).Draw(t, "outcomes")
		y := newTally(parts)
		var calls [parts + 1][]int // their times
		for _, o := range outcomes {
			y.add(o.Part, road.Millis(o.Millis), float64(o.Calls))
			for range o.Calls {
				calls[o.Part] = append(calls[o.Part], o.Millis)
				calls[parts] = append(calls[parts], o.Millis)
			}
		}
		y.settle()
		for _, o := range outcomes {
			y.look(o.Part, road.Millis(o.Millis), float64(o.Calls))
		}
		for part, times := range calls {
			if got, want := y.response(part), twinResponse(times); math.Abs(got.MeanSeconds-want.MeanSeconds) > 0.0011 ||
				got.P90Seconds != want.P90Seconds || math.Abs(got.Within15-want.Within15) > 1e-6 {
				t.Fatalf("part %d: %+v, want %+v", part, got, want)
			}
		}
	})
}

// twinResponse sums up the times of calls, in milliseconds.
func twinResponse(times []int) (r Response) {
	if len(times) == 0 {
		return r
	}
	slices.Sort(times)
	for _, ms := range times {
		r.MeanSeconds += (60 + float64(ms)/1000) / float64(len(times))
		if 60_000+ms <= 900_000 {
			r.Within15 += 1 / float64(len(times))
		}
	}
	r.P90Seconds = round(60+float64(times[(9*len(times)+9)/10-1])/1000, 3)
	return r
}
