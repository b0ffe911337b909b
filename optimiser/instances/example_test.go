package instances_test

import (
	"fmt"
	"strings"

	"github.com/nearside-ems/nearside/optimiser/instances"
)

// Three nodes in a row and two facilities to place, in OR-Library's format.
func ExampleRead() {
	in, err := instances.Read(strings.NewReader("3 2 2\n1 2 30\n2 3 46\n"), "row")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %s, %d points, %d facilities\n", in.Name, in.Format, in.Points, in.Place)
	fmt.Println("from the first to the last:", in.Distance.Row(0)[2]/in.Unit)
	// Output:
	// row: OR-Library p-median, 3 points, 2 facilities
	// from the first to the last: 76
}
