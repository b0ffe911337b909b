package volume

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func drawDays(t *rapid.T) (perDay, expected []float64) {
	n := rapid.IntRange(1, 200).Draw(t, "days")
	for range n {
		perDay = append(perDay, float64(rapid.IntRange(0, 30).Draw(t, "calls")))
		expected = append(expected, rapid.SampledFrom([]float64{0, 12, 23, 24, 25}).Draw(t, "hours"))
		if expected[len(expected)-1] == 0 {
			perDay[len(perDay)-1] = 0
		}
	}
	return perDay, expected
}

// TestLevelsAgreeWithDirectSums: the recursions against weights worked out for each pair of days.
func TestLevelsAgreeWithDirectSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		perDay, expected := drawDays(t)
		n := len(perDay)
		halfLife := rapid.Float64Range(3, longRunDays).Draw(t, "half-life")
		var calls, hours float64
		for i := range perDay {
			w := math.Exp2(float64(i-n+1) / halfLife)
			calls, hours = calls+w*perDay[i], hours+w*expected[i]
		}
		gotCalls, gotHours := recent(perDay, expected, halfLife)
		if math.Abs(gotCalls-calls) > 1e-9*(1+calls) || math.Abs(gotHours-hours) > 1e-9*(1+hours) {
			t.Fatalf("%v calls in %v hours, want %v in %v", gotCalls, gotHours, calls, hours)
		}
		got := around(perDay, expected, hindsightDays)
		for i := range got {
			calls, hours = 0, 0
			for j := range perDay {
				w := math.Exp(-math.Abs(float64(i-j)) / hindsightDays)
				calls, hours = calls+w*perDay[j], hours+w*expected[j]
			}
			want := 1.0
			if hours > 0 {
				want = (calls + noPriorCalls) / (hours + noPriorCalls)
			}
			if math.Abs(got[i]-want) > 1e-9*want {
				t.Fatalf("day %d: %v, want %v", i, got[i], want)
			}
		}
	})
}

// TestLevelComesBack: from now's to the long run's, half of it in the days that say so.
func TestLevelComesBack(t *testing.T) {
	l := level{now: posterior{8, 100}, longRun: posterior{2, 1000}, back: 14}
	for _, tc := range []struct{ ahead, want float64 }{{-5, 8}, {0, 8}, {14, 4}, {28, 2 * math.Sqrt2}, {1e4, 2}} {
		if got := l.at(tc.ahead); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%v days ahead %v, want %v", tc.ahead, got, tc.want)
		}
	}
	if got := l.variance(0); math.Abs(got-0.01) > 1e-12 {
		t.Errorf("variance %v of 100 calls, want 0.01", got)
	}
	if got := l.variance(1e5); math.Abs(got-0.001) > 1e-9 {
		t.Errorf("variance %v of 1000 calls, want 0.001", got)
	}
}

// TestLevelAfterALongSilence: weeks of which nothing is known bring the level back to the long run's.
func TestLevelAfterALongSilence(t *testing.T) {
	var perDay, expected []float64
	for i := range 400 {
		x := 48.0
		if i >= 390 {
			x = 96
		}
		perDay, expected = append(perDay, x), append(expected, 24)
	}
	at := func(silent int) float64 {
		none := make([]float64, silent)
		perDay, expected := append(perDay, none...), append(expected, none...)
		l := levelOf(perDay, expected, tuning{HalfLife: 3, Back: 1e6}, longRunOf(perDay, expected, 0))
		return l.now.Rate / l.longRun.Rate
	}
	if soon, later := at(0), at(60); soon < 1.6 || math.Abs(later-1) > 0.001 {
		t.Errorf("%v of the long run's at once, %v after sixty days; want nearly 2 and 1", soon, later)
	}
}
