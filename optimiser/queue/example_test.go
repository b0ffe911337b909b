package queue_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

// Two cars and two districts, each sent to its own district first; a job takes an hour, an hour and a
// half away from home.
func Example() {
	s := &queue.System{
		Kept:    []int{1, 1},
		Rate:    []float64{0.4, 0.2}, // calls an hour
		First:   []int32{0, 2, 4},
		Order:   []int32{0, 1, 1, 0},
		Service: []float64{1, 1.5, 1, 1.5}, // hours
		Travel:  []float64{5, 12, 5, 12},   // minutes
	}
	print := func(name string, r *queue.Result, err error) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: out %.1f %% and %.1f %% of the time, %.1f %% of calls find no car, response %.2f min\n",
			name, 100*r.Workload[0], 100*r.Workload[1], 100*r.Lost, r.Response)
	}
	exact, err := queue.Exact(s)
	print("exact", exact, err)
	near, err := queue.Approximate(s)
	print("approximate", near, err)
	// Output:
	// exact: out 31.8 % and 26.7 % of the time, 11.7 % of calls find no car, response 6.46 min
	// approximate: out 31.9 % and 26.6 % of the time, 11.7 % of calls find no car, response 6.46 min
}
