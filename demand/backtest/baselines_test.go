package backtest

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// TestTimeKernelAgainstTwin: spreading is a plain sum over all pairs of hours.
func TestTimeKernelAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sigma := rapid.SampledFrom([]float64{0, 0.5, 1, 3, 14, 30}).Draw(t, "sigma")
		anyDay := rapid.SampledFrom([]float64{0, 0.3, 1}).Draw(t, "any day")
		seen := rapid.SliceOfN(rapid.Float64Range(0, 5), week, week).Draw(t, "seen")
		got := make([]float64, week)
		newTimeKernel(sigma, anyDay).spread(seen, got)
		weight := func(d int) float64 {
			if d == 0 {
				return 1
			}
			return math.Exp(-float64(d*d) / (2 * sigma * sigma))
		}
		norm := 0.0
		for d := -int(3 * sigma); d <= int(3*sigma); d++ {
			norm += weight(d)
		}
		want := make([]float64, week)
		for h, n := range seen {
			for d := -int(3 * sigma); d <= int(3*sigma); d++ {
				w := n * weight(d) / norm
				want[((h+d)%week+week)%week] += (1 - anyDay) * w
				for day := range 7 {
					want[day*24+((h+d)%24+24)%24] += anyDay * w / 7
				}
			}
		}
		for h := range want {
			if math.Abs(got[h]-want[h]) > 1e-9*(1+want[h]) {
				t.Fatalf("hour %d has %v, want %v", h, got[h], want[h])
			}
		}
	})
}

// TestKernelAgainstTwin: what cells receive is a plain sum over all pairs, and no call is lost.
func TestKernelAgainstTwin(t *testing.T) {
	city := testCity(t, 7)
	n := city.Len()
	mass := make([]float64, n)
	for i := range mass {
		mass[i] = float64(i * i % 11)
	}
	for _, sigma := range []float64{200, 900, 5000} {
		for base := range 2 {
			k := newKernels(city).of(sigma, float64(base))
			b := func(c int) float64 {
				if base == 1 {
					return city.Land[c]
				}
				return 1
			}
			near := func(i, c int) float64 {
				d := math.Hypot(city.X[i]-city.X[c], city.Y[i]-city.Y[c])
				if d > reach*sigma {
					return 0
				}
				return math.Exp(-d * d / (2 * sigma * sigma))
			}
			all := 0.0
			for c := range n {
				want := 0.0
				for i := range n {
					norm := 0.0
					for o := range n {
						norm += b(o) * near(i, o)
					}
					want += mass[i] * b(c) * near(i, c) / norm
				}
				for range 2 { // the second time from the rows that were kept
					if got := k.gather(c, mass); math.Abs(got-want) > 1e-5*(1+want) {
						t.Fatalf("σ %v: cell %d receives %v, want %v", sigma, c, got, want)
					}
				}
				all += want
			}
			if math.Abs(all/sumOf(mass)-1) > 1e-9 {
				t.Errorf("σ %v: %v of %v calls are left", sigma, all, sumOf(mass))
			}
		}
	}
}

func sumOf(xs []float64) (s float64) {
	for _, x := range xs {
		s += x
	}
	return s
}

// TestMEDICByHand: four weeks ago to last week, and the same weeks of the year before; older calls and
// those in between count for nothing.
func TestMEDICByHand(t *testing.T) {
	city := testCity(t, 2)
	h := &calls.History{Cells: 4, Span: weeksFrom(t, "2024-01-01", 60), Kinds: []calls.Kind{{}}}
	at := func(weeksAgo, n int) {
		for range n {
			h.Hour, h.Cell, h.Kind = append(h.Hour, h.Span.To-calls.Hour(week*weeksAgo)+10), append(h.Cell, 3), append(h.Kind, 0)
		}
	}
	at(60, 7)   // too old
	at(52+4, 2) // counts
	at(52+1, 1) // counts
	at(52, 9)   // in between
	at(5, 9)    // in between
	at(4, 3)    // counts
	at(1, 4)    // counts
	m := NewMEDIC(city)
	past := &lesson{city: city, clock: newClock(city.Zone, h.Span), past: h}
	mean, perHour := m.mean(past)
	how := int(past.clock.hourOfWeek(h.Span.To - week + 10))
	if got, want := mean[how*4+3], (2+1+3+4)/8.0; got != want {
		t.Errorf("mean %v, want %v", got, want)
	}
	if want := 10.5 / (8 * week); math.Abs(perHour-want) > 1e-12 {
		t.Errorf("%v calls an hour, want %v", perHour, want)
	}
	if got := sumOf(mean); got != 10/8.0 {
		t.Errorf("all hours and cells have %v, want 1.25", got)
	}
}

// TestLevelByHand: with a half-life of a week, last week counts two thirds of two weeks.
func TestLevelByHand(t *testing.T) {
	h := &calls.History{Cells: 1, Span: weeksFrom(t, "2025-06-02", 2)}
	for i := range 2 * week {
		for range 1 + 2*(i/week) {
			h.Hour = append(h.Hour, h.Span.From+calls.Hour(i))
		}
	}
	if got := level(h, forever); math.Abs(got-2) > 0.01 {
		t.Errorf("level %v that forgets nothing, want 2", got)
	}
	if got, want := level(h, 7), (2*3+1)/3.0; math.Abs(got-want) > 0.01 {
		t.Errorf("level %v, want %v", got, want)
	}
	h.Gaps = []calls.Span{{From: h.Span.From, To: h.Span.From + week}}
	h.Hour = h.Hour[week:]
	if got := level(h, forever); math.Abs(got-3) > 0.01 {
		t.Errorf("level %v where the first week is not known, want 3", got)
	}
}

// TestForecastsAddUp: rates sum to the level over a week, whatever the baseline; a span of the clock
// change has an hour less.
func TestForecastsAddUp(t *testing.T) {
	w := newTruth(t, 5, 60)
	h := w.draw(weeksFrom(t, "2025-12-29", 13), 9) // the next week begins on 30 March, after the change
	for _, f := range All(w.city, forecast.Settings{}) {
		got, err := f.Forecast(t.Context(), h, calls.Span{From: h.Span.To, To: h.Span.To + week})
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for _, r := range got.Rate {
			total += float64(r)
		}
		if total < 7*60*0.9 || total > 7*60*1.1 {
			t.Errorf("%s expects %.0f calls in a week, about 420 come", f.Name(), total)
		}
		if d := got.Dispersion; d.Day > 0.1 {
			t.Errorf("%s: dispersion %+v, truth 0.02", f.Name(), d)
		}
	}
}

// TestTunedOnWhatIsForecast: the score that a baseline tunes itself by is the score that it would have had.
func TestTunedOnWhatIsForecast(t *testing.T) {
	w := newTruth(t, 5, 60)
	h := w.draw(weeksFrom(t, "2026-01-05", 9), 4)
	k := newClock(w.city.Zone, h.Span)
	last := lessonsOf(w.city, k, h)[5]
	logs := func(rate func(demand.HourOfWeek, int32) float64) (sum float64) {
		for i, c := range last.week.Cell {
			sum += math.Log(rate(k.hourOfWeek(last.week.Hour[i]), c))
		}
		return sum
	}
	same := func(name string, got, want float64) {
		if math.Abs(got-want) > 1e-4*math.Abs(want) {
			t.Errorf("%s: tuned by %v, forecast scores %v", name, got, want)
		}
	}
	p := newPlaces(newKernels(w.city))
	for _, v := range [][]float64{{900, 20, 112, 1, 0.01}, {200, 0, forever, 0, 0.1}} {
		shares := p.shares(last, v)
		same("places", p.score(last, v), logs(func(_ demand.HourOfWeek, c int32) float64 { return shares[c] }))
		same("sum of places", sumOf(shares), 1)
	}
	d := NewKDE(w.city)
	for _, v := range [][]float64{{900, 3, 0.5, 112, 1, 0.01}, {200, 14, 1, forever, 0, 0.1}} {
		density := d.densities(last, v)
		same("kernels", d.score(last, v), logs(func(h demand.HourOfWeek, c int32) float64 { return density[int(c)*week+int(h)] }))
		same("sum of kernels", sumOf(density), week)
	}
	m := NewMEDIC(w.city)
	mean, perHour := m.mean(last)
	v := []float64{0.6, 1}
	expected := func(h demand.HourOfWeek, c int32) float64 {
		return 0.4*mean[int(h)*w.city.Len()+int(c)] + 0.6*perHour*m.base[1][c]
	}
	total := 0.0
	for h := range demand.HourOfWeek(week) {
		for c := range int32(w.city.Len()) {
			total += expected(h, c)
		}
	}
	same("MEDIC", m.score(last, v), logs(expected)-total)
}

// TestTunerFindsThePeak of a function with one, from any start, and stays at the start without lessons.
func TestTunerFindsThePeak(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		peak := [2]int{rapid.IntRange(0, 6).Draw(rt, "x"), rapid.IntRange(0, 4).Draw(rt, "y")}
		tn := &tuner{
			axes: []axis{{"x", []float64{0, 1, 2, 3, 4, 5, 6}, rapid.IntRange(0, 6).Draw(rt, "from")}, {"y", []float64{0, 1, 2, 3, 4}, 2}},
			score: func(_ *lesson, v []float64) float64 {
				x, y := v[0]-float64(peak[0]), v[1]-float64(peak[1])
				return -x*x - y*y - 0.5*x*y
			},
		}
		got, err := tn.choose(t.Context(), []*lesson{{key: 1}, {key: 2}})
		if err != nil || got[0] != float64(peak[0]) || got[1] != float64(peak[1]) {
			rt.Fatalf("chose %v, error %v; the peak is at %v", got, err, peak)
		}
		if start, _ := tn.choose(t.Context(), nil); start[1] != 2 {
			rt.Fatalf("without lessons chose %v", start)
		}
	})
}

// TestFewCalls: no baseline fails, or gives no chance to anything, on no calls, three calls, or one cell.
func TestFewCalls(t *testing.T) {
	for _, side := range []int{1, 3} {
		w := newTruth(t, max(side, 2), 20)
		city := w.city
		if side == 1 {
			one := *city
			one.X, one.Y, one.Land, one.District = one.X[:1], one.Y[:1], one.Land[:1], one.District[:1]
			city = &one
		}
		for _, n := range []int{0, 3} {
			h := &calls.History{Cells: city.Len(), Span: weeksFrom(t, "2026-01-05", 6), Kinds: []calls.Kind{{}}}
			for i := range n {
				h.Hour, h.Cell, h.Kind = append(h.Hour, h.Span.From+calls.Hour(300*i)), append(h.Cell, 0), append(h.Kind, 0)
			}
			for _, f := range []Forecaster{NewMEDIC(city), NewSeparable(city), NewKDE(city)} {
				got, err := f.Forecast(t.Context(), h, calls.Span{From: h.Span.To, To: h.Span.To + week})
				if err != nil {
					t.Fatal(err)
				}
				if err := got.check(f.Name(), city.Len(), calls.Span{To: week}); err != nil {
					t.Error(err)
				}
				for i, r := range got.Rate {
					if r == 0 {
						t.Fatalf("%s gives no chance to cell %d in hour %d of %d calls", f.Name(), i%city.Len(), i/city.Len(), n)
					}
				}
			}
		}
	}
}
