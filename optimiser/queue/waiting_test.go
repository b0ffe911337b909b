package queue_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

// Cars all alike for whose calls there is a line are M/M/c.
func TestExactWaitingIsMMC(t *testing.T) {
	for n := 1; n <= queue.MaxExactCars; n++ {
		for _, perCar := range []float64{0.05, 0.3, 0.7, 0.95} {
			load := perCar * float64(n)
			w, err := queue.ExactWaiting(alike(n, load))
			if err != nil {
				t.Fatal(err)
			}
			near(t, "waits", w.Waits, queue.ErlangC(n, load), 1e-9)
			near(t, "wait", w.Wait, queue.Line{Servers: n, Erlangs: load}.Wait(), 1e-9)
			for _, busy := range w.Workload {
				near(t, "workload", busy, perCar, 1e-9)
			}
		}
	}
}

// Two cars of unlike speed, the first asked first, calls at rate 1: states by hand.
func TestExactWaitingByHand(t *testing.T) {
	s := &queue.System{Kept: []int{1, 1}, Rate: []float64{1}, First: []int32{0, 2}, Order: []int32{0, 1}, Service: []float64{1, 0.5}}
	w, err := queue.ExactWaiting(s)
	if err != nil {
		t.Fatal(err)
	}
	// Finishing at 1 and 2: none out 1, first out x, second out y, both z, then z/3, z/9, …
	// none: 1 = x + 2y; second: y(1+2) = z; first: 2x = 1 + 2z.
	y := 1.0 / 10
	x, z := 1-2*y, 3*y
	all := 1 + x + y + 1.5*z
	near(t, "first", w.Workload[0], (x+1.5*z)/all, 1e-12)
	near(t, "second", w.Workload[1], (y+1.5*z)/all, 1e-12)
	near(t, "waits", w.Waits, 1.5*z/all, 1e-12)
	near(t, "wait", w.Wait, 1.5*z/all/2, 1e-12)
}

func TestExactWaitingRefuses(t *testing.T) {
	byCell := randomSystem(rand.New(rand.NewPCG(1, 1)), ones(3), 3, 0.1, true)
	for want, s := range map[string]*queue.System{
		"the line grows for ever":      alike(2, 2),
		"lists 1 of 2 stations":        shortened(alike(2, 1), 1),
		"one service time a station":   byCell,
		"want at least one station":    {First: []int32{0}},
		"and takes at most 12; use Ap": alike(13, 1),
	} {
		if _, err := queue.ExactWaiting(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
