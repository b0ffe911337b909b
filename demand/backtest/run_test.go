package backtest

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// TestTruthIsBest: of a city that is known, nobody scores higher than who knows it. Nearside comes next
// to it with a kernel estimate, whose shape the city happens to have; MEDIC is far behind.
func TestTruthIsBest(t *testing.T) {
	w := newTruth(t, 8, 120)
	h := w.draw(weeksFrom(t, "2025-01-06", 40), 3)
	r := mustRun(t, w.city, h, Settings{Origins: 10, Resamples: 1000}, append([]Forecaster{w}, All(w.city, forecast.Settings{})...)...)
	score := map[string]Score{}
	for _, s := range r.Scores {
		score[s.Name] = s
		t.Logf("%-15s %.4f", s.Name, s.LogScore)
	}
	for _, s := range r.Scores[1:] {
		if d := s.Against[0]; !d.Worse() {
			t.Errorf("%s: %+.4f (%+.4f to %+.4f) against the truth", s.Name, d.Mean, d.Low, d.High)
		}
	}
	for name, least := range map[string]float64{"MEDIC": 0.1, "separable": 0.02, "space-time KDE": -0.004} {
		if got := score["Nearside"].LogScore - score[name].LogScore; got < least {
			t.Errorf("Nearside scores %+.4f against %s, want %+.4f", got, name, least)
		}
	}
	for _, total := range score["truth"].Totals {
		for _, c := range total.Cover {
			if math.Abs(c.Covered-c.Level) > 5*math.Sqrt(c.Level*(1-c.Level)/math.Min(float64(total.N), 70)) {
				t.Errorf("%s %s: the truth's %v intervals cover %.3f", total.Area, total.Period, c.Level, c.Covered)
			}
		}
	}
}

// TestSameOnAnyWorkers: the report does not depend on how many forecasters are tested at a time.
func TestSameOnAnyWorkers(t *testing.T) {
	w := newTruth(t, 5, 50)
	h := w.draw(weeksFrom(t, "2026-02-02", 12), 2)
	one := mustRun(t, w.city, h, Settings{Workers: 1, Resamples: 200}, All(w.city, forecast.Settings{})...)
	four := mustRun(t, w.city, h, Settings{Workers: 4, Resamples: 200}, All(w.city, forecast.Settings{})...)
	if !reflect.DeepEqual(one, four) {
		t.Errorf("one worker: %+v\nfour workers: %+v", one, four)
	}
}

func TestProgressAndCancel(t *testing.T) {
	w := newTruth(t, 4, 40)
	h := w.draw(weeksFrom(t, "2026-01-05", 12), 1)
	var seen []int
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, w.city, h, []Forecaster{w, NewMEDIC(w.city)}, Settings{Workers: 1}, func(done, total int) {
		if seen = append(seen, done); total != 16 {
			t.Errorf("%d forecasts in all, want 16", total)
		}
		if done == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(seen) != 3 {
		t.Errorf("error %v after %v", err, seen)
	}
}

func TestRunRefuses(t *testing.T) {
	w := newTruth(t, 4, 40)
	h := w.draw(weeksFrom(t, "2026-01-05", 12), 1)
	few := &calls.History{Cells: 3, Span: h.Span}
	short := h.Before(h.Span.From + 100)
	for says, run := range map[string]func() error{
		"want at least 1": func() error { _, err := Run(t.Context(), w.city, short, []Forecaster{w}, Settings{}, nil); return err },
		"12 origins in 12": func() error {
			_, err := Run(t.Context(), w.city, h, []Forecaster{w}, Settings{Origins: 12}, nil)
			return err
		},
		"calls lie in 3 cells": func() error { _, err := Run(t.Context(), w.city, few, []Forecaster{w}, Settings{}, nil); return err },
		"two forecasters":      func() error { _, err := Run(t.Context(), w.city, h, []Forecaster{w, w}, Settings{}, nil); return err },
		"no forecasters":       func() error { _, err := Run(t.Context(), w.city, h, nil, Settings{}, nil); return err },
		`block "month"`: func() error {
			_, err := Run(t.Context(), w.city, h, []Forecaster{w}, Settings{Block: "month"}, nil)
			return err
		},
		"liar: forecast has 5": func() error {
			_, err := Run(t.Context(), w.city, h, []Forecaster{liar(5)}, Settings{}, nil)
			return err
		},
		"liar: rate NaN in hour": func() error {
			_, err := Run(t.Context(), w.city, h, []Forecaster{liar(168 * 16)}, Settings{}, nil)
			return err
		},
	} {
		if err := run(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

// liar gives so many rates that are no numbers.
type liar int

func (l liar) Name() string { return "liar" }

func (l liar) Forecast(context.Context, *calls.History, calls.Span) (*Forecast, error) {
	f := &Forecast{Rate: make([]float32, l)}
	f.Rate[1] = float32(math.NaN())
	return f, nil
}
