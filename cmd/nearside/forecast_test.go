package main

import (
	"io"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// TestFitKnowsNothingOfHoursToCome: calls imported in the course of a day leave the rest of it unknown, so
// that it can be forecast and does not count as quiet.
func TestFitKnowsNothingOfHoursToCome(t *testing.T) {
	city, err := openLondon()
	if err != nil {
		t.Fatal(err)
	}
	dir, now := t.TempDir(), time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	store, err := calls.Open(dir, city.City, now)
	if err != nil {
		t.Fatal(err)
	}
	b := calls.NewBuilder(city.Len())
	for h := calls.HourAt(now) - 30*24; h < calls.HourAt(now); h++ {
		if err := b.Add(calls.Call{Hour: h, Cell: int32(h % 50)}); err != nil {
			t.Fatal(err)
		}
	}
	n := b.Len()
	if _, err := store.Add(calls.Batch{Read: n, Kept: n, Calls: b.History(city.Zone)}, now); err != nil {
		t.Fatal(err)
	}
	if err := (&forecastFitCommand{DataDir: dir}).run(t.Context(), io.Discard, now); err != nil {
		t.Fatal(err)
	}
	fit, err := forecast.Open(dir, city.City)
	if err != nil {
		t.Fatal(err)
	}
	if got := fit.About().CutOff(); got != calls.HourAt(now) {
		t.Errorf("calls are taken as known until %s", got.Time())
	}
	if s := fit.Against(store.History(), calls.HourAt(now)); s.Stale() || s.String() != "" {
		t.Errorf("the fit just made is said to be old: %s", s)
	}
	q := forecastQuery{DataDir: dir, From: "now", For: 5, Area: []string{"Camden"}}
	a, err := q.open(now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forecast.Ask(a.baseline, a.query); err != nil {
		t.Error(err)
	}
}
