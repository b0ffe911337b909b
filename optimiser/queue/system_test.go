package queue_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

func TestValidateReportsEverything(t *testing.T) {
	s := alike(3, 1)
	s.Kept[1] = 0
	s.Rate[0], s.Rate[2] = math.NaN(), -1
	s.Service[4] = 0
	s.Travel[5] = math.Inf(1)
	s.Order[0] = 3
	s.Order[4] = s.Order[3]
	for _, solve := range []func(*queue.System) (*queue.Result, error){queue.Approximate, queue.Exact} {
		_, err := solve(s)
		if err == nil {
			t.Fatal("no error")
		}
		for _, want := range []string{
			"Kept[1] is 0", "Rate[0] is NaN", "Rate[2] is -1", "Service[4] is 0", "Travel[5] is +Inf",
			"Order[0] is 3: want a station, 0 to 2", "Order[4]: station 1 is twice on the list of cell 1",
		} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: does not say %q", err, want)
			}
		}
	}
}

func TestValidateReportsShapes(t *testing.T) {
	for name, spoil := range map[string]func(*queue.System){
		"Kept is empty":            func(s *queue.System) { s.Kept = nil },
		"First has 3 entries":      func(s *queue.System) { s.First = s.First[:3] },
		"First[2] is 1, after 3":   func(s *queue.System) { s.First[2] = 1 },
		"Service has 8":            func(s *queue.System) { s.Service = s.Service[:8] },
		"Travel 1 entries":         func(s *queue.System) { s.Travel = s.Travel[:1] },
		"Order[1] is -1: want":     func(s *queue.System) { s.Order[1] = -1 },
		"Rate[1] is +Inf: want a ": func(s *queue.System) { s.Rate[1] = math.Inf(1) },
	} {
		s := alike(3, 1)
		spoil(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
}

func TestExactRefusesManyCars(t *testing.T) {
	if _, err := queue.Exact(alike(13, 1)); err == nil || !strings.Contains(err.Error(), "at most 12") {
		t.Errorf("got %v", err)
	}
}

func TestEdges(t *testing.T) {
	quiet := alike(4, 0)
	nobody := &queue.System{Kept: []int{2}, Rate: []float64{3}, First: []int32{0, 0}}
	idle := &queue.System{Kept: []int{1, 1}, Rate: []float64{1}, First: []int32{0, 1}, Order: []int32{1}, Service: []float64{1}, Travel: []float64{7}}
	for _, solve := range []func(*queue.System) (*queue.Result, error){queue.Approximate, queue.Exact} {
		for _, c := range []struct {
			name                 string
			s                    *queue.System
			lost, busy, response float64
		}{
			{"no calls", quiet, 0, 0, 0},
			{"a cell that no station serves", nobody, 1, 0, 0},
			{"a station that serves no cell", idle, 0.5, 0.25, 7},
		} {
			r, err := solve(c.s)
			if err != nil || !r.Converged {
				t.Fatalf("%s: %v %+v", c.name, err, r)
			}
			near(t, c.name+": lost", r.Lost, c.lost, 1e-9)
			near(t, c.name+": busy", r.Busy, c.busy, 1e-9)
			near(t, c.name+": response", r.Response, c.response, 1e-9)
			for _, x := range append(append([]float64{r.Residual}, r.Share...), r.Workload...) {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%s: %+v", c.name, r)
				}
			}
		}
		if r, _ := solve(quiet); r.Share[0] != 1 || r.Share[1] != 0 {
			t.Errorf("without calls the first station serves all: %v", r.Share[:4])
		}
	}
}

func TestErlang(t *testing.T) {
	// B from the sum over states; C from the line's states, whose shares sum to 1.
	r := rand.New(rand.NewPCG(1, 1))
	for n := 1; n <= 30; n++ {
		a := float64(n) * r.Float64() * 1.5
		term, all := 1.0, 1.0
		for k := 1; k <= n; k++ {
			term *= a / float64(k)
			all += term
		}
		near(t, "B", queue.ErlangB(n, a), term/all, 1e-12)
		if a >= float64(n) {
			near(t, "C", queue.ErlangC(n, a), 1, 0)
			continue
		}
		l := queue.Line{Servers: n, Erlangs: a}
		var sum, wait, waiting float64
		for k := range 20000 {
			p := l.At(k)
			sum += p
			if k >= n {
				wait += p
				waiting += p * float64(k-n)
			}
		}
		near(t, "sum of the states", sum, 1, 1e-9)
		near(t, "C", queue.ErlangC(n, a), wait, 1e-9)
		near(t, "wait by Little's law", l.Wait(), waiting/a, 1e-6)
		near(t, "busy", l.Busy(), a/float64(n), 0)
	}
	near(t, "B of no server", queue.ErlangB(0, 2), 1, 0)
	near(t, "B of an infinite load", queue.ErlangB(3, math.Inf(1)), 1, 0)
}

// Two cities in one system are what each is alone.
func TestPartsDoNotTouch(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	busy, quiet := randomSystem(r, ones(8), 20, 0.8, true), randomSystem(r, []int{2, 3, 4}, 10, 0.1, true)
	both := &queue.System{First: []int32{0}}
	both.Kept = append(append(both.Kept, quiet.Kept...), busy.Kept...)
	for i := range 30 {
		s, cell, shift := quiet, i/3, int32(0)
		if i%3 > 0 { // cells of both, interleaved
			s, cell, shift = busy, i/3*2+i%3-1, int32(len(quiet.Kept))
		}
		both.Rate = append(both.Rate, s.Rate[cell])
		for e := s.First[cell]; e < s.First[cell+1]; e++ {
			both.Order = append(both.Order, s.Order[e]+shift)
			both.Service = append(both.Service, s.Service[e])
		}
		both.First = append(both.First, int32(len(both.Order)))
	}
	for _, solve := range []func(*queue.System) (*queue.Result, error){queue.Approximate, queue.Exact} {
		got, err := solve(both)
		if err != nil || !got.Converged {
			t.Fatal(err, got)
		}
		var lost float64
		at := 0
		for _, s := range []*queue.System{quiet, busy} {
			want, err := solve(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range want.Workload {
				near(t, "workload", got.Workload[at], w, 1e-9)
				at++
			}
			lost += want.Lost * sum(s.Rate)
		}
		near(t, "lost", got.Lost, lost/sum(both.Rate), 1e-9)
	}
}
