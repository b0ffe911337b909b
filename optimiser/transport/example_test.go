package transport_test

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// Two centres for four cells in a row, a minute apart; each takes five of the nine patients, so that one
// of the first cell's goes to the second centre and nobody is left out.
func ExampleSolve() {
	times := &route.Matrix{Sites: 4, Cells: 4}
	for site := range 4 {
		for cell := range 4 {
			times.T = append(times.T, road.Millis(60_000*max(cell-site, site-cell)))
		}
	}
	problem := &transport.Problem{Sites: 4, Cells: 4, Place: 2, Layers: []transport.Layer{
		{Weight: []float64{6, 1, 1, 1}, Time: times, Capacity: []float64{5, 5, 5, 5}},
	}}
	plan, err := transport.Solve(context.Background(), problem, optimiser.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("sites %v, %s, %.1f s a patient\n", plan.Sites, plan.Status, plan.Certificate.Value/9)
	for _, f := range plan.Flows {
		fmt.Printf("%.0f from cell %d to %d\n", f.Amount, f.Cell, f.Site)
	}
	fmt.Println("verified:", transport.Verify(problem, plan) == nil)
	// Output:
	// sites [0 2], optimal, 26.7 s a patient
	// 5 from cell 0 to 0
	// 1 from cell 0 to 2
	// 1 from cell 1 to 2
	// 1 from cell 2 to 2
	// 1 from cell 3 to 2
	// verified: true
}
