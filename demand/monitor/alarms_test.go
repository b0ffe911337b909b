package monitor

import (
	"flag"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand/calls"
)

var (
	years = flag.Int("years", 5, "years that the tests of false alarms simulate")
	runs  = flag.Int("runs", 5, "runs of each change that the tests of delays simulate")
)

// TestFalseAlarms simulates years in which nothing changes. The bound for a year is 365/730; it is not
// tight: docs/monitoring.md has what a run with -years 200 found.
func TestFalseAlarms(t *testing.T) {
	for _, perDay := range []float64{272, 20} {
		alarms := map[Kind]int{}
		n := 0
		for y := range *years {
			w := newWorld(33, perDay, uint64(y)).watch(t, 365, 365, change{})
			if _, k, ok := w.firstFlag(0); ok {
				alarms[k]++
				n++
			}
		}
		t.Logf("%v calls a day: %d of %d years with a false alarm, by kind %v", perDay, n, *years, alarms)
		if float64(n) > max(1, 0.3*float64(*years)) {
			t.Errorf("%v calls a day: %d of %d years have a false alarm; the bound is a half, and usual is far less", perDay, n, *years)
		}
	}
}

// TestDelays measures in how many days a change is found, and that it is called what it is;
// docs/monitoring.md has what a run with -runs 100 found.
func TestDelays(t *testing.T) {
	const before, most = 30, 50
	night := func(h calls.Hour) float64 {
		if h.Time().Hour() < 6 {
			return 1.6
		}
		return 1
	}
	within := func(c int) float64 { return []float64{0.8, 0.8, 2.8}[c%3] } // the quiet cell of each has 0.28 of its calls, not 0.1
	district := func(d int, factor float64) func(int) float64 {
		return func(c int) float64 {
			if c/3 == d {
				return factor
			}
			return 1
		}
	}
	for _, c := range []struct {
		name   string
		perDay float64
		change change
		kind   Kind
		want   int // days, median
	}{
		{"30 % more calls", 272, change{volume: 1.3}, VolumeUp, 4},
		{"30 % more calls", 20, change{volume: 1.3}, VolumeUp, 20},
		{"30 % fewer calls", 272, change{volume: 0.7}, VolumeDown, 4},
		{"30 % fewer calls", 20, change{volume: 0.7}, VolumeDown, 20},
		{"twice the calls of one borough", 272, change{volume: 1, cell: district(16, 2)}, Place, 12},
		{"1.6 times the calls from 00:00 to 06:00", 272, change{volume: 1, hour: night}, Hours, 25},
		{"calls that move within their boroughs", 272, change{volume: 1, cell: within}, Score, 12},
	} {
		var delays []int
		right := 0
		for r := range *runs {
			w := newWorld(33, c.perDay, uint64(1000+r)).watch(t, before+most, before, c.change)
			day, kind, ok := w.firstFlag(before)
			if !ok {
				day = before + most
			}
			delays = append(delays, day-before+1)
			if ok && kind == c.kind {
				right++
			}
		}
		slices.Sort(delays)
		t.Logf("%s, %v a day: found in %d days (median; 90 %% within %d), %d of %d named right", c.name, c.perDay, delays[*runs/2], delays[*runs*9/10], right, *runs)
		if delays[*runs/2] > c.want || right < *runs*4/5 {
			t.Errorf("%s, %v a day: median %d days, want at most %d; %d of %d named right", c.name, c.perDay, delays[*runs/2], c.want, right, *runs)
		}
	}
}
