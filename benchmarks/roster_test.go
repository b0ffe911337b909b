package benchmarks

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/roster"
)

// week is the shipped London's week: all cells, and sites at the centres of H3 cells of a resolution, on
// the built-in network.
type week struct {
	sites int
	hours []roster.Hour
}

// londonWeek makes a week, blue-light driving; hours with the same speeds share their matrix.
func londonWeek(b *testing.B, res int) *week {
	b.Helper()
	city := london(b)
	coarse, err := grid.New(city.Boroughs, res)
	if err != nil {
		b.Fatal(err)
	}
	var sites, cells []road.Spot
	for i := range coarse.Len() {
		if s, ok := city.Network.Snap(coarse.Centre(grid.Index(i))); ok {
			sites = append(sites, s)
		}
	}
	reached := make([]bool, city.Grid.Len())
	for i := range reached {
		s, ok := city.Network.Snap(city.Grid.Centre(grid.Index(i)))
		cells, reached[i] = append(cells, s), ok
	}
	w := &week{sites: len(sites)}
	known := map[[road.Classes][road.Zones]float32]*route.Matrix{}
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		profile := city.Speeds.Profile(city.Speeds.Period(int(h)), road.BlueLight)
		if known[profile.Factor] == nil {
			m, err := route.NewMatrix(context.Background(), route.NewMetric(city.Network, profile), sites, cells, nil)
			if err != nil {
				b.Fatal(err)
			}
			known[profile.Factor] = m
		}
		hour := roster.Hour{Hour: int(h), Demand: make([]float64, len(cells)), Time: known[profile.Factor]}
		for i, rate := range city.Prior.At(h) {
			if reached[i] {
				hour.Demand[i] = float64(rate)
			}
		}
		w.hours = append(w.hours, hour)
	}
	return w
}

// BenchmarkRoster makes one roster of 60 crews for the week of London, of shifts that overlap, as many
// of each as the optimiser likes but for a least number of early and night shifts. a site for every 5 km².
func BenchmarkRoster(b *testing.B) {
	w := londonWeek(b, 7)
	q := &roster.Question{Sites: w.sites, Cells: london(b).Grid.Len(), Hours: w.hours, Crews: 60, Share: func(int) []float64 { return optimiser.Shares(0.3, 3) }}
	for _, t := range []struct {
		name                 string
		start, length, least int
	}{{"early", 7, 12, 10}, {"night", 19, 12, 10}, {"late", 11, 12, 0}, {"day", 9, 8, 0}, {"evening", 15, 10, 0}} {
		q.Templates = append(q.Templates, roster.Template{Name: t.name, Start: 60 * t.start, Length: 60 * t.length, Days: roster.Daily, Least: t.least, Most: 60})
	}
	var r *roster.Roster
	for b.Loop() {
		ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
		var err error
		r, err = roster.Solve(ctx, q, optimiser.Settings{Gap: 0.01})
		stop()
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*r.Plan.Certificate.Gap(), "gap-%")
}

// BenchmarkHourly places 60 cars anew for each hour of Monday, with one level and with three. a site for
// every 0.7 km²: some 2,500.
func BenchmarkHourly(b *testing.B) {
	w := londonWeek(b, 8)
	for _, levels := range []int{1, 3} {
		b.Run(fmt.Sprintf("levels=%d", levels), func(b *testing.B) {
			var hours []*optimiser.Problem
			for _, h := range w.hours[:24] {
				hours = append(hours, &optimiser.Problem{Sites: w.sites, Cells: len(h.Demand), Place: 60, Layers: []optimiser.Layer{
					{Weight: h.Demand, Time: h.Time, Share: optimiser.Shares(0.3, levels)}}})
				if levels == 1 {
					hours[len(hours)-1].Layers[0].Share = []float64{1}
				}
			}
			worst := 0.0
			for b.Loop() {
				ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
				plans, err := roster.Hourly(ctx, hours, optimiser.Settings{Gap: 0.005})
				stop()
				if err != nil {
					b.Fatal(err)
				}
				worst = 0
				for _, p := range plans {
					worst = max(worst, p.Certificate.Gap())
				}
			}
			b.ReportMetric(100*worst, "worst-gap-%")
		})
	}
}
