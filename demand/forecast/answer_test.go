package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

func near(t testing.TB, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)+1e-12) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// withKinds is a prior that can tell kinds apart.
type withKinds struct {
	*Prior
	mix *Mix
}

func (w withKinds) Mix() *Mix { return w.mix }

func testBaseline(t testing.TB) withKinds {
	t.Helper()
	p := testPrior(testCity(8), 400)
	h := simulate(p, calls.Span{From: at(t, "2026-01-05 00:00"), To: at(t, "2026-02-02 00:00")}, 1)
	return withKinds{p, learnMix(p.City(), h)}
}

func ask(t testing.TB, b Baseline, q Query) *Answer {
	t.Helper()
	a, err := Ask(b, q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAnswersAddUp: cells, districts and columns have the same expected calls; so have parts of the area,
// of the hours, and of the kinds.
func TestAnswersAddUp(t *testing.T) {
	b := testBaseline(t)
	week := calls.Span{From: at(t, "2026-03-25 00:00"), To: at(t, "2026-04-01 00:00")} // clocks go forward
	rapid.Check(t, func(rt *rapid.T) {
		q := Query{Span: week}
		if rapid.Bool().Draw(rt, "typical") {
			q = Query{Typical: rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) demand.HourOfWeek {
				return demand.HourOfWeek(rapid.IntRange(0, 167).Draw(rt, "hour"))
			}), 1, 200).Draw(rt, "hours")}
		}
		whole := ask(t, b, q)
		near(t, "sum of cells", sum(whole.Mean), whole.Total.Mean, 1e-9)
		near(t, "sum of districts", meansOf(whole.Districts), whole.Total.Mean, 1e-9)
		near(t, "sum of district hours", meansOf(whole.DistrictHours), whole.Total.Mean, 1e-9)
		var columns float64
		for _, c := range whole.Columns {
			columns += c.Total.Mean
		}
		near(t, "sum of columns", columns, whole.Total.Mean, 1e-9)

		cut := int32(rapid.IntRange(1, 62).Draw(rt, "cut"))
		first, second := q, q
		for c := range int32(64) {
			if c <= cut {
				first.Cells = append(first.Cells, c)
			} else {
				second.Cells = append(second.Cells, c)
			}
		}
		near(t, "two areas", ask(t, b, first).Total.Mean+ask(t, b, second).Total.Mean, whole.Total.Mean, 1e-9)

		var kinds float64
		for _, category := range []string{"crisis", "welfare"} {
			part := q
			part.Categories = []string{category}
			kinds += ask(t, b, part).Total.Mean
		}
		near(t, "categories", kinds, whole.Total.Mean, 1e-6)
		half := q
		half.Share = func(calls.Kind) float64 { return 0.5 }
		near(t, "half of the calls", ask(t, b, half).Total.Mean, whole.Total.Mean/2, 1e-6)
	})
}

func meansOf(list []Band) (s float64) {
	for _, b := range list {
		s += b.Mean
	}
	return s
}

// TestHoursAddUp: two parts of a span expect what the span does.
func TestHoursAddUp(t *testing.T) {
	b := testBaseline(t)
	from := at(t, "2026-10-23 05:00")
	rapid.Check(t, func(rt *rapid.T) {
		n := calls.Hour(rapid.IntRange(2, 200).Draw(rt, "hours"))
		cut := calls.Hour(rapid.IntRange(1, int(n)-1).Draw(rt, "cut"))
		whole := ask(t, b, Query{Span: calls.Span{From: from, To: from + n}})
		first := ask(t, b, Query{Span: calls.Span{From: from, To: from + cut}})
		second := ask(t, b, Query{Span: calls.Span{From: from + cut, To: from + n}})
		near(t, "two spans", first.Total.Mean+second.Total.Mean, whole.Total.Mean, 1e-9)
		if len(whole.Columns) != int(n) {
			t.Errorf("%d columns of %d hours", len(whole.Columns), n)
		}
	})
}

// TestBandsAgainstMonteCarlo draws days with their shared effects and counts how many fall in each band.
func TestBandsAgainstMonteCarlo(t *testing.T) {
	b := testBaseline(t)
	a := ask(t, b, Query{Span: calls.Span{From: at(t, "2026-06-01 00:00"), To: at(t, "2026-06-04 00:00")}, Channels: []string{"999"}})
	r := rand.New(rand.NewPCG(3, 4))
	const draws = 20_000
	days := []float64{0, 0, 0}
	for i, c := range a.Columns {
		days[i/24] += c.Total.Mean
	}
	share := a.Mean[10] / a.Total.Mean
	var total, cell, hour [3]int // at or below each quantile
	for range draws {
		var n, m int
		for d, mean := range days {
			g := gamma(r, PriorDay)
			m += poisson(r, g*mean*share)
			n += poisson(r, g*mean)
			if d == 0 {
				tally3(&hour, poisson(r, g*a.Columns[12].Total.Mean), a.Columns[12].Total)
			}
		}
		tally3(&total, n, a.Total)
		tally3(&cell, m, Band{0, int(a.P10[10]), int(a.P50[10]), int(a.P90[10])})
	}
	for name, c := range map[string]struct {
		mean float64
		phi  float64
		band Band
		got  [3]int
	}{
		"total": {a.Total.Mean, oneGamma(days, a.Dispersion), a.Total, total},
		"cell":  {a.Mean[10], oneGamma(days, a.Dispersion), Band{0, int(a.P10[10]), int(a.P50[10]), int(a.P90[10])}, cell},
		"hour":  {a.Columns[12].Total.Mean, PriorDay, a.Columns[12].Total, hour},
	} {
		for i, p := range []float64{0.1, 0.5, 0.9} {
			k := []int{c.band.P10, c.band.P50, c.band.P90}[i]
			want := cdf(k, c.mean, c.phi)
			if got := float64(c.got[i]) / draws; math.Abs(got-want) > 0.012 || want < p || k > 0 && cdf(k-1, c.mean, c.phi) >= p {
				t.Errorf("%s: P(count ≤ %d) is %.4f by drawing, %.4f by formula; it should be the least that reaches %v", name, k, got, want, p)
			}
		}
	}
}

func tally3(n *[3]int, count int, b Band) {
	for i, q := range []int{b.P10, b.P50, b.P90} {
		if count <= q {
			n[i]++
		}
	}
}

// TestOneGammaForCells: a cell's band, which takes the multipliers of all days as one gamma variable, is the
// one of days and level apart, but for a step of one where a probability falls on the edge of two counts.
func TestOneGammaForCells(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := count.Dispersion{Day: rapid.Float64Range(0, 0.03).Draw(rt, "day"), Level: rapid.Float64Range(0, 0.02).Draw(rt, "level")}
		days := rapid.SliceOfN(rapid.Float64Range(0, 4), 1, 14).Draw(rt, "means")
		exact, phi := count.New(days, d), oneGamma(days, d)
		for _, p := range []float64{0.1, 0.5, 0.9} {
			q := quantiles{p: p, phi: phi}
			k := q.of(sum(days))
			if want := exact.Quantile(p); k != want && (math.Abs(float64(k-want)) > 1 || math.Abs(exact.CDF(min(k, want))-p) > 0.002) {
				t.Fatalf("quantile %v of %v, %+v is %d, want %d", p, days, d, k, want)
			}
		}
	})
}

// TestQuantilesOfTheTable: what is looked up is what is computed afresh.
func TestQuantilesOfTheTable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		phi := rapid.SampledFrom([]float64{0, 1e-9, 0.007, 0.02, 0.3}).Draw(rt, "phi")
		p := rapid.SampledFrom([]float64{0.1, 0.5, 0.9, 0.025, 0.975}).Draw(rt, "p")
		q := quantiles{p: p, phi: phi}
		for range 20 {
			mean := math.Exp(rapid.Float64Range(-9, 6).Draw(rt, "log mean"))
			if got, want := q.of(mean), count.New([]float64{mean}, count.Dispersion{Day: phi}).Quantile(p); got != want {
				t.Fatalf("quantile %v of mean %v, phi %v is %d, want %d", p, mean, phi, got, want)
			}
		}
	})
}

func TestOneCellInOneHour(t *testing.T) {
	b := testBaseline(t)
	a := ask(t, b, Query{Cells: []int32{5}, Typical: []demand.HourOfWeek{100}})
	if len(a.Cell) != 1 || a.Cell[0] != 5 || len(a.Columns) != 1 {
		t.Fatalf("cells %v, %d columns", a.Cell, len(a.Columns))
	}
	near(t, "rate", a.Total.Mean, float64(b.Week().At(100)[5]), 1e-9)
	if d := b.City().District[5]; a.Districts[d].Mean != a.Total.Mean || meansOf(a.Districts) != a.Total.Mean {
		t.Errorf("districts %v, total %v", a.Districts, a.Total)
	}
}

func TestPriorSaysWhatItIs(t *testing.T) {
	a := ask(t, testPrior(testCity(4), 10), Query{Typical: []demand.HourOfWeek{0}})
	notes := strings.Join(a.About.Notes, " ")
	if a.About.Learnt || a.About.Name != "prior" || !strings.Contains(notes, "not a forecast learnt") || !strings.Contains(notes, "assumption") || !strings.Contains(notes, "not known") {
		t.Errorf("%+v", a.About)
	}
	if a.Dispersion != (count.Dispersion{Day: PriorDay}) {
		t.Errorf("dispersion %+v", a.Dispersion)
	}
}

// TestThinnedWeekIsTheAnswerOfEachHour: the week that plans are made for has what a query answers.
func TestThinnedWeekIsTheAnswerOfEachHour(t *testing.T) {
	b := testBaseline(t)
	share := func(k calls.Kind) float64 { return map[string]float64{"111": 0.9, "999": 0.25, "": 0.5}[k.Channel] }
	for name, b := range map[string]Baseline{"kinds": b, "no kinds": b.Prior} {
		week, err := Thinned(b, share)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []demand.HourOfWeek{0, 77, 167} {
			a := ask(t, b, Query{Typical: []demand.HourOfWeek{h}, Share: share})
			near(t, name+" "+h.String(), week.InHour(h), a.Total.Mean, 1e-6)
			near(t, name+", one cell", float64(week.At(h)[9]), a.Mean[9], 1e-6)
		}
		if name == "no kinds" {
			near(t, "half of the calls", week.InHour(3), b.Week().InHour(3)/2, 1e-6)
		}
	}
}

func weekly(v *demand.Intensity) (sum float64) {
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		sum += v.InHour(h)
	}
	return sum
}

// TestWeeksTogether compares with as many real weeks without a holiday.
func TestWeeksTogether(t *testing.T) {
	b := testBaseline(t)
	from := at(t, "2026-06-01 00:00") // a Monday
	var all []demand.HourOfWeek
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		all = append(all, h)
	}
	for _, weeks := range []int{1, 2, 5} {
		got, want := ask(t, b, Query{Typical: all, Weeks: weeks}), ask(t, b, Query{Span: calls.Span{From: from, To: from + calls.Hour(weeks)*demand.HoursPerWeek}})
		factor := want.Total.Mean / got.Total.Mean // the calendar's, of an ordinary day
		near(t, "total", got.Total.Mean, float64(weeks)*weekly(b.Week()), 1e-5)
		near(t, "calendar", factor, 1, 0.01)
		near(t, "variance", got.Totals.Variance(), want.Totals.Variance(), 0.02)
		near(t, "90 % of the total", float64(got.Total.P90), float64(want.Total.P90), 0.01)
		near(t, "one cell", got.Mean[9], want.Mean[9]/factor, 1e-4)
		if len(got.Columns) != demand.HoursPerWeek || got.DaysAhead != TypicalDaysAhead {
			t.Errorf("%d columns, %d days ahead", len(got.Columns), got.DaysAhead)
		}
	}
}

func TestRefusals(t *testing.T) {
	b := testBaseline(t)
	now := at(t, "2026-06-01 00:00")
	for says, q := range map[string]Query{
		"at least one":      {},
		"want one of them":  {Span: calls.Span{From: now, To: now + 1}, Typical: []demand.HourOfWeek{1}},
		"14 weeks":          {Typical: []demand.HourOfWeek{1}, Weeks: 14},
		"2 weeks":           {Span: calls.Span{From: now, To: now + 1}, Weeks: 2},
		"want at most 92":   {Span: calls.Span{From: now, To: now + 93*24}},
		"hour 168":          {Typical: []demand.HourOfWeek{168}},
		"cell 64":           {Typical: []demand.HourOfWeek{1}, Cells: []int32{64}},
		"district -1":       {Typical: []demand.HourOfWeek{1}, Districts: []int32{-1}},
		`channel "fax"`:     {Typical: []demand.HourOfWeek{1}, Channels: []string{"fax"}},
		`category "Crisis"`: {Typical: []demand.HourOfWeek{1}, Categories: []string{"Crisis"}},
		"share 2":           {Typical: []demand.HourOfWeek{1}, Share: func(calls.Kind) float64 { return 2 }},
	} {
		if _, err := Ask(b, q); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	if _, err := Ask(b.Prior, Query{Typical: []demand.HourOfWeek{1}, Channels: []string{"999"}}); !errors.Is(err, ErrNoKinds) {
		t.Errorf("error %v, want %v", err, ErrNoKinds)
	}
}

// TestMixRecovers: the shares learnt are near those that were drawn from, and sum to 1.
func TestMixRecovers(t *testing.T) {
	b := testBaseline(t)
	for d := range 4 {
		for h := range 24 {
			p := b.mix.At(d, h)
			if s := float64(p[0] + p[1] + p[2]); math.Abs(s-1) > 1e-5 || slices.Min(p) < 0 {
				t.Errorf("district %d, hour %d: shares %v", d, h, p)
			}
			want := 0.2
			if h < 6 {
				want = 0.6
			}
			if math.Abs(float64(p[0])-want) > 0.2 {
				t.Errorf("district %d, hour %d: share %v of the first kind, want %v", d, h, p[0], want)
			}
		}
	}
}

// TestMixFollowsChange: where calls change from one channel to another, the shares follow the last weeks;
// where they do not, all calls count alike.
func TestMixFollowsChange(t *testing.T) {
	p := testPrior(testCity(4), 120)
	from := at(t, "2024-01-01 00:00")
	h := simulate(p, calls.Span{From: from, To: from + 52*168}, 2)
	if m := learnMix(p.City(), h); !math.IsInf(m.HalfLife, 1) {
		t.Errorf("half-life %v weeks of kinds that never change", m.HalfLife)
	}
	change := from + 40*168
	for i, at := range h.Hour {
		if at >= change && h.Kind[i] == 1 {
			h.Kind[i] = 0
		}
	}
	m := learnMix(p.City(), h)
	if share := m.At(1, 15)[1]; m.HalfLife > 13 || share > 0.2 {
		t.Errorf("half-life %v weeks, share %v of a channel that ended 12 weeks ago", m.HalfLife, share)
	}
}

// cellBands is what an answer says of its cells.
func cellBands(a *Answer) any { return []any{a.Total, a.Cell, a.Mean, a.P10, a.P50, a.P90} }
