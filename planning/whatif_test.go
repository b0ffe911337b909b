package planning

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/grid"
)

func whatIf(t testing.TB) *WhatIf {
	t.Helper()
	w, err := NewWhatIf(t.Context(), solved(), on(smallCity()), "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWhatIfStartsFromThePlan(t *testing.T) {
	d, before := solved(), whatIf(t).Before()
	if before.All.Area != d.All || len(before.ByBorough) != len(d.ByBorough) {
		t.Errorf("London is %+v before, in the plan %+v", before.All.Area, d.All)
	}
	for i, a := range before.ByBorough {
		if a.Area != d.ByBorough[i] {
			t.Errorf("%s is %+v before, in the plan %+v", a.Name, a.Area, d.ByBorough[i])
		}
	}
	nearlyEqual(t, "mean road time to a centre", before.All.Conveyance.MeanSeconds, d.Conveyance.Value, 0.0011)
}

// TestWhatIfAgreesWithSolve has a plan whose cars and centres may stand nowhere else as the twin.
func TestWhatIfAgreesWithSolve(t *testing.T) {
	d, w, city := solved(), whatIf(t), smallCity()
	var free string // a cell that is no candidate
	for i := range city.Grid.Len() {
		if _, ok := w.st.cars.inCell[grid.Index(i)]; !ok {
			free = city.Grid.ID(grid.Index(i))
		}
	}
	for name, c := range map[string]Change{
		"move":                     {Move: []Move{{d.Cars[1].Cell, "St Anne's"}}},
		"move to any cell":         {Move: []Move{{d.Cars[0].Cell, free}}},
		"add":                      {Add: []string{"St Anne's"}},
		"remove":                   {Remove: []string{d.Cars[2].Cell}},
		"move two, add and remove": {Move: []Move{{d.Cars[1].Cell, "St Anne's"}, {d.Cars[0].Cell, d.Cars[1].Cell}}, Add: []string{free}, Remove: []string{d.Cars[2].Cell}},
	} {
		got, err := w.Try(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s := daytime()
		s.Busy = &got.After.Busy
		s.Centres = 0
		for _, site := range slices.Concat(got.Cars.Both, got.Cars.OnlyB) {
			s.Fixed = append(s.Fixed, site.Cell)
		}
		s.Cars = len(s.Fixed)
		want, err := Solve(t.Context(), on(city), s, "", ignore)
		if err != nil {
			t.Fatal(name, err)
		}
		if got.After.All.Area != want.All {
			t.Errorf("%s: London is %+v after, planned so it is %+v", name, got.After.All.Area, want.All)
		}
		for i, a := range got.After.ByBorough {
			if a.Area != want.ByBorough[i] {
				t.Errorf("%s: %s is %+v after, planned so it is %+v", name, a.Name, a.Area, want.ByBorough[i])
			}
		}
		if got.Before.All.Area != d.All || got.After.All == got.Before.All {
			t.Errorf("%s: before %+v, after %+v", name, got.Before.All.Area, got.After.All.Area)
		}
	}
}

func TestWhatIfEstimatesBusyForOtherNumbersOfCars(t *testing.T) {
	w := whatIf(t)
	more, err := w.Try(Change{Add: []string{"St Anne's"}})
	if err != nil {
		t.Fatal(err)
	}
	nearlyEqual(t, "busy with one more", more.After.Busy, w.before.Busy+w.st.loadOf(4).Busy-w.st.loadOf(3).Busy, 0.0006)
	if !(more.After.Busy < w.before.Busy) {
		t.Errorf("with a car more each is out %v of the time, %v before", more.After.Busy, w.before.Busy)
	}
}

func TestWhatIfCloses(t *testing.T) {
	d, w := solved(), whatIf(t)
	got, err := w.Try(Change{Close: []string{d.Centres[0].Place}})
	if err != nil {
		t.Fatal(err)
	}
	if got.After.All.Area != got.Before.All.Area {
		t.Errorf("a closed centre moves the cars' response: %+v to %+v", got.Before.All.Area, got.After.All.Area)
	}
	at := func(s Site) int { c, _ := w.st.city.Grid.Find(s.Cell); return w.st.centres.inCell[c] }
	var sum float64
	for l, p := range w.st.periods {
		for i, calls := range p.weight {
			sum += calls * capped(w.st.centre.Layers[l].Time.Row(at(d.Centres[1]))[i])
		}
	}
	nearlyEqual(t, "mean to the one left", got.After.All.Conveyance.MeanSeconds, sum/w.st.calls, 0.001)
	again, err := w.Try(Change{Close: []string{d.Centres[0].Cell}, Open: []string{d.Centres[0].Place}})
	if err != nil || *again.After.All.Conveyance != *got.Before.All.Conveyance {
		t.Errorf("closed and opened again: %v, %+v, was %+v", err, again.After.All.Conveyance, got.Before.All.Conveyance)
	}
}

func TestWhatIfRefuses(t *testing.T) {
	d, w := solved(), whatIf(t)
	_, err := w.Try(Change{
		Move: []Move{{"Camelot", "Infirmary"}, {d.Cars[0].Cell, "89283082803ffff"}}, Remove: []string{"St Anne's"},
		Close: []string{"Fire Station"}, Open: []string{"Old Mill", "Fire Station"},
	})
	var field *FieldError
	if !errors.As(err, &field) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`move "Camelot"`, `move "89283082803ffff"`, `remove "St Anne's": want a cell or place where a car stands`, `close "Fire Station": want a cell or place where a centre stands`, "a candidate site of centres"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not say %q", err, want)
		}
	}
	all := Change{Remove: []string{d.Cars[0].Cell, d.Cars[1].Cell, d.Cars[2].Cell}}
	if _, err := w.Try(all); err == nil || !strings.Contains(err.Error(), "0 left") {
		t.Errorf("no car left: %v", err)
	}
	if _, err := w.Try(Change{Close: []string{d.Centres[0].Cell, d.Centres[1].Cell}}); err == nil || !strings.Contains(err.Error(), "at least one left") {
		t.Errorf("no centre left: %v", err)
	}
	if got := w.Before(); math.Abs(got.Busy-d.Busy) > 0 {
		t.Errorf("what was refused changed the plan: %+v", got)
	}
	other := *d
	other.DataSHA256 = "x"
	if _, err := NewWhatIf(t.Context(), &other, on(smallCity()), "", ignore); !errors.Is(err, ErrOtherInputs) {
		t.Errorf("a plan of other data: %v", err)
	}
}
