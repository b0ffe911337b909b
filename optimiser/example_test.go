package optimiser_test

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// Two cars for four cells in a row, 60 s apart; a car may stand in any of them and is busy for a
// quarter of the time.
func ExampleSolve() {
	times := &route.Matrix{Sites: 4, Cells: 4}
	for site := range 4 {
		for cell := range 4 {
			times.T = append(times.T, road.Millis(60_000*max(cell-site, site-cell)))
		}
	}
	problem := &optimiser.Problem{
		Sites: 4, Cells: 4, Place: 2,
		Layers: []optimiser.Layer{{Weight: []float64{5, 1, 1, 2}, Time: times, Share: optimiser.Shares(0.25, 2)}},
	}
	plan, err := optimiser.Solve(context.Background(), problem, optimiser.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("sites %v, %s, %.1f s a call\n", plan.Sites, plan.Status, plan.Certificate.Value/9)
	fmt.Println("verified:", optimiser.Verify(problem, plan) == nil)
	// Output:
	// sites [0 2], optimal, 46.7 s a call
	// verified: true
}
