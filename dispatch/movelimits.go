package dispatch

import (
	"fmt"
	"time"
)

// MoveUpSettings say when a free car is worth moving, and how often it may be. Start from
// DefaultMoveUpSettings.
type MoveUpSettings struct {
	// Response is the response time, mobilisation included, within which a call counts as covered.
	Response time.Duration
	// MaxDrive is the longest drive to a standby point that is recommended.
	MaxDrive time.Duration
	// Least is what a move must gain, and Keep what one that stands must still gain, as shares of the
	// calls expected in the hour: expected coverage, busy cars counted. Between the two nothing changes,
	// so that positions that jitter do not make recommendations come and go.
	Least, Keep float64
	// PerMinute is the share of the expected calls that each minute of driving must gain on top.
	PerMinute float64
	// AtOnce is how many recommendations stand at a time at most.
	AtOnce int
	// Stands is how long a recommendation stands until it counts as timed out.
	Stands time.Duration
	// PerShift is how many moves a crew is asked to make in a shift; where no shift is kept, in ShiftLength.
	PerShift    int
	ShiftLength time.Duration
	// Between is the least time from one move to the next, or from a refusal to the next recommendation.
	Between time.Duration
	// BeforeEnd is how long before its shift ends a car is no longer moved.
	BeforeEnd time.Duration
	// NightStart and NightEnd are hours of the day, Europe/London; at night a car is moved at most
	// PerNight times.
	NightStart, NightEnd, PerNight int
}

// DefaultMoveUpSettings returns the settings that the service uses unless told otherwise. Response is
// what the tables of plans count calls within. All the others are assumptions: no rule is published
// for London's joint-response cars, and they are for the service to set with its crews.
func DefaultMoveUpSettings() MoveUpSettings {
	return MoveUpSettings{
		Response: 15 * time.Minute, MaxDrive: 20 * time.Minute,
		Least: 0.01, Keep: 0.005, PerMinute: 0.0005, AtOnce: 3, Stands: 5 * time.Minute,
		PerShift: 4, ShiftLength: 10 * time.Hour, Between: 45 * time.Minute, BeforeEnd: time.Hour,
		NightStart: 22, NightEnd: 7, PerNight: 1,
	}
}

// Check returns what is wrong with the settings, or nil.
func (s *MoveUpSettings) Check() error {
	hour := func(h int) bool { return h >= 0 && h < 24 }
	switch {
	case s.Response <= 0 || s.MaxDrive <= 0 || s.Stands <= 0 || s.ShiftLength <= 0:
		return fmt.Errorf("move-ups: response %v, longest drive %v, standing %v, shift %v: want all above 0", s.Response, s.MaxDrive, s.Stands, s.ShiftLength)
	case !(s.Keep >= 0 && s.Keep <= s.Least && s.Least < 1):
		return fmt.Errorf("move-ups: kept from a gain of %v, begun from %v: want 0 ≤ keep ≤ least < 1", s.Keep, s.Least)
	case !(s.PerMinute >= 0):
		return fmt.Errorf("move-ups: %v for each minute of driving: want 0 or more", s.PerMinute)
	case s.AtOnce < 0 || s.PerShift < 0 || s.PerNight < 0 || s.Between < 0 || s.BeforeEnd < 0:
		return fmt.Errorf("move-ups: %d at once, %d a shift, %d a night, %v between, %v before the end: want none below 0", s.AtOnce, s.PerShift, s.PerNight, s.Between, s.BeforeEnd)
	case !hour(s.NightStart) || !hour(s.NightEnd):
		return fmt.Errorf("move-ups: night from %d to %d: want hours of 0 to 23", s.NightStart, s.NightEnd)
	}
	return nil
}

// MoveHistory is what a car was asked before.
type MoveHistory struct {
	Moves   []time.Time // when it accepted moves, in order
	Refused time.Time   // when a recommendation was last overridden or timed out; zero: never
}

// Hold says in words why a car may not be asked to move at now, which is in London's time zone; "" where
// it may. Whether it is free is not looked at.
func (s *MoveUpSettings) Hold(c *Car, h *MoveHistory, now time.Time) string {
	from := now.Add(-s.ShiftLength)
	if !c.ShiftStart.IsZero() && c.ShiftStart.Before(now) {
		from = c.ShiftStart
	}
	if n := countSince(h.Moves, from); n >= s.PerShift {
		return fmt.Sprintf("moved %s in this shift, the most is %d", times(n), s.PerShift)
	}
	if night, ok := s.nightSince(now); ok {
		if n := countSince(h.Moves, night); n >= s.PerNight {
			return fmt.Sprintf("moved %s this night, the most is %d", times(n), s.PerNight)
		}
	}
	if n := len(h.Moves); n > 0 && now.Sub(h.Moves[n-1]) < s.Between {
		return fmt.Sprintf("moved %s ago, want %s between moves", words(now.Sub(h.Moves[n-1])), words(s.Between))
	}
	if !h.Refused.IsZero() && now.Sub(h.Refused) < s.Between {
		return fmt.Sprintf("a move was not taken up %s ago, want %s until the next", words(now.Sub(h.Refused)), words(s.Between))
	}
	if left := c.ShiftEnd.Sub(now); !c.ShiftEnd.IsZero() && left < s.BeforeEnd {
		return fmt.Sprintf("its shift ends in %s", words(left))
	}
	return ""
}

// nightSince returns when the night that now falls into began; ok is false by day.
func (s *MoveUpSettings) nightSince(now time.Time) (start time.Time, ok bool) {
	h, first, last := now.Hour(), s.NightStart, s.NightEnd
	y, m, d := now.Date()
	switch {
	case first == last:
		return start, false
	case first < last && (h < first || h >= last), first > last && h < first && h >= last:
		return start, false
	case h < first: // it began yesterday
		d--
	}
	return time.Date(y, m, d, first, 0, 0, 0, now.Location()), true
}

func countSince(list []time.Time, from time.Time) (n int) {
	for _, t := range list {
		if !t.Before(from) {
			n++
		}
	}
	return n
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	default:
		return fmt.Sprintf("%d times", n)
	}
}
