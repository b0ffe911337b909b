package fakecad

import (
	"errors"
	"fmt"
	"time"
)

// Settings of a Run. Start from DefaultSettings. All durations but Wait are of the simulated day.
type Settings struct {
	Cars  int           // 1 to 500
	Day   time.Duration // how much is played, at most 48 h
	Step  time.Duration // cars move and report once in each
	Speed float64       // simulated time over real time; 0: as fast as the server answers
	Seed  uint64
	// Check is how often an answer is compared with the run's own search of the roads: every n-th; 0: never.
	Check int
	// Race is how many dispatchers want the same car at the same moment, on every tenth call; 0 or 1: none.
	Race int
	// CallsPerHour replaces the forecast's number of calls; 0: as many as the forecast expects.
	CallsPerHour float64
	Prefix       string // of the names of cars and incidents, so that runs do not meet

	Mobilise, OnScene, AtCentre, Clear time.Duration // means; half to one and a half times these
	Convey                             float64       // share of patients that are taken to a centre
	Patrol                             bool          // free cars drive about; otherwise they wait where they are
	GiveUp                             time.Duration // a call that has waited so long for a car is left to an ambulance
	Wait                               time.Duration // real time that one answer may take
}

// DefaultSettings returns a day of six cars, 600 times as fast as it would go by.
func DefaultSettings() Settings {
	return Settings{
		Cars: 6, Day: 24 * time.Hour, Step: time.Minute, Speed: 600, Seed: 1, Check: 5, Race: 8, Prefix: "CAD",
		Mobilise: time.Minute, OnScene: 40 * time.Minute, AtCentre: 20 * time.Minute, Clear: 5 * time.Minute,
		Convey: 0.3, GiveUp: 30 * time.Minute, Wait: 10 * time.Second,
	}
}

func (s *Settings) validate() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	need(s.Cars >= 1 && s.Cars <= 500, "%d cars: want 1 to 500", s.Cars)
	need(s.Day > 0 && s.Day <= 48*time.Hour, "a day of %s: want up to 48h", s.Day)
	need(s.Step >= time.Second && s.Step <= 10*time.Minute, "steps of %s: want 1s to 10m", s.Step)
	need(s.Speed >= 0, "speed %g: want 0 or more", s.Speed)
	need(s.Check >= 0 && s.Race >= 0 && s.Race <= 256, "check %d, race %d: want 0 or more, race up to 256", s.Check, s.Race)
	need(s.CallsPerHour >= 0 && s.CallsPerHour <= 10_000, "%g calls an hour: want 0 to 10,000", s.CallsPerHour)
	need(s.Prefix != "" && len(s.Prefix) <= 16, "prefix %q: want 1 to 16 characters", s.Prefix)
	need(s.Convey >= 0 && s.Convey <= 1, "conveyed share %g: want 0 to 1", s.Convey)
	need(s.Mobilise > 0 && s.OnScene > 0 && s.AtCentre > 0 && s.Clear > 0 && s.GiveUp > 0 && s.Wait > 0, "a duration that is not above 0")
	return errors.Join(errs...)
}
