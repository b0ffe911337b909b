package main

import (
	"context"
	"time"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/simulation"
)

// demoStep is how often simulated cars report.
const demoStep = time.Second

// demo drives simulated cars and reports them like real ones.
type demo struct {
	cars *simulation.Demo
	to   *server.Settings
}

func newDemo(s *server.Settings, cars int) (*demo, error) {
	hour := demand.HourOf(s.Now(), s.Zone)
	profile := s.City.Speeds.Profile(s.City.Speeds.Period(int(hour)), road.Normal)
	city := simulation.City{Grid: s.City.Grid, Metric: route.NewMetric(s.Network, profile), Demand: s.Baseline.Week()}
	for i := range s.City.Places {
		if p := &s.City.Places[i]; p.Candidate {
			city.Standby = append(city.Standby, p.Point)
		}
	}
	d, err := simulation.NewDemo(city, simulation.DefaultSettings(cars))
	if err != nil {
		return nil, err
	}
	out := &demo{cars: d, to: s}
	out.step(0) // so that the first answer has cars
	return out, nil
}

func (d *demo) run(ctx context.Context) {
	tick := time.NewTicker(demoStep)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			d.step(demoStep)
		case <-ctx.Done():
			return
		}
	}
}

func (d *demo) step(elapsed time.Duration) {
	now := d.to.Now()
	units := d.cars.Step(elapsed, demand.HourOf(now, d.to.Zone))
	reports := make([]fleet.Report, len(units))
	for i, u := range units {
		reports[i] = fleet.Report{Car: u.Name, Point: u.Point, Fixed: now, Status: &units[i].Status, Skills: u.Skills}
	}
	for _, e := range d.to.Fleet.Report(now, reports).Refused {
		d.to.Log.Warn("demo: a report was refused", "car", e.Car, "error", e.Err)
	}
}
