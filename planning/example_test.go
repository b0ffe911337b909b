package planning_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/planning"
)

// Six cars cannot attend every call: the load says how far they are from it.
func ExampleEstimateLoad() {
	l := planning.EstimateLoad(14.6, 6)
	fmt.Printf("all calls would keep %.0f cars busy, the suitable ones %.1f\n", l.OfferedAll, l.Offered)
	fmt.Printf("each of six cars is out %.0f %% of the time\n", 100*l.Busy)
	// Output:
	// all calls would keep 27 cars busy, the suitable ones 2.7
	// each of six cars is out 43 % of the time
}

func ExampleParseHours() {
	hours, err := planning.ParseHours("19-7", "fri-sat")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(hours), "hours, the first of the week:", hours[0])
	_, err = planning.ParseHours("11-25", "mon-sun")
	fmt.Println(err)
	// Output:
	// 24 hours, the first of the week: Fri 19:00
	// hours "11-25": want FROM-UNTIL in whole hours, such as 11-23 or 19-7 (0 to 24), or one hour (0 to 23)
}
