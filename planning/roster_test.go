package planning

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// shifted is the small city's day in shifts: some by count, one with breaks, one past midnight.
func shifted() Scenario {
	s := daytime()
	s.Centres, s.Hours = 0, must(ParseHours("6-2", "mon-sun"))
	s.Shifts = []Shift{
		{Name: "early", Start: "06:00", Hours: 10, Crews: 2, Fixed: []string{"Infirmary"}},
		{Name: "late", Start: "11:00", Hours: 12, AtMost: 3, HandOver: 15, Breaks: []Break{{4, 30}, {5.5, 45}}},
		{Name: "night", Start: "15:30", Hours: 10.5, Crews: 1},
	}
	s.Cars, s.TimeLimit = 5, time.Second
	return s
}

func TestSolveRostersShifts(t *testing.T) {
	for name, change := range map[string]func(*Scenario){
		"by count":  func(*Scenario) {},
		"by budget": func(s *Scenario) { s.Cars, s.CrewHours = 0, 330 },
		"coverage":  func(s *Scenario) { s.Objective, s.Target.Minutes = Coverage, 6 },
		"cap":       func(s *Scenario) { s.WorstMinutes = 30 },
		"forbidden": func(s *Scenario) { s.Forbidden = []string{"Old Mill"} },
	} {
		s := shifted()
		change(&s)
		ctx := context.Background()
		d, err := Solve(ctx, on(smallCity()), s, "", func(Progress) {})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := Verify(ctx, d, on(smallCity()), "", func(Progress) {}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		r := d.Roster
		if r == nil || r.Shifts[0].Crews != 2 || r.Shifts[2].Crews != 1 || s.CrewHours > 0 && r.CrewHours > s.CrewHours {
			t.Fatalf("%s: %+v", name, r)
		}
		sum := 0
		for _, shift := range r.Shifts {
			sum += shift.Crews
		}
		if len(d.Cars) != sum || s.Cars > 0 && sum != s.Cars {
			t.Errorf("%s: %d cars, %d crews", name, len(d.Cars), sum)
		}
		if len(r.Hours) != 20 || r.Hours[0].Hour != 0 || r.Hours[2].Hour != 6 {
			t.Errorf("%s: %+v", name, r.Hours)
		}
		calls, value := 0.0, 0.0
		for _, h := range r.Hours {
			calls, value = calls+h.CallsPerHour, value+h.CallsPerHour*h.Value
		}
		nearlyEqual(t, name+": value over the hours", value/calls, d.Response.Value, 0.01)
	}
}

func TestShiftMistakesAreReportedTogether(t *testing.T) {
	_, err := ReadScenario([]byte(`
hours: 0-24
cars: 2
fix: [Infirmary]
crew_hours: 40
shifts:
  - {name: a, start: "25:00", hours: 25, days: someday, crews: 201}
  - {name: b, start: "7:00", hours: 12, crews: 2, at_most: 3, hand_over_minutes: 0.5}
  - {name: b, start: "7:00", hours: 12, breaks: [{after_hours: 30, minutes: 0.2}]}
`), "s.yaml")
	for _, want := range []string{
		`line 7: shifts[0].start "25:00"`, "shifts[0].hours 25", `shifts[0].days "someday"`, "shifts[0].crews 201", "shifts[1].crews 2: want either", "shifts[1].hand_over_minutes 0.5",
		"shifts[2].breaks[0].after_hours 30", "shifts[2].breaks[0].minutes 0.2", "fix given: want it in the shift",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	_, err = ReadScenario([]byte(`
hours: 0-24
cars: 2
crew_hours: 40
shifts:
  - {name: a, start: "7:00", hours: 12, crews: 2}
  - {name: a, start: "8:00", hours: 12, at_least: 1, breaks: [{after_hours: 11.9, minutes: 30}]}
  - {name: c, start: "7:30", hours: 1, hand_over_minutes: 30}
`), "s.yaml")
	for _, want := range []string{`line 7: shifts[1].name "a"`, "line 7: shifts[1].breaks[0]", "line 8: shifts[2] leaves 0 minutes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	_, err = ReadScenario([]byte(`
hours: 0-24
cars: 2
crew_hours: 40
shifts:
  - {name: a, start: "7:00", hours: 12, crews: 2}
  - {name: b, start: "8:00", hours: 12, at_least: 1}
`), "s.yaml")
	for _, want := range []string{"line 3: cars 2: want shifts that fit: the crews that they have", "line 4: crew_hours 40: want shifts that fit", "line 2: hours have calls when no shift is in service: Mon 00:00–07:00"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	var field *FieldError
	if !errors.As(err, &field) {
		t.Error(err)
	}
}

var _ = time.Second
