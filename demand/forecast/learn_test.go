package forecast

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

func learn(t testing.TB, city *demand.City, h *calls.History, s Settings) *Fit {
	t.Helper()
	f, err := Learn(t.Context(), city, h, s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestNoCallsGiveThePrior: in every cell and hour of the week.
func TestNoCallsGiveThePrior(t *testing.T) {
	p := testPrior(testCity(8), 50)
	for name, span := range map[string]calls.Span{"never": {}, "a quiet day": {From: 450_000, To: 450_024}} {
		f := learn(t, p.City(), &calls.History{Cells: 64, Span: span}, p.Settings())
		tolerance := 2e-6 // float32 twice
		if name != "never" {
			tolerance = math.Inf(1) // a known day without calls is something that was learnt
		}
		if a := f.About(); a.Learnt || !strings.HasPrefix(a.Name, "prior") {
			t.Errorf("%s: without calls the fit says that it is %+v", name, a)
		}
		got, want := f.Week(), p.Week()
		for i := range want.Rate {
			near(t, "rate", float64(got.Rate[i]), float64(want.Rate[i]), tolerance)
		}
	}
}

// TestLittleDataLeansOnThePrior: calls fall in one corner of the city only. The fewer there are, the
// nearer the fit's places are to the prior's.
func TestLittleDataLeansOnThePrior(t *testing.T) {
	p := testPrior(testCity(8), 50)
	span := calls.Span{From: at(t, "2025-01-06 00:00"), To: at(t, "2026-01-05 00:00")}
	last := -1.0
	for _, n := range []int{0, 3, 30, 300, 3000} {
		r := rand.New(rand.NewPCG(1, 2))
		h := &calls.History{Cells: 64, Span: span, Kinds: testKinds}
		for i := range n {
			h.Hour = append(h.Hour, span.From+calls.Hour(i*span.Hours()/n))
			h.Cell = append(h.Cell, int32(8*r.IntN(2)+r.IntN(2)))
			h.Kind = append(h.Kind, 0)
		}
		week := learn(t, p.City(), h, p.Settings()).Week()
		corner := 0.0
		for h := range demand.HoursPerWeek {
			v := week.At(demand.HourOfWeek(h))
			corner += float64(v[0]+v[1]+v[8]+v[9]) / week.InHour(demand.HourOfWeek(h)) / demand.HoursPerWeek
		}
		if corner <= last {
			t.Errorf("%d calls in a corner give it a share of %v, no more than fewer calls did (%v)", n, corner, last)
		}
		last = corner
	}
	if last < 0.9 {
		t.Errorf("3,000 calls in a corner give it a share of %v", last)
	}
}

// TestLearnsWhatWasDrawn: the intensity from which calls were simulated is found again.
func TestLearnsWhatWasDrawn(t *testing.T) {
	truth := testPrior(testCity(8), 200)
	span := calls.Span{From: at(t, "2025-01-06 00:00"), To: at(t, "2025-09-29 00:00")}
	h := simulate(truth, span, 5)
	city := testCity(8)
	city.Prior = nil
	f := learn(t, city, h, Settings{})
	got, want := f.Week(), truth.Week()
	var total, off float64
	for h := range demand.HoursPerWeek {
		h := demand.HourOfWeek(h)
		near(t, h.String(), got.InHour(h), want.InHour(h), 0.2)
		for c, r := range want.At(h) {
			total, off = total+float64(r), off+math.Abs(float64(r-got.At(h)[c]))
		}
	}
	if off/total > 0.12 {
		t.Errorf("the fit is off by %.3f of all calls", off/total)
	}
	near(t, "a week's calls", total, 1400, 0.02)
	next := calls.Span{From: span.To, To: span.To + 168}
	a := ask(t, f, Query{Span: next})
	near(t, "next week's calls", a.Total.Mean, 1400, 0.08)
	near(t, "kinds", ask(t, f, Query{Span: next, Categories: []string{"welfare"}}).Total.Mean/a.Total.Mean,
		float64(count2(h))/float64(h.Len()), 0.05)
}

func count2(h *calls.History) (n int) {
	for _, k := range h.Kind {
		if k == 2 {
			n++
		}
	}
	return n
}

// TestFitSeesNoFuture: what comes after the end changes nothing, and nor does the number of processors.
func TestFitSeesNoFuture(t *testing.T) {
	p := testPrior(testCity(6), 60)
	span := calls.Span{From: at(t, "2025-01-06 00:00"), To: at(t, "2025-06-30 00:00")}
	h := simulate(p, span, 6)
	cut := at(t, "2025-05-01 00:00")
	past := learn(t, p.City(), h.Before(cut), p.Settings()).Rates(calls.Span{From: cut, To: cut + 48}, nil)
	shuffled := *h
	shuffled.Cell = slices.Clone(h.Cell)
	from := h.Before(cut).Len()
	later := shuffled.Cell[from:]
	rand.New(rand.NewPCG(8, 8)).Shuffle(len(later), func(i, j int) { later[i], later[j] = later[j], later[i] })
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	again := learn(t, p.City(), shuffled.Before(cut), p.Settings()).Rates(calls.Span{From: cut, To: cut + 48}, nil)
	if !slices.Equal(past, again) {
		t.Error("the fit changed with what came after it")
	}
}

func TestThreeCallsAndOneCell(t *testing.T) {
	p := testPrior(testCity(1), 5)
	p.city.District, p.city.Districts = []int32{0}, []string{"All"}
	from := at(t, "2026-03-02 00:00")
	h := &calls.History{Cells: 1, Span: calls.Span{From: from, To: from + 24*30}, Kinds: testKinds,
		Hour: []calls.Hour{from + 5, from + 100, from + 400}, Cell: []int32{0, 0, 0}, Kind: []uint8{0, 1, 1}}
	for name, s := range map[string]Settings{"prior": p.Settings(), "no prior": {}} {
		f := learn(t, p.City(), h, s)
		a := ask(t, f, Query{Span: calls.Span{From: h.Span.To, To: h.Span.To + 24}})
		if !(a.Total.Mean > 0.02 && a.Total.Mean < 5) || a.Total.P90 < a.Total.P50 || a.P90[0] != int32(a.Total.P90) {
			t.Errorf("%s: %+v", name, a.Total)
		}
		if share := f.Mix().At(0, 3); math.Abs(float64(share[0])-1./3) > 0.01 {
			t.Errorf("%s: shares of kinds %v, want those of all three calls", name, share)
		}
	}
}

func TestLearnRefuses(t *testing.T) {
	city := testCity(4)
	if _, err := Learn(t.Context(), city, &calls.History{Cells: 9}, Settings{}); err == nil || !strings.Contains(err.Error(), "9 cells") {
		t.Errorf("another city's calls: %v", err)
	}
	if _, err := Learn(t.Context(), city, &calls.History{Cells: 16}, Settings{}); err == nil || !strings.Contains(err.Error(), "nothing to forecast from") {
		t.Errorf("neither calls nor prior: %v", err)
	}
	city.Zone = nil
	if _, err := Learn(t.Context(), city, &calls.History{Cells: 16}, Settings{}); err == nil {
		t.Error("a city without a zone was accepted")
	}
}

// TestHorizon: a fit answers from its cut-off to 92 days on.
func TestHorizon(t *testing.T) {
	p := testPrior(testCity(4), 20)
	cut := at(t, "2025-03-03 00:00")
	f := learn(t, p.City(), simulate(p, calls.Span{From: cut - 24*60, To: cut}, 9), p.Settings())
	for says, span := range map[string]calls.Span{
		"":                  {From: cut + 24*91, To: cut + 24*92},
		"starts there":      {From: cut - 1, To: cut + 1},
		"at most 92 days f": {From: cut + 24*91, To: cut + 24*92 + 1},
	} {
		_, err := Ask(f, Query{Span: span})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%v: error %v, want %q", span, err, says)
		}
	}
	near, far := ask(t, f, Query{Span: calls.Span{From: cut, To: cut + 24}}), ask(t, f, Query{Span: calls.Span{From: cut + 24*90, To: cut + 24*91}})
	if near.DaysAhead != 1 || far.DaysAhead != 91 || far.Dispersion.Level < 0.9*near.Dispersion.Level {
		t.Errorf("%d days ahead %+v, %d days %+v", near.DaysAhead, near.Dispersion, far.DaysAhead, far.Dispersion)
	}
}

func TestStanding(t *testing.T) {
	p := testPrior(testCity(4), 40)
	from := at(t, "2025-01-06 00:00")
	all := simulate(p, calls.Span{From: from, To: from + 24*90}, 10)
	cut := from + 24*60
	f := learn(t, p.City(), all.Before(cut), p.Settings())
	removed := *all.Before(cut)
	removed.Hour, removed.Cell, removed.Kind = removed.Hour[:700], removed.Cell[:700], removed.Kind[:700]
	for name, c := range map[string]struct {
		h     *calls.History
		stale bool
		says  string
		now   calls.Hour
	}{
		"the same":         {all.Before(cut), false, "", cut + 24*40},
		"a day more":       {all.Before(cut + 24), false, "not learnt from yet", cut + 25},
		"a month more":     {all, true, "more than 7 days", cut + 24*30},
		"old ones let go":  {all.Between(calls.Span{From: from + 24*30, To: cut}), false, "", cut},
		"others before it": {&removed, true, "no longer those", cut},
		"shorter":          {all.Before(cut - 24), true, "no longer those", cut},
		"long ago":         {all.Before(cut), true, "100 days ago", cut + 24*100},
	} {
		s := f.Against(c.h, c.now)
		if s.Stale() != c.stale || (s.String() == "") != (c.says == "") || !strings.Contains(s.String(), c.says) {
			t.Errorf("%s: stale %v, %q", name, s.Stale(), s)
		}
	}
}

// TestFewCallsWithCovariates: a component that needs more calls than the first weeks have does not end the fit.
func TestFewCallsWithCovariates(t *testing.T) {
	p := testPrior(testCity(6), 6)
	from := at(t, "2024-03-01 00:00")
	h := simulate(p, calls.Span{From: from, To: from + 24*10}, 12)
	p.city.Covariates = []demand.Covariate{{Name: "east", Values: p.city.X}}
	for n := range h.Len() {
		learn(t, p.City(), h.Before(h.Hour[n]+1), p.Settings())
	}
}
