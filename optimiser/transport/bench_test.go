package transport

import (
	"context"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
)

// BenchmarkCity solves London's sizes in five seconds at most and reports the gap.
func BenchmarkCity(b *testing.B) {
	for _, c := range []struct {
		name string
		p    *Problem
	}{
		{"4of36loose", town(15000, 36, 4, 1, 1.5, 1)},
		{"4of36tight", town(15000, 36, 4, 1, 1.05, 1)},
		{"4of36x5", town(15000, 36, 4, 5, 1.05, 1)},
		{"10of300x5", town(15000, 300, 10, 5, 1.1, 1)},
		{"50of300x5", town(15000, 300, 50, 5, 1.1, 1)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				plan, err := Solve(ctx, c.p, optimiser.Settings{})
				cancel()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(100*plan.Certificate.Gap(), "gap-%")
				b.ReportMetric(float64(len(plan.Certificate.Proof)), "steps")
				b.ReportMetric(float64(len(plan.Certificate.Multiplier)/c.p.Cells/len(c.p.Layers)), "vectors")
				b.ReportMetric(plan.Certificate.Value, "value")
			}
		})
	}
}
