package dispatch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
)

func TestHold(t *testing.T) {
	s := dispatch.DefaultMoveUpSettings()
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 3, hour, minute, 0, 0, time.UTC) }
	shift := &dispatch.Car{ShiftStart: at(11, 0), ShiftEnd: at(23, 0)}
	early := &dispatch.Car{ShiftStart: at(2, 0), ShiftEnd: at(12, 0)}
	for name, c := range map[string]struct {
		car  *dispatch.Car
		h    dispatch.MoveHistory
		now  time.Time
		want string
	}{
		"fresh":                {shift, dispatch.MoveHistory{}, at(12, 0), ""},
		"as often as it may":   {shift, dispatch.MoveHistory{Moves: []time.Time{at(11, 1), at(12, 0), at(14, 0), at(15, 0)}}, at(17, 0), "moved 4 times in this shift, the most is 4"},
		"in the shift before":  {shift, dispatch.MoveHistory{Moves: []time.Time{at(9, 1), at(9, 30), at(10, 0), at(10, 59)}}, at(17, 0), ""},
		"no shift kept":        {&dispatch.Car{}, dispatch.MoveHistory{Moves: []time.Time{at(8, 1), at(9, 30), at(10, 0), at(10, 59)}}, at(17, 0), "4 times"},
		"long ago":             {&dispatch.Car{}, dispatch.MoveHistory{Moves: []time.Time{at(6, 1), at(9, 30), at(10, 0), at(10, 59)}}, at(17, 0), ""},
		"just now":             {shift, dispatch.MoveHistory{Moves: []time.Time{at(12, 0)}}, at(12, 20), "moved 20 min ago, want 45 min between moves"},
		"refused":              {shift, dispatch.MoveHistory{Refused: at(12, 0)}, at(12, 20), "not taken up 20 min ago"},
		"refused long ago":     {shift, dispatch.MoveHistory{Refused: at(12, 0)}, at(12, 45), ""},
		"near the end":         {shift, dispatch.MoveHistory{}, at(22, 1), "its shift ends in 59 min"},
		"a second at night":    {early, dispatch.MoveHistory{Moves: []time.Time{at(3, 0)}}, at(5, 0), "moved once this night, the most is 1"},
		"after the night":      {early, dispatch.MoveHistory{Moves: []time.Time{at(3, 0)}}, at(7, 0), ""},
		"since the day before": {&dispatch.Car{}, dispatch.MoveHistory{Moves: []time.Time{at(-2, 30)}}, at(1, 0), "moved once this night"},
		"before the night":     {&dispatch.Car{}, dispatch.MoveHistory{Moves: []time.Time{at(-3, 30)}}, at(1, 0), ""},
	} {
		if got := s.Hold(c.car, &c.h, c.now); got != c.want && (c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	s.NightStart, s.NightEnd = 1, 5 // a night within one day
	for hour, want := range map[int]bool{0: false, 1: true, 4: true, 5: false} {
		held := s.Hold(&dispatch.Car{}, &dispatch.MoveHistory{Moves: []time.Time{at(1, 0).Add(-time.Hour), at(hour, 0)}}, at(hour, 50))
		if strings.Contains(held, "night") != want {
			t.Errorf("%d o'clock: %q", hour, held)
		}
	}
}

func TestMoveUpSettingsCheck(t *testing.T) {
	good := dispatch.DefaultMoveUpSettings()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(s *dispatch.MoveUpSettings){
		"response":   func(s *dispatch.MoveUpSettings) { s.Response = 0 },
		"thresholds": func(s *dispatch.MoveUpSettings) { s.Keep = 0.02 },
		"minutes":    func(s *dispatch.MoveUpSettings) { s.PerMinute = -1 },
		"at once":    func(s *dispatch.MoveUpSettings) { s.AtOnce = -1 },
		"night":      func(s *dispatch.MoveUpSettings) { s.NightEnd = 24 },
	} {
		s := good
		change(&s)
		if s.Check() == nil {
			t.Errorf("%s: %+v was taken", name, s)
		}
	}
}
