package bng_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/paulmach/orb"
)

func Example() {
	p, err := bng.FromWGS84(orb.Point{-0.1278, 51.5074}) // Charing Cross
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f %.0f\n", p.Easting, p.Northing)
	fmt.Println(p.Ref(6))
	// Output:
	// 530027 180380
	// TQ 300 803
}

func ExampleParseSquare() {
	s, err := bng.ParseSquare("tq 300 803")
	if err != nil {
		fmt.Println(err)
		return
	}
	place, err := s.Centre().WGS84()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f m wide, around %.4f, %.4f\n", s.Side, place.Lat(), place.Lon())
	// Output: 100 m wide, around 51.5071, -0.1275
}
