package monitor

import (
	"errors"
	"fmt"
	"math"
)

// Settings of a Watch.
type Settings struct {
	// FalseAlarmDays bounds how often something is flagged that has not changed: within n days with a
	// probability of at most n/FalseAlarmDays, all tests together. The mean time to the first false alarm
	// is then at least half of it.
	FalseAlarmDays float64
	// Volume up or down by more than Tolerance is drift, or by more than twice the standard deviation of
	// the forecast's own level where that is more.
	Tolerance float64
	// PlaceTolerance and HoursTolerance are how far the odds that a call is of one district, or of one part
	// of the day, may be from the forecast's: 1.15 for 15 % up or down.
	PlaceTolerance, HoursTolerance float64
	// VolumeStep, PlaceStep and HoursStep are the changes beyond the tolerance, as factors, that are found
	// soonest.
	VolumeStep, PlaceStep, HoursStep float64
	// ScoreTolerance is how many nats a call may fit worse than the forecast expects.
	ScoreTolerance float64
}

// DefaultSettings returns the settings whose false alarms and delays docs/monitoring.md measures.
func DefaultSettings() Settings {
	return Settings{
		FalseAlarmDays: 730,
		Tolerance:      0.05, PlaceTolerance: 1.15, HoursTolerance: 1.1,
		VolumeStep: 1.2, PlaceStep: 1.6, HoursStep: 1.3,
		ScoreTolerance: 0.05,
	}
}

// The parts of FalseAlarmDays' reciprocal that the families of tests share.
const (
	volumeShare = 0.3
	placeShare  = 0.4
	hoursShare  = 0.2
	scoreShare  = 0.1
)

// limit returns the sum at which one of n tests flags that have a share of the false alarms together:
// the union of their days' bounds e^−limit.
func (s *Settings) limit(share float64, n int) float64 {
	return math.Log(s.FalseAlarmDays * float64(n) / share)
}

// Validate returns all that is wrong with settings, joined.
func (s *Settings) Validate() error {
	var errs []error
	want := func(ok bool, name string, v float64, text string) {
		if !ok {
			errs = append(errs, fmt.Errorf("monitor: %s is %v; want %s", name, v, text))
		}
	}
	want(s.FalseAlarmDays >= 7 && s.FalseAlarmDays <= 1e6, "FalseAlarmDays", s.FalseAlarmDays, "7 to 1,000,000")
	want(s.Tolerance >= 0 && s.Tolerance < 1, "Tolerance", s.Tolerance, "0 to 1")
	want(s.PlaceTolerance >= 1 && s.PlaceTolerance < 10, "PlaceTolerance", s.PlaceTolerance, "a factor of 1 to 10")
	want(s.HoursTolerance >= 1 && s.HoursTolerance < 10, "HoursTolerance", s.HoursTolerance, "a factor of 1 to 10")
	want(s.VolumeStep > 1 && s.VolumeStep < 10, "VolumeStep", s.VolumeStep, "a factor above 1, up to 10")
	want(s.PlaceStep > 1 && s.PlaceStep < 10, "PlaceStep", s.PlaceStep, "a factor above 1, up to 10")
	want(s.HoursStep > 1 && s.HoursStep < 10, "HoursStep", s.HoursStep, "a factor above 1, up to 10")
	want(s.ScoreTolerance >= 0 && s.ScoreTolerance < 10, "ScoreTolerance", s.ScoreTolerance, "0 to 10 nats")
	return errors.Join(errs...)
}
