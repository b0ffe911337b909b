package planning

import (
	"math"
	"testing"

	"pgregory.net/rapid"
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

// TestSummariseAgreesWithTwin has the twin write every call out, weights being whole numbers.
func TestSummariseAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type pair struct{ Seconds, Calls int }
		pairs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pair {
			return pair{rapid.IntRange(0, 2000).Draw(t, "seconds"), rapid.IntRange(0, 20).Draw(t, "calls")}
		}), 1, 30).Draw(t, "waits")
		var waits []wait
		calls := make([]int, 2001) // by seconds
		var n, sum, within int
		for _, p := range pairs {
			waits = append(waits, wait{float64(p.Seconds), float64(p.Calls)})
			calls[p.Seconds] += p.Calls
			n += p.Calls
			sum += p.Calls * p.Seconds
			if p.Seconds <= 900 {
				within += p.Calls
			}
		}
		got := summarise(waits)
		if n == 0 {
			if got != (Response{}) {
				t.Fatalf("nothing to sum up gives %+v", got)
			}
			return
		}
		p90, below := 0, calls[0]
		for 10*below < 9*n {
			p90++
			below += calls[p90]
		}
		if math.Abs(got.MeanSeconds-float64(sum)/float64(n)) > 0.001 || got.P90Seconds != float64(p90) ||
			math.Abs(got.Within15-float64(within)/float64(n)) > 1e-6 {
			t.Fatalf("%+v, want mean %v, 90th percentile %d, within %v", got, float64(sum)/float64(n), p90, float64(within)/float64(n))
		}
	})
}
