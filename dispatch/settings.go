package dispatch

import (
	"errors"
	"fmt"
	"time"
)

// Settings of a policy. Start from DefaultSettings.
type Settings struct {
	// Mobilisation is the time from being asked to moving off. The default of 60 s is an assumption:
	// no figure is published for London's joint-response cars.
	Mobilisation time.Duration
	// Spread times the expected road time is what 9 in 10 journeys stay within. The default of 1.5 is an
	// assumption: no measured spread of ambulances' times in London is public. It stands for traffic and for
	// how far the expected time itself is off, on the built-in lattice 13 to 15 % at the 90th percentile.
	Spread float64
	// Clear is, for each status of a car on a call, the expected time from its beginning until the car is
	// clear; 0: the car is not offered while it has that status. The defaults part the assumed job cycle
	// of 1.85 h (planning.CycleHours: Stockholm's psychiatric ambulance; none is published for London)
	// into 1 min to mobilise, 15 min to the call and 95 min from there; that a car is clear 45 min after it
	// set out with a patient, 30 min after it came to a place and 10 min after it began to clear are
	// assumptions.
	Clear [Statuses]time.Duration
	// Overdue is counted where a car has had its status for longer than Clear expects, or for less than
	// that short of it. The default of 5 min is an assumption.
	Overdue time.Duration
	// ClearSpread times the expected time until clear is what 9 in 10 stay within. The default of 2 is the
	// ratio of the assumed times on scene: 75 min at the median, 150 min at the 90th percentile.
	ClearSpread float64
}

// DefaultSettings returns the settings that the service uses unless told otherwise.
func DefaultSettings() Settings {
	const cycle = 111 * time.Minute
	return Settings{
		Mobilisation: time.Minute, Spread: 1.5, Overdue: 5 * time.Minute, ClearSpread: 2,
		Clear: [Statuses]time.Duration{
			Busy: cycle, Assigned: cycle, Mobilising: cycle, EnRoute: cycle - time.Minute, OnScene: cycle - 16*time.Minute,
			Conveying: 45 * time.Minute, AtCentre: 30 * time.Minute, Clearing: 10 * time.Minute,
		},
	}
}

// Validate returns all that is wrong with the settings, joined.
func (s *Settings) Validate() error {
	var errs []error
	wrong := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("dispatch: "+format, args...))
		}
	}
	wrong(s.Mobilisation >= 0 && s.Mobilisation <= time.Hour, "mobilisation is %v; want 0 to 1 h", s.Mobilisation)
	wrong(s.Spread >= 1 && s.Spread <= 10, "spread is %v; want 1 to 10", s.Spread)
	wrong(s.ClearSpread >= 1 && s.ClearSpread <= 10, "spread of times until clear is %v; want 1 to 10", s.ClearSpread)
	wrong(s.Overdue >= 0 && s.Overdue <= 24*time.Hour, "time counted for overdue cars is %v; want 0 to 24 h", s.Overdue)
	for status, d := range s.Clear {
		wrong(d >= 0 && d <= 24*time.Hour, "time until clear from %q is %v; want 0 to 24 h", Status(status), d)
		wrong(d == 0 || Status(status).OnCall(), "time until clear from %q is %v; want 0, as such a car has no call", Status(status), d)
	}
	return errors.Join(errs...)
}
