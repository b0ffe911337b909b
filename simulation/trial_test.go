package simulation_test

import (
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/simulation"
)

func trialSettings() simulation.TrialSettings {
	return simulation.TrialSettings{
		Days: 5, FirstHour: 11, LastHour: 23, Seed: 3, Sent: 0.1, Cycle: 20 * time.Minute, Dispatch: dispatch.DefaultSettings(),
		Response: 4 * time.Minute, Busy: func(float64, int) float64 { return 0.3 },
	}
}

// newTrial has four cars that share a base in a corner of the small city.
func newTrial(t *testing.T) *simulation.Trial {
	t.Helper()
	city := smallCity(t)
	corner, ok := city.Grid.At(city.Standby[0])
	if !ok {
		t.Fatal("the base is outside the city")
	}
	trial, err := simulation.NewTrial(city, []grid.Index{corner, corner, corner, corner}, 180_000)
	if err != nil {
		t.Fatal(err)
	}
	return trial
}

// TestTrialMovesCarsWhereTheyAreMissed: cars that all stand in a corner reach more calls once they move up.
func TestTrialMovesCarsWhereTheyAreMissed(t *testing.T) {
	trial, s := newTrial(t), trialSettings()
	still := trial.Run(s)
	moves := dispatch.DefaultMoveUpSettings()
	moves.Response, moves.Between, moves.PerShift = s.Response, 0, 100
	s.MoveUps = &moves
	moved := trial.Run(s)
	if still.Calls != moved.Calls || still.Calls < 100 || still.CarShifts != 20 || still.Moves != 0 {
		t.Fatalf("not the same calls, or too few: %+v and %+v", still, moved)
	}
	if moved.Moves == 0 || moved.Within <= still.Within || moved.Driven <= 0 {
		t.Errorf("moving up did not help: %+v, without %+v", moved, still)
	}
	if again := trial.Run(s); again != moved {
		t.Errorf("the same settings gave %+v and %+v", moved, again)
	}
}

func TestTrialKeepsLimits(t *testing.T) {
	trial, s := newTrial(t), trialSettings()
	moves := dispatch.DefaultMoveUpSettings()
	moves.PerShift, moves.Response = 1, s.Response
	s.MoveUps = &moves
	if out := trial.Run(s); out.Moves == 0 || out.Moves > out.CarShifts {
		t.Errorf("%d moves in %d shifts of a car, the most is one each", out.Moves, out.CarShifts)
	}
}

func TestTrialLosesCalls(t *testing.T) {
	s := trialSettings()
	s.Cycle, s.Stay = 12*time.Hour, true
	if out := newTrial(t).Run(s); out.Lost == 0 || out.Calls-out.Lost > 2*out.CarShifts {
		t.Errorf("cars that are out all day: %+v", out)
	}
}

func TestNewTrialRefuses(t *testing.T) {
	city := smallCity(t)
	if _, err := simulation.NewTrial(city, nil, 1); err == nil {
		t.Error("a trial without cars was taken")
	}
	city.Standby = nil
	if _, err := simulation.NewTrial(city, []grid.Index{0}, 1); err == nil {
		t.Error("a trial without standby points was taken")
	}
}
