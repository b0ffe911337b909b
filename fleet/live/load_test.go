package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// full returns a store of n cars, each with the shifts of a week, and all the places for advice taken.
func full(tb testing.TB, n int) *ledger.Memory {
	tb.Helper()
	memory := ledger.NewMemory(time.Now)
	add := func(key, kind string, body []byte) {
		data, err := ledger.Seal(ledger.Envelope{Key: key, Time: advice.Asked, Kind: kind, Body: body})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := memory.Append(context.Background(), key, 0, data); err != nil {
			tb.Fatal(err)
		}
	}
	d := nurse
	for day := range 7 {
		start := advice.Asked.Add(time.Duration(day) * 24 * time.Hour)
		d.Shifts = append(d.Shifts, unit.Shift{Start: start, End: start.Add(12 * time.Hour)})
	}
	for i := range n {
		c := &unit.Register{RequestID: fmt.Sprint(i), Details: d}
		r, _, err := unit.Apply(unit.Record{Name: fmt.Sprintf("cars/%d", i)}, c, advice.Asked, true)
		if err != nil {
			tb.Fatal(err)
		}
		add(r.Name, "register", (&unit.Change{Command: c, Record: r}).Encode())
	}
	body, err := json.Marshal(advice)
	if err != nil {
		tb.Fatal(err)
	}
	for slot := range 4096 {
		add(fmt.Sprint("advice/", slot), "accepted", body)
	}
	return memory
}

// TestANewReplicaIsWholeInTwoSeconds: of ten thousand cars, with records as long as a week's shifts. On a
// machine that does other things as well it has as much of the processor as it would take on one core.
func TestANewReplicaIsWholeInTwoSeconds(t *testing.T) {
	const cars = 10_000
	memory := full(t, cars)
	began, used := time.Now(), processorTime(t)
	f, shown := run(t, memory, func() time.Time { return advice.Asked })
	took := time.Since(began)
	used = processorTime(t) - used
	t.Logf("%d cars in %s, %s of the processor", cars, took, used)
	if c, ok := shown.Car("cars/9999"); !ok || c.Revision != cars || f.Status().Cars != cars {
		t.Errorf("whole, but %+v, %+v", c, f.Status())
	}
	if !raceDetector && used > 2*time.Second {
		t.Errorf("whole after %s of the processor", used)
	}
}

// processorTime returns what this process has used.
func processorTime(t *testing.T) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkWhole measures how long a replica takes to read ten thousand cars.
func BenchmarkWhole(b *testing.B) {
	memory := full(b, 10_000)
	for b.Loop() {
		ctx, stop := context.WithCancel(context.Background())
		f := live.New(memory, newCars(), func() time.Time { return advice.Asked })
		ended := make(chan error)
		go func() { ended <- f.Run(ctx) }()
		<-f.Whole()
		stop()
		<-ended
	}
}

// BenchmarkDo measures a change of one of ten thousand cars apart from the disk.
func BenchmarkDo(b *testing.B) {
	ctx, stop := context.WithCancel(context.Background())
	f := live.New(full(b, 10_000), newCars(), func() time.Time { return advice.Asked })
	ended := make(chan error)
	go func() { ended <- f.Run(ctx) }()
	<-f.Whole()
	for i := 0; b.Loop(); i++ {
		var c unit.Command = assign(fmt.Sprint("a", i/2))
		if i%2 == 1 {
			c = &unit.Release{RequestID: fmt.Sprint("r", i/2), Reason: "measured"}
		}
		if _, err := f.Do(ctx, "desk", fmt.Sprintf("cars/%d", i/2%10_000), "", c); err != nil {
			b.Fatal(err)
		}
	}
	stop()
	<-ended
}
