package mixture

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// table returns the shares of all hours.
func table(m *Model) []float32 {
	out := make([]float32, demand.HoursPerWeek*m.Cells())
	for h := range demand.HoursPerWeek {
		m.Shares(demand.HourOfWeek(h), out[h*m.Cells():])
	}
	return out
}

// equal fails unless two models give the same shares and weights, to the last bit.
func equal(t *testing.T, got, want *Model) {
	t.Helper()
	a, b := table(got), table(want)
	for i := range b {
		if a[i] != b[i] {
			t.Fatalf("hour %d, cell %d: %v, want %v", i/want.Cells(), i%want.Cells(), a[i], b[i])
		}
	}
	for i, c := range want.Components() {
		if g := got.Components()[i]; g != c {
			t.Fatalf("component %d: %+v, want %+v", i, g, c)
		}
	}
}

func TestSharesSumToOne(t *testing.T) {
	city := testCity(12)
	for _, weeks := range []int{0, 1, 3, 20} {
		m := fitted(t, city, testCalls(city.Len(), weeks, 60, 1, twoTowns(12)))
		all := table(m)
		for h := range demand.HoursPerWeek {
			sum := 0.0
			for c, p := range all[h*m.cells : (h+1)*m.cells] {
				sum += float64(p)
				if !(p > 0) {
					t.Fatalf("%d weeks: cell %d has probability %v at %v", weeks, c, p, h)
				}
			}
			if math.Abs(sum-1) > 1e-5 {
				t.Fatalf("%d weeks: probabilities at %v sum to %v", weeks, h, sum)
			}
		}
		weights := 0.0
		for _, c := range m.Components() {
			weights += c.Weight
		}
		if math.Abs(weights-1) > 1e-9 {
			t.Errorf("%d weeks: weights sum to %v", weeks, weights)
		}
	}
}

// TestExplainAddsUp: what the components give is what Shares says.
func TestExplainAddsUp(t *testing.T) {
	city := testCity(8)
	m := fitted(t, city, testCalls(city.Len(), 12, 80, 2, twoTowns(8)))
	all := table(m)
	for _, at := range []struct {
		cell int
		hour demand.HourOfWeek
	}{{0, 0}, {27, 50}, {63, 167}} {
		total, part := 0.0, 0.0
		for _, p := range m.Explain(at.cell, at.hour) {
			total += p.Weight * p.Value
			part += p.Share
		}
		want := float64(all[int(at.hour)*m.cells+at.cell])
		if math.Abs(total/want-1) > 1e-5 || math.Abs(part-1) > 1e-9 {
			t.Errorf("cell %d at %v: parts come to %v with shares of %v, want %v and 1", at.cell, at.hour, total, part, want)
		}
	}
}

// TestFewCallsKeepThePrior: three calls in one place move the forecast a little; none leave it alone.
func TestFewCallsKeepThePrior(t *testing.T) {
	city := testCity(10)
	city.Prior = make([]float64, city.Len())
	for i := range city.Prior {
		city.Prior[i] = float64(i % 7) // nothing in every seventh
	}
	city.Prior = shares(city.Prior)
	h := testCalls(city.Len(), 6, 0, 1, twoTowns(10))
	dst := make([]float32, city.Len())
	off := func(h *calls.History) (kl float64) {
		fitted(t, city, h).Shares(100, dst)
		for i, q := range city.Prior {
			if q > 0 {
				kl += q * math.Log(q/float64(dst[i]))
			}
		}
		return kl
	}
	if none := off(h); none > 0.01 {
		t.Errorf("without calls the shares are %v nats from the prior", none)
	}
	for i := range 3 {
		h.Hour, h.Cell, h.Kind = append(h.Hour, h.Span.From+calls.Hour(i*300+5)), append(h.Cell, 44), append(h.Kind, 0)
	}
	before := city.Prior[44]
	if few := off(h); few > 0.3 || float64(dst[44]) < 2*before {
		t.Errorf("three calls move the shares by %v nats, the cell's from %v to %v", few, before, dst[44])
	}
}

func TestOneCell(t *testing.T) {
	city := testCity(1)
	m := fitted(t, city, testCalls(1, 10, 20, 1, func(int, demand.HourOfWeek) float64 { return 1 }))
	for i, p := range table(m) {
		if math.Abs(float64(p)-1) > 1e-6 {
			t.Fatalf("hour %d: the only cell has probability %v", i, p)
		}
	}
}

// TestNamesOfCellsDoNotMatter: numbering the cells otherwise numbers the shares so.
func TestNamesOfCellsDoNotMatter(t *testing.T) {
	city := testCity(9)
	h := testCalls(city.Len(), 14, 90, 3, twoTowns(9))
	to := rand.New(rand.NewPCG(5, 5)).Perm(city.Len())
	other, moved := *city, *h
	other.X, other.Y, other.Land = slices.Clone(city.X), slices.Clone(city.Y), slices.Clone(city.Land)
	for i, j := range to {
		other.X[j], other.Y[j], other.Land[j] = city.X[i], city.Y[i], city.Land[i]
	}
	moved.Cell = make([]int32, h.Len())
	for i, c := range h.Cell {
		moved.Cell[i] = int32(to[c])
	}
	a, b := table(fitted(t, city, h)), table(fitted(t, &other, &moved))
	for k := range a {
		h, i := k/city.Len(), k%city.Len()
		if x := b[h*city.Len()+to[i]]; math.Abs(float64(x/a[k]-1)) > 1e-4 {
			t.Fatalf("hour %d: cell %d has %v, as cell %d %v", h, i, a[k], to[i], x)
		}
	}
}

// TestWeeksLaterIsTheSame: all times moved by whole weeks change nothing.
func TestWeeksLaterIsTheSame(t *testing.T) {
	city := testCity(8)
	h := testCalls(city.Len(), 12, 70, 4, twoTowns(8))
	later := *h
	later.Hour = slices.Clone(h.Hour)
	const shift = 37 * period
	later.Span = calls.Span{From: h.Span.From + shift, To: h.Span.To + shift}
	for i := range later.Hour {
		later.Hour[i] += shift
	}
	equal(t, fitted(t, city, &later), fitted(t, city, h))
}

// TestMissingMonth: four weeks of which nothing is known make no call older and no week emptier.
func TestMissingMonth(t *testing.T) {
	city := testCity(8)
	h := testCalls(city.Len(), 16, 70, 4, twoTowns(8))
	torn := *h
	torn.Hour = slices.Clone(h.Hour)
	cut := h.Span.From + 11*period + 50
	const month = 4 * period
	for i, at := range torn.Hour {
		if at >= cut {
			torn.Hour[i] += month
		}
	}
	torn.Span.To += month
	torn.Gaps = []calls.Span{{From: cut, To: cut + month}}
	equal(t, fitted(t, city, &torn), fitted(t, city, h))
}

// TestNeverPeeks: a fit of what was known at a time is the same whatever comes after.
func TestNeverPeeks(t *testing.T) {
	city := testCity(8)
	h := testCalls(city.Len(), 20, 70, 6, twoTowns(8))
	now := h.Span.From + 13*period + 31
	past := h.Before(now)
	other := *h
	other.Cell = slices.Clone(h.Cell)
	future := other.Cell[past.Len():]
	rand.New(rand.NewPCG(8, 8)).Shuffle(len(future), func(i, j int) { future[i], future[j] = future[j], future[i] })
	if slices.Equal(other.Cell, h.Cell) {
		t.Fatal("nothing was shuffled")
	}
	equal(t, fitted(t, city, other.Before(now)), fitted(t, city, past))
}

// TestHeldOutWeeksAreForeseen: within a fit, a week is predicted by what came before it, so what it holds
// and what follows do not change its prediction.
func TestHeldOutWeeksAreForeseen(t *testing.T) {
	city := testCity(8)
	h := testCalls(city.Len(), 10, 70, 6, twoTowns(8))
	other := *h
	other.Cell = slices.Clone(h.Cell)
	s, err := Settings{}.filled()
	if err != nil {
		t.Fatal(err)
	}
	l := newLedger(city, h)
	const week = 6
	from, _ := l.week(week)
	for i := range other.Cell[from:] {
		other.Cell[int(from)+i] = int32(i % city.Len())
	}
	if !slices.Equal(predicted(t, city, h, s, week), predicted(t, city, &other, s, week)) {
		t.Error("a week's prediction depends on that week or later ones")
	}
	if slices.Equal(predicted(t, city, h, s, week+1), predicted(t, city, &other, s, week+1)) {
		t.Error("a week's calls do not count for the next")
	}
}

// predicted returns the planes of all components before a week, made as Fit makes them.
func predicted(t *testing.T, city *demand.City, h *calls.History, s Settings, week int) (planes []float32) {
	t.Helper()
	r := newLearner(city, newLedger(city, h), s)
	for w := 3; w < week; w++ {
		r.see(w)
		if _, err := r.predict(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	r.see(week)
	ds, err := r.components(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range ds {
		planes = append(planes, d.plane...)
	}
	return planes
}

func TestSameOnAnyNumberOfProcessors(t *testing.T) {
	city := testCity(10)
	h := testCalls(city.Len(), 14, 90, 3, twoTowns(10))
	want := fitted(t, city, h)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	equal(t, fitted(t, city, h), want)
	runtime.GOMAXPROCS(7)
	equal(t, fitted(t, city, h), want)
}

func TestSharesAllocateNothing(t *testing.T) {
	city := testCity(6)
	m := fitted(t, city, testCalls(city.Len(), 5, 30, 1, twoTowns(6)))
	dst := make([]float32, city.Len())
	if n := testing.AllocsPerRun(10, func() { m.Shares(5, dst) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestForeseeingTakesConvincing: the likeliest shrinkage stays until another has foreseen clearly more.
func TestForeseeingTakesConvincing(t *testing.T) {
	for _, tc := range []struct {
		score [len(fractions)]float64
		want  int
	}{{[...]float64{0, 0, 0}, 0}, {[...]float64{-100, -98, -99}, 0}, {[...]float64{-100, -96, -99}, 1}, {[...]float64{-100, -96, -95}, 2}, {[...]float64{-90, -96, -95}, 0}} {
		var r learner
		for i, s := range tc.score {
			r.trial[i].score = s
		}
		if got := r.foreseeing(); got != tc.want {
			t.Errorf("scores %v: fraction %d, want %d", tc.score, got, tc.want)
		}
	}
}
