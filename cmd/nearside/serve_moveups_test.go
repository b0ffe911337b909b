package main

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
)

// usualMoveUps are the flags as they are where nobody has set any.
func usualMoveUps(t *testing.T) moveUpFlags {
	t.Helper()
	_, c := parsed(t, "serve")
	return c.Serve.MoveUp
}

func TestMoveUpDefaults(t *testing.T) {
	f := usualMoveUps(t)
	if got, want := f.settings(), dispatch.DefaultMoveUpSettings(); got != want {
		t.Errorf("serve has %+v, the policy %+v", got, want)
	}
	if faults := f.faults(); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestMoveUpsFromFile sets some by each way.
func TestMoveUpsFromFile(t *testing.T) {
	ctx, c := parsed(t, "serve", "--move-up-at-once", "0")
	file := settingsIn(t, "move-up-least: 0.02\nmove-up-between: 1h30m\nmove-up-per-night: 9\n")
	if _, faults := layer(ctx, file, []string{"NEARSIDE_MOVE_UP_PER_NIGHT=0"}); faults != nil {
		t.Fatal(faults)
	}
	want := dispatch.DefaultMoveUpSettings()
	want.AtOnce, want.Least, want.Between, want.PerNight = 0, 0.02, 90*time.Minute, 0
	if got := c.Serve.MoveUp.settings(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestMoveUpFaults: each mistake is told by its flag, and nothing passes that the policy refuses.
func TestMoveUpFaults(t *testing.T) {
	for want, change := range map[string]func(*moveUpFlags){
		"--move-up-least 1:":           func(f *moveUpFlags) { f.Least = 1 },
		"--move-up-least NaN:":         func(f *moveUpFlags) { f.Least = math.NaN() },
		"--move-up-keep 0.02:":         func(f *moveUpFlags) { f.Keep = 0.02 },
		"--move-up-per-minute -1:":     func(f *moveUpFlags) { f.PerMinute = -1 },
		"--move-up-max-drive 0s:":      func(f *moveUpFlags) { f.MaxDrive = 0 },
		"--move-up-stands 25h0m0s:":    func(f *moveUpFlags) { f.Stands = 25 * time.Hour },
		"--move-up-shift-length 1m0s:": func(f *moveUpFlags) { f.ShiftLength = time.Minute },
		"--move-up-between -1s:":       func(f *moveUpFlags) { f.Between = -time.Second },
		"--move-up-before-end -1s:":    func(f *moveUpFlags) { f.BeforeEnd = -time.Second },
		"--move-up-at-once -1:":        func(f *moveUpFlags) { f.AtOnce = -1 },
		"--move-up-per-shift -1:":      func(f *moveUpFlags) { f.PerShift = -1 },
		"--move-up-per-night 1001:":    func(f *moveUpFlags) { f.PerNight = 1001 },
		"--move-up-night-start 24:":    func(f *moveUpFlags) { f.NightStart = 24 },
		"--move-up-night-end -1:":      func(f *moveUpFlags) { f.NightEnd = -1 },
	} {
		f := usualMoveUps(t)
		change(&f)
		if faults := f.faults(); len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), want) {
			t.Errorf("got %v, want %q", faults, want)
		}
	}
}
