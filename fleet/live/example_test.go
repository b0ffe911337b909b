package live_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/route"
)

// Two dispatchers decide on the same car: the second is told what the first made of it.
func ExampleFleet_Do() {
	ctx, stop := context.WithCancel(context.Background())
	f := live.New(ledger.NewMemory(time.Now), fleet.New(nil, &route.Network{}, fleet.DefaultSettings()), time.Now)
	ended := make(chan error)
	go func() { ended <- f.Run(ctx) }()

	crew := unit.Details{Skills: dispatch.Paramedic | dispatch.MentalHealthNurse, Base: "Waterloo", Home: geo.SEL}
	car, err := f.Do(ctx, "roster", "cars/JRC-1", "0", &unit.Register{Details: crew})
	fmt.Println(car.Record.Status, "with etag", car.Etag(), err)
	first, err := f.Do(ctx, "desk-1", "cars/JRC-1", car.Etag(), &unit.Assign{RequestID: "7f3", Incident: "incidents/17"})
	fmt.Println(first.Record.Status, "to", first.Record.Incident, err)
	_, err = f.Do(ctx, "desk-2", "cars/JRC-1", car.Etag(), &unit.Assign{RequestID: "9b0", Incident: "incidents/18"})
	var conflict *live.Conflict
	fmt.Println(errors.As(err, &conflict), conflict.Present.Record.Incident)

	stop()
	fmt.Println(<-ended)
	// Output:
	// available with etag 1 <nil>
	// assigned to incidents/17 <nil>
	// true incidents/17
	// <nil>
}
