package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fakecad"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/planning"
)

// rising are samples of a day in which each metric rises by so much, and breathes by one.
func rising(more map[string]float64) (samples []sample) {
	for i := range 240 {
		values := map[string]float64{"process_resident_memory_bytes": 300 << 20, "go_gc_heap_live_bytes": 100 << 20,
			"go_memstats_sys_bytes": 240 << 20, "go_goroutines": 100, "process_open_fds": 20}
		for name, v := range more {
			values[name] += v*float64(i)/240 + float64(i%2)
		}
		samples = append(samples, sample{time.Duration(i) * 6 * time.Minute, values})
	}
	return samples
}

func TestJudge(t *testing.T) {
	for name, leak := range map[string]map[string]float64{
		"memory":               {"process_resident_memory_bytes": 100 << 20, "go_memstats_sys_bytes": 100 << 20},
		"memory outside of Go": {"process_resident_memory_bytes": 20 << 20},
		"live heap":            {"go_gc_heap_live_bytes": 60 << 20},
		"goroutines":           {"go_goroutines": 30}, "open files": {"process_open_fds": 20},
	} {
		table, flat := judge(rising(leak))
		if flat || !strings.Contains(table, "| "+name+" |") || strings.Count(table, "NOT FLAT") != 1 {
			t.Errorf("a leak of %s:\n%s", name, table)
		}
	}
	if table, flat := judge(rising(map[string]float64{"go_goroutines": 2})); !flat {
		t.Errorf("nothing leaks:\n%s", table)
	}
	if _, flat := judge(rising(nil)[:80]); flat {
		t.Error("judged by too few hours")
	}
	if _, flat := judge(make([]sample, 60)); flat {
		t.Error("judged without metrics")
	}
}

// TestJudgeWantsEvidence: of a measure that strays too much to tell whether it rises it is not said that it is flat.
func TestJudgeWantsEvidence(t *testing.T) {
	wild := rising(nil)
	for i := range wild {
		wild[i].values["go_goroutines"] += float64(i / 10 % 2 * 60) // by the hour
	}
	if table, flat := judge(wild); flat || strings.Count(table, "NOT FLAT") != 1 {
		t.Errorf("goroutines come and go by the hour:\n%s", table)
	}
}

// TestQuietly: hours with a road change, and those after them, do not count.
func TestQuietly(t *testing.T) {
	var samples []sample
	for i := range 12 * 30 {
		hour := i / 30
		v := 10 * float64(hour)
		if hour%6 < 2 {
			v += 1000
		}
		samples = append(samples, sample{time.Duration(i) * 2 * time.Minute, map[string]float64{"a": v}})
	}
	if got := quietly(samples, value("a")); fmt.Sprint(got) != "[20 30 40 50 80 90 100 110]" {
		t.Error(got)
	}
}

func TestTrend(t *testing.T) {
	if rise, half := trend([]float64{1, 3, 5, 7, 9}); rise != 8 || half > 1e-9 {
		t.Errorf("a line from 1 to 9 rises by %g ± %g", rise, half)
	}
	// By hand: the line is 0.6 + 0.4 x, x = 0 … 4; the squares that remain add up to 1.6, so that the slope's
	// standard error is √(1.6 / 3 / 10), and the rise is four slopes.
	if rise, half := trend([]float64{1, 0, 2, 2, 2}); math.Abs(rise-1.6) > 1e-9 || math.Abs(half-2*4*math.Sqrt(1.6/3/10)) > 1e-9 {
		t.Errorf("rises by %g ± %g", rise, half)
	}
}

func TestParse(t *testing.T) {
	got := parse(strings.NewReader("# HELP a b\na 1\nb{c=\"d\"} 2\ngo_goroutines 1.2e+01\nnonsense\n"))
	if fmt.Sprint(got) != "map[a:1 go_goroutines:12]" {
		t.Error(got)
	}
}

// TestSoak replays a few simulated minutes in this process: when clients have gone, so have the goroutines
// that served them. Memory is not judged: travel times and their labels are still being made. make soak
// replays a day.
func TestSoak(t *testing.T) {
	addr, city := serveLondon(t)
	d := day{hours: 0.01, cars: 20, calls: 50_000, asks: 2}
	steps := 0
	play := func() *fakecad.Report {
		report, err := d.run(t.Context(), addr, city, func(time.Duration) error { steps++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	play()
	before := settled()
	d.hours = 0.05
	report := play()
	if report.Failed() > 0 || report.Assigned == 0 || steps < 20 {
		_ = report.Write(os.Stderr)
		t.Errorf("%d checks failed, %d calls assigned in %d steps", report.Failed(), report.Assigned, steps)
	}
	if after := settled(); after > before+5 {
		t.Errorf("%d goroutines before and %d after", before, after)
	}
	gone := errors.New("gone")
	if _, err := d.run(t.Context(), addr, city, func(time.Duration) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("what looks at the server failed: %v", err)
	}
}

// settled counts goroutines when they have become as few as they will within a second.
func settled() int {
	least := runtime.NumGoroutine()
	for range 50 {
		time.Sleep(20 * time.Millisecond)
		least = min(least, runtime.NumGoroutine())
	}
	return least
}

// serveLondon serves London as it ships, with records in memory, until the test ends.
func serveLondon(t *testing.T) (addr string, known fakecad.City) {
	t.Helper()
	city, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	prior, err := planning.Prior(city)
	if err != nil {
		t.Fatal(err)
	}
	if known, err = fakecad.London(city, city.Network); err != nil {
		t.Fatal(err)
	}
	s := server.DefaultSettings()
	s.City, s.Network, s.Baseline, s.Zone = city, city.Network, prior, known.Zone
	s.Fleet = fleet.New(city.Grid, city.Network, fleet.DefaultSettings())
	s.Log = slog.New(slog.DiscardHandler)
	srv, err := server.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var on [2]net.Listener
	for i := range on {
		if on[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, on[0], on[1]) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return on[0].Addr().String(), known
}
