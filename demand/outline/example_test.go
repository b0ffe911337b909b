package outline_test

import (
	"fmt"
	"log"
	"strings"
	_ "time/tzdata"

	"github.com/nearside-ems/nearside/demand/outline"
	"github.com/paulmach/orb"
)

// A city of one square, cut into H3 cells.
func ExampleRead() {
	const square = `{"type": "Polygon", "coordinates": [[[-79.40, 43.64], [-79.36, 43.64], [-79.36, 43.67], [-79.40, 43.67], [-79.40, 43.64]]]}`
	o, err := outline.Read(strings.NewReader(square), outline.Settings{Name: "Downtown", Zone: "America/Toronto", Resolution: outline.DefaultResolution})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(o)
	_, inside := o.At(orb.Point{-79.38, 43.65})
	_, far := o.At(orb.Point{-79.5, 43.65})
	fmt.Println(inside, far)
	// Output:
	// Downtown: 23 H3 cells of resolution 8 in 1 district, America/Toronto
	// true false
}
