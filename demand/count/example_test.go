package count_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/demand/count"
)

// The calls of a weekend, 30 expected on each day.
func Example() {
	n := count.New([]float64{30, 30}, count.Dispersion{Day: 0.007, Level: 0.002})
	fmt.Printf("mean %.0f, 10, 50, 90 %%: %d, %d, %d\n", n.Mean(), n.Quantile(0.1), n.Quantile(0.5), n.Quantile(0.9))
	fmt.Printf("80 or more: %.3f\n", 1-n.CDF(79))
	// Output:
	// mean 60, 10, 50, 90 %: 49, 60, 72
	// 80 or more: 0.019
}
