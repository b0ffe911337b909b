package queue

import "fmt"

// Waiting is how a System works where calls wait in one line for the next free car, whichever that is.
type Waiting struct {
	Workload []float64 // per station: share of the time that each of its cars is out
	Waits    float64   // share of calls that wait
	Wait     float64   // mean time that a call waits, those that do not wait included
}

// ExactWaiting is Exact for calls that wait instead of being lost. Every list must have every station,
// a station's service time must not depend on the cell, and the cars must be able to do the work.
//
// While calls wait all cars are out, and each call more is a step along a line: the states of the loss
// system keep their proportions, and those with calls waiting follow the full one as a geometric series
// (Larson 1974).
func ExactWaiting(s *System) (*Waiting, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if err := s.checkWaiting(); err != nil {
		return nil, err
	}
	h, err := solveHypercube(s)
	if err != nil {
		return nil, err
	}
	var calls, work float64 // a unit of time: calls that come, and calls that all cars together finish
	for _, rate := range s.Rate {
		calls += rate
	}
	for _, down := range h.down {
		work += down
	}
	if calls >= work {
		return nil, fmt.Errorf("calls come at %g a unit of time and all cars together finish %g: the line grows for ever", calls, work)
	}
	full := h.p[h.states-1]
	line := full * calls / (work - calls) // calls wait, relative to the states of the loss system
	w := &Waiting{Workload: make([]float64, len(s.Kept)), Waits: (full + line) / (1 + line)}
	w.Wait = w.Waits / (work - calls)
	for j, members := range h.members {
		w.Workload[j] = (h.out[members&-members] + line) / (1 + line)
	}
	return w, nil
}

func (s *System) checkWaiting() error {
	time := make([]float64, len(s.Kept))
	for i := range s.Rate {
		if n := int(s.First[i+1] - s.First[i]); n != len(s.Kept) {
			return fmt.Errorf("cell %d lists %d of %d stations: a call that waits takes any car", i, n, len(s.Kept))
		}
		for e := s.First[i]; e < s.First[i+1]; e++ {
			j := s.Order[e]
			if time[j] == 0 {
				time[j] = s.Service[e]
			}
			if time[j] != s.Service[e] {
				return fmt.Errorf("lists: Service[%d] is %g, and %g elsewhere for station %d: calls that wait need one service time a station", e, s.Service[e], time[j], j)
			}
		}
	}
	return nil
}
