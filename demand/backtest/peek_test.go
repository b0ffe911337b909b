package backtest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// replaced returns a history whose calls from an hour on are others: as many as before or none, anywhere
// and at any time.
func replaced(h *calls.History, from calls.Hour, seed uint64) *calls.History {
	random := rand.New(rand.NewPCG(seed, 0))
	past := h.Before(from)
	out := &calls.History{Cells: h.Cells, Span: h.Span, Kinds: h.Kinds, Hour: slices.Clone(past.Hour), Cell: slices.Clone(past.Cell), Kind: slices.Clone(past.Kind)}
	for at := from; at < h.Span.To; at++ {
		cells := make([]int32, random.IntN(8))
		for i := range cells {
			cells[i] = random.Int32N(int32(h.Cells))
		}
		slices.Sort(cells)
		for _, c := range cells {
			out.Hour, out.Cell, out.Kind = append(out.Hour, at), append(out.Cell, c), append(out.Kind, 0)
		}
	}
	return out
}

// told returns what a forecaster said of each week, and what it had tuned itself to.
func told(t *testing.T, w *truth, h *calls.History, f Forecaster) []Weekly {
	t.Helper()
	weeks := mustRun(t, w.city, h, Settings{Origins: 4, Resamples: 100}, f).Scores[0].Weekly
	for i := range weeks {
		weeks[i].LogScore = 0 // what came may differ
	}
	return weeks
}

// cheat is a forecaster that has got hold of all calls.
type cheat struct{ all *calls.History }

func (c cheat) Name() string { return "cheat" }

func (c cheat) Forecast(_ context.Context, past *calls.History, span calls.Span) (*Forecast, error) {
	f := &Forecast{Rate: make([]float32, span.Hours()*past.Cells)}
	for i := range f.Rate {
		f.Rate[i] = 0.01
	}
	came := c.all.Between(span)
	for i, at := range came.Hour {
		f.Rate[int(at-span.From)*past.Cells+int(came.Cell[i])]++
	}
	return f, nil
}

// TestNeverPeeks replaces all calls from the start of a week on by others. What each forecaster says of
// that week and of those before it must not change, to the last bit, nor what it tunes itself to; what it
// says of the week after must, or the test could not see a change. A forecaster that has seen the one
// history before must say the same of the other as one that has not. A cheat must be caught.
func TestNeverPeeks(t *testing.T) {
	w := newTruth(t, 6, 60)
	h := w.draw(weeksFrom(t, "2026-01-05", 14), 1)
	spans := origins(w.city.Zone, h.Span, 4)
	from := spans[2].From
	other := replaced(h, from, 7)
	for _, c := range []struct {
		name   string
		honest bool
		make   func(*calls.History) Forecaster
	}{
		{"Nearside", true, func(*calls.History) Forecaster { return NewNearside(w.city, forecast.Settings{}) }},
		{"MEDIC", true, func(*calls.History) Forecaster { return NewMEDIC(w.city) }},
		{"separable", true, func(*calls.History) Forecaster { return NewSeparable(w.city) }},
		{"KDE", true, func(*calls.History) Forecaster { return NewKDE(w.city) }},
		{"cheat", false, func(all *calls.History) Forecaster { return cheat{all} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := c.make(h)
			first, second := told(t, w, h, f), told(t, w, other, c.make(other))
			if same := slices.Equal(first[:3], second[:3]); same != c.honest {
				t.Errorf("what it said of weeks that begin before the change: the same %v, want %v\n%+v\n%+v", same, c.honest, first, second)
			}
			if first[3].Digest == second[3].Digest {
				t.Error("what it said of the week after the change is the same: the test sees nothing")
			}
			if again := told(t, w, other, f); c.honest && !slices.Equal(again, second) {
				t.Errorf("having seen another history, it says something else:\n%+v\n%+v", again, second)
			}
		})
	}
}

// TestGivenNoFuture: what Run hands to a forecaster ends where the forecast begins, with no room behind it.
func TestGivenNoFuture(t *testing.T) {
	w := newTruth(t, 4, 40)
	h := w.draw(weeksFrom(t, "2026-01-05", 8), 1)
	spy := &spy{truth: w}
	mustRun(t, w.city, h, Settings{Origins: 3, Resamples: 100}, spy)
	if spy.asked != 3 {
		t.Fatalf("asked %d times", spy.asked)
	}
	if spy.wrong != "" {
		t.Error(spy.wrong)
	}
}

type spy struct {
	*truth
	asked int
	wrong string
}

func (s *spy) Forecast(ctx context.Context, past *calls.History, span calls.Span) (*Forecast, error) {
	s.asked++
	n := past.Len()
	switch {
	case past.Span.To != span.From:
		s.wrong = "the past does not end where the forecast begins"
	case n == 0 || past.Hour[n-1] >= span.From:
		s.wrong = "the past holds a call of the future"
	case cap(past.Hour) > n || cap(past.Cell) > n || cap(past.Kind) > n:
		s.wrong = "there are calls behind the end of the past"
	}
	return s.truth.Forecast(ctx, past, span)
}
