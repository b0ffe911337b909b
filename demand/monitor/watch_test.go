package monitor

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// TestScoreAgainstEnumeration compares the expected score, its variance and the mean of the likelihood ratio
// with the sums over all ways in which two calls can fall.
func TestScoreAgainstEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates := rapid.SliceOfN(rapid.Float32Range(0, 3), 2, 6).Draw(t, "rates")
		rates[0] += 0.1
		var total, mean, square, ratio float64
		for _, r := range rates {
			total += float64(r)
		}
		for i, ra := range rates {
			for j, rb := range rates {
				a, b := float64(ra), float64(rb)
				if a == 0 || b == 0 {
					continue
				}
				s := scoreOf(rates, total, []int32{int32(i), int32(j)}, 0.05)
				p := a / total * b / total
				mean += p * s.sum
				square += p * s.sum * s.sum
				ratio += p * math.Exp(s.flatter)
			}
		}
		s := scoreOf(rates, total, []int32{0, 0}, 0.05)
		if math.Abs(s.mean-mean) > 1e-9 || math.Abs(s.variance-(square-mean*mean)) > 1e-9 {
			t.Fatalf("mean %v, variance %v; want %v, %v", s.mean, s.variance, mean, square-mean*mean)
		}
		if want := math.Exp(-flattening * 2 * 0.05); math.Abs(ratio-want) > 1e-9 {
			t.Fatalf("the likelihood ratio has mean %v, want %v", ratio, want)
		}
	})
}

// TestLevelIsTheRatioOfCounts compares with the distributions of package count.
func TestLevelIsTheRatioOfCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "calls")
		m := rapid.Float64Range(0.5, 40).Draw(t, "expected")
		v := rapid.SampledFrom([]float64{0, 0.007, 0.3}).Draw(t, "variance")
		a0, a1 := rapid.Float64Range(0.5, 2).Draw(t, "from"), rapid.Float64Range(0.5, 2).Draw(t, "to")
		at := func(a float64) float64 { return count.New([]float64{a * m}, count.Dispersion{Day: v}).PMF(n) }
		if p := at(a0); p < 1e-12 || at(a1) < 1e-12 {
			return
		}
		if got, want := level(n, m, v, a0, a1), math.Log(at(a1)/at(a0)); math.Abs(got-want) > 1e-6 {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// TestRatiosAreFair: at the edge of the tolerance a likelihood ratio is 1 on average; within it, less.
// That is all that the bound on false alarms needs.
func TestRatiosAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "calls")
		q := rapid.Float64Range(0.001, 0.999).Draw(t, "share")
		p := newPair(1, rapid.Float64Range(1, 2).Draw(t, "tolerance"), rapid.Float64Range(1.01, 3).Draw(t, "step"))
		for odds, want := range map[float64]float64{p.r0: 1, 1: 1} {
			share := odds * q / (1 + q*(odds-1))
			var mean float64
			for k := range n + 1 {
				choose, _ := math.Lgamma(float64(n + 1))
				a, _ := math.Lgamma(float64(k + 1))
				b, _ := math.Lgamma(float64(n - k + 1))
				mean += math.Exp(choose - a - b + float64(k)*math.Log(share) + float64(n-k)*math.Log1p(-share) + tilt(k, n, q, p.r0, p.r1))
			}
			if odds == p.r0 && math.Abs(mean-want) > 1e-6 || mean > want+1e-6 {
				t.Fatalf("at odds %v: %v, want %v", odds, mean, want)
			}
		}
	})
}

// TestSumsAgainstTheDefinition: the sum is the largest over the days from which one can start.
func TestSumsAgainstTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ratios := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 100).Draw(t, "ratios")
		c := cusum{limit: 1000}
		for i, r := range ratios {
			if i%5 == 0 {
				c.begin(i)
			}
			c.add(r, i)
			want := math.Inf(-1)
			for from := 0; from <= i; from += 5 {
				var sum float64
				for _, x := range ratios[from : i+1] {
					sum += x
				}
				want = max(want, sum)
			}
			if math.Abs(c.value-want) > 1e-9 {
				t.Fatalf("after %d: %v, want %v", i, c.value, want)
			}
		}
	})
}

// TestOrderOfClosing: hours that close late, twice or in any order give the report that they would have
// given in their own, and the other hours are not touched.
func TestOrderOfClosing(t *testing.T) {
	w := newWorld(5, 60, 3)
	straight := w.watch(t, 10, 5, change{volume: 1.6})
	order := rand.New(rand.NewPCG(1, 2)).Perm(240)
	mixed, err := New(w.city, spread, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var cells []int32
	for _, i := range append(order, order[:50]...) {
		h := start + calls.Hour(i)
		cells = cells[:0]
		for d := range 5 { // any cell of the district: only the score tells cells apart
			for range straight.observed[i*5+d] {
				cells = append(cells, int32(d*3))
			}
		}
		if err := mixed.Close(h, w.rates(h, nil), nil); err != nil {
			t.Fatal(err)
		}
		if err := mixed.Close(h, w.rates(h, nil), cells); err != nil {
			t.Fatal(err)
		}
	}
	mixed.score = straight.score
	if a, b := straight.Report(), mixed.Report(); !reflect.DeepEqual(a, b) {
		t.Errorf("in order %+v\nmixed %+v", a, b)
	}
}

func TestHoursThatAreNotKnown(t *testing.T) {
	w := newWorld(4, 100, 5)
	watch, err := New(w.city, spread, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	if r := watch.Report(); len(r.Findings) > 0 || r.Scores.Hours != 0 {
		t.Errorf("before any hour has closed: %+v", r)
	}
	for d := range 60 {
		for hour := range 24 {
			if d%7 == 3 || hour == 4 { // a day a week and an hour a day of which nothing is known
				continue
			}
			h := start + calls.Hour(24*d+hour)
			rates := w.rates(h, nil)
			if err := watch.Close(h, rates, w.draw(rates, nil)); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := watch.Report()
	if len(r.Findings) > 0 || len(r.Days) != reportDays || r.Scores.Days != 51 {
		t.Errorf("%d findings, %d days of which %d ended: %+v", len(r.Findings), len(r.Days), r.Scores.Days, r.Findings)
	}
}

func TestSilence(t *testing.T) {
	w := newWorld(4, 100, 5)
	watch := w.watch(t, 3, 3, change{})
	for i := range calls.Hour(6) { // a quiet night: 13.8 calls expected
		h := start + 72 + i
		if err := watch.Close(h, w.rates(h, nil), nil); err != nil {
			t.Fatal(err)
		}
		if _, ok := watch.silence(); ok != (i >= 4) {
			t.Errorf("after %d silent hours: %v", i+1, ok)
		}
	}
	for _, f := range watch.Report().Findings {
		if f.Kind == VolumeDown && strings.HasPrefix(f.Evidence, "No call in 6 hours, 13.8 expected (90 % interval ") {
			return
		}
	}
	t.Errorf("findings %+v", watch.Report().Findings)
}

// TestEvidence: a borough with more calls is named with the counts.
func TestEvidence(t *testing.T) {
	w := newWorld(33, 272, 9)
	watch := w.watch(t, 40, 30, change{volume: 1, cell: func(c int) float64 {
		if c/3 == 20 {
			return 2.2
		}
		return 1
	}})
	r := watch.Report()
	if len(r.Findings) != 1 || r.Findings[0].Kind != Place || r.Findings[0].District != 20 || !r.Districts[20].Flagged {
		t.Fatalf("findings %+v", r.Findings)
	}
	f := r.Findings[0]
	if f.Observed <= f.Expected.High || f.Flagged.Before(start.Time().AddDate(0, 0, 30)) || f.Since.After(f.Flagged) {
		t.Errorf("%+v", f)
	}
	t.Log(f.Evidence)
	for _, want := range []string{"DU: ", " calls in ", " days, ", " expected (90 % interval ", " % of all calls, "} {
		if !strings.Contains(f.Evidence, want) {
			t.Errorf("evidence %q lacks %q", f.Evidence, want)
		}
	}
}

// TestScoreIsFlagged: calls that move within their districts change no total.
func TestScoreIsFlagged(t *testing.T) {
	w := newWorld(33, 272, 11)
	r := w.watch(t, 60, 20, change{volume: 1, cell: func(c int) float64 { return []float64{1, 0.2, 3.4}[c%3] }}).Report()
	if len(r.Findings) != 1 || r.Findings[0].Kind != Score || r.Scores.Z > -5 {
		t.Errorf("z %v, findings %+v", r.Scores.Z, r.Findings)
	}
}

// TestScoresWhereNothingChanges: totals fall evenly, the dispersion is about 1 and the score as expected.
func TestScoresWhereNothingChanges(t *testing.T) {
	s := newWorld(10, 100, 13).watch(t, 365, 365, change{}).Report().Scores
	if math.Abs(s.Z) > 3 || s.Dispersion < 0.8 || s.Dispersion > 1.25 || math.Abs(s.Covered80-0.8) > 0.07 {
		t.Errorf("z %v, dispersion %v, covered %v", s.Z, s.Dispersion, s.Covered80)
	}
	var sum float64
	for _, bin := range s.HourPIT {
		sum += bin
		if bin < 0.08 || bin > 0.12 {
			t.Errorf("hourly totals by tenth: %v", s.HourPIT)
			break
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("tenths sum to %v", sum)
	}
}

func TestWatchRefuses(t *testing.T) {
	city := town(2)
	if _, err := New(city, count.Dispersion{Day: -1}, DefaultSettings()); err == nil {
		t.Error("a negative variance was taken")
	}
	s := DefaultSettings()
	s.FalseAlarmDays, s.PlaceStep = 0, math.NaN()
	if _, err := New(city, spread, s); err == nil || !strings.Contains(err.Error(), "FalseAlarmDays") || !strings.Contains(err.Error(), "PlaceStep") {
		t.Errorf("settings out of range: %v", err)
	}
	w, err := New(city, spread, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rates []float32
		cells []int32
		want  string
	}{
		{make([]float32, 5), nil, "5 cells; the city has 6"},
		{[]float32{0, 0, float32(math.NaN()), 0, 0, 0}, nil, "cell 2"},
		{make([]float32, 6), []int32{6}, "want 0 to 5"},
	} {
		if err := w.Close(0, c.rates, c.cells); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if w.Len() != 0 {
		t.Error("a refused hour was closed")
	}
}
