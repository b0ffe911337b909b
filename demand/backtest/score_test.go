package backtest

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// flat expects the same of all cells and hours.
type flat struct {
	cells int
	rate  float32
	day   float64
}

func (f flat) Name() string { return "flat" }

func (f flat) Forecast(_ context.Context, _ *calls.History, span calls.Span) (*Forecast, error) {
	return &Forecast{Rate: slices.Repeat([]float32{f.rate}, f.cells*span.Hours()), Dispersion: count.Dispersion{Day: f.day}}, nil
}

// TestScoresByHand: two weeks of which the second is forecast, with a gap in it.
func TestScoresByHand(t *testing.T) {
	city := testCity(t, 2)
	h := &calls.History{Cells: 4, Span: weeksFrom(t, "2026-03-23", 2), Kinds: []calls.Kind{{}}}
	second := h.Span.To - week
	add := func(at calls.Hour, cells ...int32) {
		for _, c := range cells {
			h.Hour, h.Cell, h.Kind = append(h.Hour, at), append(h.Cell, c), append(h.Kind, 0)
		}
	}
	for d := range calls.Hour(7) {
		add(h.Span.From+24*d+12, 1)
	}
	add(second+3, 0, 2, 2)
	add(second+50, 3)
	h.Gaps = []calls.Span{{From: second + 100, To: second + 124}}
	r := mustRun(t, city, h, Settings{Origins: 1, Resamples: 100}, flat{4, 0.1, 0})
	s := r.Scores[0]
	const hours = week - 24
	if want := math.Log(0.1) - hours*4*0.1/4; math.Abs(s.LogScore-want) > 1e-6 {
		t.Errorf("log score %v, want %v", s.LogScore, want)
	}
	if want := 2 * (2*math.Log(2) - 4 - 4*math.Log(0.1) + hours*0.4) / 4; math.Abs(s.Deviance-want) > 1e-5 {
		t.Errorf("deviance %v, want %v", s.Deviance, want)
	}
	if s.MASE != nil {
		t.Errorf("MASE %v after one week", *s.MASE)
	}
	for i, n := range []int{hours * 4, 7 * 4, hours, 7} { // the gap takes a part of two days
		if s.Totals[i].N != n {
			t.Errorf("%s %s: %d totals, want %d", s.Totals[i].Area, s.Totals[i].Period, s.Totals[i].N, n)
		}
	}
	// All cells are level: a hit is the share of the cells.
	for _, hit := range s.Hits {
		if math.Abs(hit.Cells-hit.Top) > 1e-9 {
			t.Errorf("hits %+v of level cells", hit)
		}
	}
	if s.Impossible != 0 {
		t.Errorf("%d impossible calls", s.Impossible)
	}
	if none := mustRun(t, city, h, Settings{Origins: 1, Resamples: 100}, flat{4, 0, 0}).Scores[0]; none.Impossible != 4 || math.IsInf(none.LogScore, 0) {
		t.Errorf("%d impossible calls, log score %v", none.Impossible, none.LogScore)
	}
}

// TestHitsAgainstSorting: the top cells found by sorting them all, level ones in every order.
func TestHitsAgainstSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "cells")
		city := &demand.City{Land: rapid.SliceOfN(rapid.Float64Range(1, 9), n, n).Draw(t, "land"), X: make([]float64, n)}
		rate := make([]float32, n)
		for i := range rate {
			rate[i] = float32(rapid.IntRange(0, 5).Draw(t, "rate"))
		}
		cell := int32(rapid.IntRange(0, n-1).Draw(t, "cell"))
		r := &run{city: city}
		got := r.hit(rate, cell)
		for k, size := range [2]func(int) float64{func(int) float64 { return 1 }, func(i int) float64 { return city.Land[i] }} {
			key := func(i int) float64 {
				if k == 0 {
					return float64(rate[i])
				}
				return float64(rate[i]) / city.Land[i]
			}
			order := make([]int, n)
			all := 0.0
			for i := range order {
				order[i] = i
				all += size(i)
			}
			slices.SortFunc(order, func(a, b int) int { return cmp.Compare(key(b), key(a)) })
			for j, top := range tops {
				if want := among(order, key, size, int(cell), top*all); math.Abs(got[k][j]-want) > 1e-9 {
					t.Fatalf("top %v by %d: %v, want %v", top, k, got[k][j], want)
				}
			}
		}
	})
}

// among fills the room with one group of level cells after the other, and returns how much of the cell's
// group found room.
func among(order []int, key, size func(int) float64, cell int, room float64) float64 {
	for i := 0; i < len(order); {
		group, holds := 0.0, false
		j := i
		for ; j < len(order) && key(order[j]) == key(order[i]); j++ {
			group += size(order[j])
			holds = holds || order[j] == cell
		}
		if holds {
			return math.Min(1, math.Max(0, room)/group)
		}
		room -= group
		i = j
	}
	return math.NaN()
}

// TestSeasonalNaive: a week of 1 to 7 calls a day, then a week with one call more each day, then half of a
// week that is not known.
func TestSeasonalNaive(t *testing.T) {
	h := &calls.History{Cells: 1, Span: weeksFrom(t, "2026-06-01", 3)}
	for d := range 14 {
		for range d%7 + 1 + d/7 {
			h.Hour, h.Cell, h.Kind = append(h.Hour, h.Span.From+calls.Hour(24*d+9)), append(h.Cell, 0), append(h.Kind, 0)
		}
	}
	k := newClock(london(t), h.Span)
	if got := seasonalNaive(k, h.Before(h.Span.From+14*24)); got != 1 {
		t.Errorf("error %v, want 1", got)
	}
	gap := *h
	gap.Gaps = []calls.Span{{From: h.Span.From + 7*24 + 5, To: h.Span.To}}
	if got := seasonalNaive(k, &gap); got != 0 {
		t.Errorf("error %v where no day has another a week before", got)
	}
	if got, want := seasonalNaive(k, h), (7+2.0+3+4+5+6+7+8)/14; math.Abs(got-want) > 1e-12 {
		t.Errorf("error %v with an empty week, want %v", got, want)
	}
}

// TestWeeksOfTheClockChange: weeks begin at local midnight, whatever the clocks do.
func TestWeeksOfTheClockChange(t *testing.T) {
	span := weeksFrom(t, "2026-03-02", 5)
	span.To += 7 // a history that does not end at midnight: its last hours are left out
	got := origins(london(t), span, 3)
	for i, want := range []string{"2026-03-16", "2026-03-23", "2026-03-30"} {
		local := got[i].From.Time().In(london(t))
		if local.Format("2006-01-02 15:04") != want+" 00:00" {
			t.Errorf("week %d begins at %v", i, local)
		}
		if hours := []int{168, 167, 168}[i]; got[i].Hours() != hours {
			t.Errorf("week %d has %d hours, want %d", i, got[i].Hours(), hours)
		}
	}
	k := newClock(london(t), span)
	if d := k.dayOf(span.From); time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly) != "2026-03-02" {
		t.Errorf("day %d", d)
	}
}
