package fight_test

import (
	"context"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/fleet/fight"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Eight dispatchers on one replica fight for two cars, and nobody gets one that another has.
func ExampleRun() {
	s := fight.DefaultSettings(50*time.Millisecond, ledger.NewMemory(time.Now))
	s.Dispatchers, s.Cars = 8, 2
	report, err := fight.Run(context.Background(), s)
	fmt.Println(err, report.Checked == report.Operations, report.Wrong)
	// Output: <nil> true []
}
