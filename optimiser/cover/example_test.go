package cover_test

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser/cover"
)

// Six cells in a row, 60 s apart; a car may stand in any of them.
func Example() {
	times := &route.Matrix{Sites: 6, Cells: 6}
	for site := range 6 {
		for cell := range 6 {
			times.T = append(times.T, road.Millis(60_000*max(cell-site, site-cell)))
		}
	}
	p := &cover.Problem{Sites: 6, Cells: 6, Time: times}
	few, err := cover.Fewest(context.Background(), p, 60_000, cover.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("within 60 s: sites %v, %s, verified %v\n", few.Sites, few.Status, cover.VerifyFewest(p, few) == nil)
	one, err := cover.Centre(context.Background(), p, 1, cover.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("one site: %v s at worst, %s, verified %v\n", one.Worst.Seconds(), one.Status, cover.VerifyCentre(p, one) == nil)
	// Output:
	// within 60 s: sites [1 4], optimal, verified true
	// one site: 180 s at worst, optimal, verified true
}
