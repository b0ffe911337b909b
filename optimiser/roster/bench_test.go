package roster

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// bigWeek is the size of London's week: 168 hours of 15,000 cells, five sets of travel times (morning
// and evening peak, between them, evening, night), demand that is most at night in the middle and by day
// farther out, and shifts of 8 to 12 hours.
func bigWeek(cells, sites, crews int) *Question {
	weight, times, _ := town(cells, sites, 1, 1)
	slower := func(percent road.Millis) *route.Matrix {
		m := &route.Matrix{Sites: sites, Cells: cells, T: make([]road.Millis, sites*cells)}
		for i, t := range times[0].T {
			m.T[i] = t * percent / 100
		}
		return m
	}
	am, pm, evening, night := slower(113), slower(121), slower(88), slower(73)
	q := &Question{Sites: sites, Cells: cells, Crews: crews, Share: always(optimiser.Shares(0.3, 3))}
	for hour := range 168 {
		at, weekend := hour%24, hour >= 5*24
		h := Hour{Hour: hour, Time: times[0], Demand: make([]float64, cells)}
		switch {
		case at < 7 || at == 23:
			h.Time = night
		case !weekend && at < 10:
			h.Time = am
		case !weekend && at >= 16 && at < 19:
			h.Time = pm
		case at >= 19:
			h.Time = evening
		}
		level := 1 + 0.7*math.Cos(2*math.Pi*float64(at-17)/24)
		for c, w := range weight {
			centre := math.Exp(-math.Abs(float64(c)/float64(cells)-0.5) * 4)
			h.Demand[c] = w * level * (1 + 0.5*centre*math.Cos(2*math.Pi*float64(at)/24)) / float64(cells)
		}
		q.Hours = append(q.Hours, h)
	}
	for _, t := range []struct {
		name          string
		start, length int
	}{{"early", 7, 12}, {"night", 19, 12}, {"late", 11, 12}, {"day", 9, 8}, {"evening", 15, 10}} {
		q.Templates = append(q.Templates, Template{Name: t.name, Start: 60 * t.start, Length: 60 * t.length, Days: Daily, Most: crews})
	}
	q.Templates[0].Least, q.Templates[1].Least = crews/6, crews/6
	return q
}

// BenchmarkWeek makes one roster for the week of a city of London's size.
func BenchmarkWeek(b *testing.B) {
	q := bigWeek(15000, 593, 60)
	b.Run("60crews", func(b *testing.B) {
		var r *Roster
		for b.Loop() {
			ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
			var err error
			if r, err = Solve(ctx, q, optimiser.Settings{}); err != nil {
				b.Fatal(err)
			}
			stop()
		}
		b.ReportMetric(100*r.Plan.Certificate.Gap(), "gap-%")
		b.ReportMetric(float64(len(q.Problem().Layers)), "layers")
	})
}
