package main

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
)

// moveUpFlags say when a free car is asked to wait elsewhere, and how often it may be. docs/moveups.md
// explains them. The defaults are those of dispatch.DefaultMoveUpSettings.
type moveUpFlags struct {
	Least     float64 `default:"0.01" help:"Share of the hour's expected calls that a move-up must gain to be recommended, 0 to below 1 (${default})." placeholder:"SHARE"`
	Keep      float64 `default:"0.005" help:"Share below which one that stands is withdrawn, at most --move-up-least (${default})." placeholder:"SHARE"`
	PerMinute float64 `default:"0.0005" help:"Share that each minute of driving must gain on top (${default})." placeholder:"SHARE"`

	MaxDrive time.Duration `default:"20m" help:"Longest drive that is recommended (${default})." placeholder:"DURATION"`
	Stands   time.Duration `default:"5m" help:"How long a recommendation waits for an answer (${default})." placeholder:"DURATION"`
	AtOnce   int           `default:"3" help:"Recommendations that stand at a time, at most; 0: none is made (${default})." placeholder:"N"`

	PerShift    int           `default:"4" help:"Moves that a car is asked to make in a shift, at most (${default})." placeholder:"N"`
	ShiftLength time.Duration `default:"10h" help:"Length of a shift of cars of which no shift is kept (${default})." placeholder:"DURATION"`
	Between     time.Duration `default:"45m" help:"Least time from a move, or from one that was not taken up, to the next (${default})." placeholder:"DURATION"`
	BeforeEnd   time.Duration `default:"1h" help:"How long before the end of its shift a car is no longer moved (${default})." placeholder:"DURATION"`

	NightStart int `default:"22" help:"Hour at which the night begins, 0 to 23, Europe/London (${default})." placeholder:"HOUR"`
	NightEnd   int `default:"7" help:"Hour at which it ends; where both are the same there is none (${default})." placeholder:"HOUR"`
	PerNight   int `default:"1" help:"Moves that a car is asked to make in a night, at most (${default})." placeholder:"N"`
}

// settings are those of the policy. What counts as covered is not a matter of these flags: Response stays
// what the tables of plans count.
func (f *moveUpFlags) settings() dispatch.MoveUpSettings {
	s := dispatch.DefaultMoveUpSettings()
	s.Least, s.Keep, s.PerMinute = f.Least, f.Keep, f.PerMinute
	s.MaxDrive, s.Stands, s.AtOnce = f.MaxDrive, f.Stands, f.AtOnce
	s.PerShift, s.ShiftLength, s.Between, s.BeforeEnd = f.PerShift, f.ShiftLength, f.Between, f.BeforeEnd
	s.NightStart, s.NightEnd, s.PerNight = f.NightStart, f.NightEnd, f.PerNight
	return s
}

// Bounds beyond which a setting is taken for a slip.
const (
	longestMoveUp = 24 * time.Hour
	mostMoveUps   = 1000
)

func (f *moveUpFlags) faults() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if !(f.Least >= 0 && f.Least < 1) {
		fault("--move-up-least %v: want a share of 0 to below 1, such as 0.01", f.Least)
	} else if !(f.Keep >= 0 && f.Keep <= f.Least) {
		fault("--move-up-keep %v: want 0 to --move-up-least, which is %v: one that stands must not be asked for more than a new one", f.Keep, f.Least)
	}
	if !(f.PerMinute >= 0 && f.PerMinute < 1) {
		fault("--move-up-per-minute %v: want a share of 0 to below 1, such as 0.0005", f.PerMinute)
	}
	for _, d := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"max-drive", f.MaxDrive, time.Minute}, {"stands", f.Stands, time.Second}, {"shift-length", f.ShiftLength, time.Hour},
		{"between", f.Between, 0}, {"before-end", f.BeforeEnd, 0},
	} {
		if d.value < d.least || d.value > longestMoveUp {
			fault("--move-up-%s %s: want %s to %s", d.name, d.value, d.least, longestMoveUp)
		}
	}
	for _, n := range []struct {
		name  string
		value int
		most  int
	}{
		{"at-once", f.AtOnce, mostMoveUps}, {"per-shift", f.PerShift, mostMoveUps}, {"per-night", f.PerNight, mostMoveUps},
		{"night-start", f.NightStart, 23}, {"night-end", f.NightEnd, 23},
	} {
		if n.value < 0 || n.value > n.most {
			fault("--move-up-%s %d: want 0 to %d", n.name, n.value, n.most)
		}
	}
	return faults
}
