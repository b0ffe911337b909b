package queue

import (
	"errors"
	"fmt"
	"math"
)

// System is stations that keep cars, and cells that call for them.
//
// The lists of all cells stand one after another: cell i asks the stations Order[First[i]:First[i+1]]
// in turn, and Service and Travel have a number for each entry. A station that is not on a cell's list
// sends no car there.
type System struct {
	Kept    []int     // per station: cars kept there, at least 1; all of a station are alike
	Rate    []float64 // per cell: calls a unit of time
	First   []int32   // per cell, and one more: where its list begins
	Order   []int32   // stations in the order in which they are asked, none twice on one list
	Service []float64 // mean time that a car of that station is out for a call of that cell, more than 0
	Travel  []float64 // response of that station to that cell, in any unit; nil: not of interest
}

// Result is how a System works in the long run.
type Result struct {
	Workload []float64 // per station: share of the time that each of its cars is out
	Share    []float64 // per entry of Order: share of the cell's calls that the station serves
	ByRank   []float64 // share of all calls served by the first station of their list, the second, …
	Lost     float64   // share of all calls that find no car of their list free
	Busy     float64   // mean workload of the cars
	Response float64   // mean Travel of the calls that are served; 0 without Travel

	// Iterations were made until no workload moved by more than Residual between two of them, or, of
	// Exact, until no state's flow was out of balance by more than that share of all flow. Converged
	// says whether that is as near as was asked for.
	Iterations int
	Residual   float64
	Converged  bool
}

// cars returns how many cars there are.
func (s *System) cars() int {
	n := 0
	for _, k := range s.Kept {
		n += k
	}
	return n
}

// mostReports bounds the errors that Validate lists of one kind.
const mostReports = 5

// Validate reports everything that is wrong with the system, up to five of a kind, joined.
func (s *System) Validate() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(s.Kept) == 0 {
		add("Kept is empty: want at least one station")
	}
	for j, k := range s.Kept {
		if k < 1 && len(errs) < mostReports {
			add("Kept[%d] is %d: want at least one car", j, k)
		}
	}
	if len(s.First) != len(s.Rate)+1 || s.First[0] != 0 || int(s.First[len(s.First)-1]) != len(s.Order) {
		add("First has %d entries for %d cells and %d listed stations: want one a cell and one more, from 0 to the end of Order", len(s.First), len(s.Rate), len(s.Order))
		return errors.Join(errs...)
	}
	if len(s.Service) != len(s.Order) || s.Travel != nil && len(s.Travel) != len(s.Order) {
		add("Service has %d and Travel %d entries: want one for each of the %d in Order", len(s.Service), len(s.Travel), len(s.Order))
		return errors.Join(errs...)
	}
	errs = append(errs, s.checkNumbers()...)
	return errors.Join(append(errs, s.checkLists()...)...)
}

func (s *System) checkNumbers() (errs []error) {
	for i, r := range s.Rate {
		if (!(r >= 0) || math.IsInf(r, 1)) && len(errs) < mostReports {
			errs = append(errs, fmt.Errorf("cells: Rate[%d] is %g: want a finite number that is not negative", i, r))
		}
	}
	for e, t := range s.Service {
		if (!(t > 0) || math.IsInf(t, 1)) && len(errs) < 2*mostReports {
			errs = append(errs, fmt.Errorf("lists: Service[%d] is %g: want a finite time above 0", e, t))
		}
	}
	for e, t := range s.Travel {
		if (math.IsNaN(t) || math.IsInf(t, 0)) && len(errs) < 3*mostReports {
			errs = append(errs, fmt.Errorf("lists: Travel[%d] is %g: want a finite number", e, t))
		}
	}
	return errs
}

func (s *System) checkLists() (errs []error) {
	seen := make([]int, len(s.Kept)) // the last cell, counted from 1, that had the station
	for i := range s.Rate {
		if len(errs) >= mostReports {
			return errs
		}
		if s.First[i] > s.First[i+1] {
			return append(errs, fmt.Errorf("lists: First[%d] is %d, after %d: want lists that follow each other", i+1, s.First[i+1], s.First[i]))
		}
		for e := s.First[i]; e < s.First[i+1]; e++ {
			j := s.Order[e]
			if j < 0 || int(j) >= len(s.Kept) {
				errs = append(errs, fmt.Errorf("lists: Order[%d] is %d: want a station, 0 to %d", e, j, len(s.Kept)-1))
				break
			}
			if seen[j] == i+1 {
				errs = append(errs, fmt.Errorf("lists: Order[%d]: station %d is twice on the list of cell %d", e, j, i))
				break
			}
			seen[j] = i + 1
		}
	}
	return errs
}

// summarise fills in what follows from the shares and workloads.
func (r *Result) summarise(s *System) {
	var calls, served, travel float64
	for i, rate := range s.Rate {
		calls += rate
		for e := s.First[i]; e < s.First[i+1]; e++ {
			rank := int(e - s.First[i])
			if rank == len(r.ByRank) {
				r.ByRank = append(r.ByRank, 0)
			}
			w := rate * r.Share[e]
			r.ByRank[rank] += w
			served += w
			if s.Travel != nil {
				travel += w * s.Travel[e]
			}
		}
	}
	if calls > 0 {
		for k := range r.ByRank {
			r.ByRank[k] /= calls
		}
		r.Lost = max(0, 1-served/calls)
	}
	if served > 0 {
		r.Response = travel / served
	}
	r.Busy = s.mean(r.Workload)
}

// mean returns the mean over the cars of a figure that stations have.
func (s *System) mean(figure []float64) float64 {
	var sum float64
	for j, k := range s.Kept {
		sum += figure[j] * float64(k)
	}
	return sum / float64(s.cars())
}
