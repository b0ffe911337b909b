package lattice_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road/lattice"
)

func ExampleSquare() {
	centre := orb.Point{-0.1276, 51.5073}
	fmt.Println(lattice.Square(centre, centre), lattice.Square(centre, orb.Point{-0.1300, 51.5060}))
	// Output: 10 0
}
