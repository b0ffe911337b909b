package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/planning"
)

// rising are samples of a server in which each metric rises by so much in a minute.
func rising(more map[string]float64) (samples []sample) {
	for i := range 60 {
		values := map[string]float64{"process_resident_memory_bytes": 300 << 20, "go_gc_heap_live_bytes": 100 << 20, "go_goroutines": 100, "process_open_fds": 20}
		for name, v := range more {
			values[name] += v*float64(i)/60 + float64(i%2)
		}
		samples = append(samples, sample{time.Unix(int64(i), 0), values})
	}
	return samples
}

func TestJudge(t *testing.T) {
	for name, leak := range map[string]map[string]float64{
		"memory": {"process_resident_memory_bytes": 100 << 20}, "live heap": {"go_gc_heap_live_bytes": 60 << 20},
		"goroutines": {"go_goroutines": 30}, "open files": {"process_open_fds": 20},
	} {
		table, flat := judge(rising(leak))
		if flat || !strings.Contains(table, "| "+name+" |") || strings.Count(table, "NOT FLAT") != 1 {
			t.Errorf("a leak of %s:\n%s", name, table)
		}
	}
	if table, flat := judge(rising(map[string]float64{"go_goroutines": 2})); !flat {
		t.Errorf("nothing leaks:\n%s", table)
	}
	if _, flat := judge(rising(nil)[:6]); flat {
		t.Error("judged by too few samples")
	}
	if _, flat := judge(make([]sample, 60)); flat {
		t.Error("judged without metrics")
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
	addr := serveLondon(t)
	warm := day{hours: 0.01, cars: 50, calls: 50_000, asks: 2}
	if _, err := warm.run(t.Context(), addr); err != nil {
		t.Fatal(err)
	}
	before := settled()
	done, err := day{hours: 0.05, cars: 50, calls: 50_000, asks: 2}.run(t.Context(), addr)
	if err != nil || done.decisions == 0 || done.watches < watches {
		t.Fatalf("%v, %v", done, err)
	}
	if after := settled(); after > before+5 {
		t.Errorf("%d goroutines before %v and %d after", before, done, after)
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
func serveLondon(t *testing.T) (addr string) {
	t.Helper()
	city, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	prior, err := planning.Prior(city)
	if err != nil {
		t.Fatal(err)
	}
	s := server.DefaultSettings()
	s.City, s.Network, s.Baseline, s.Zone = city, city.Network, prior, time.UTC
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
	return on[0].Addr().String()
}
