package optimiser_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/nearside-ems/nearside/optimiser"
)

// BenchmarkPmed reads and solves the OR-Library's 30 instances.
func BenchmarkPmed(b *testing.B) {
	rows := published(b, "optimiser", "pmed", "pmedopt.csv")
	proved := 0
	for b.Loop() {
		proved = 0
		for _, row := range rows {
			p, _ := median(b, sourcedata.Path(b, "optimiser", "pmed", row[0]+".txt"), 0)
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			plan, err := optimiser.Solve(ctx, p, optimiser.Settings{})
			cancel()
			if err != nil {
				b.Fatal(err)
			}
			if plan.Status == optimiser.Optimal {
				proved++
			}
		}
	}
	b.ReportMetric(float64(proved), "proved")
}

// BenchmarkPoints solves TSPLIB's points as p-medians in ten seconds each at most.
func BenchmarkPoints(b *testing.B) {
	for _, row := range published(b, "optimiser", "tsplib", "pmedian_published.csv") {
		place, _ := strconv.Atoi(row[3])
		best, _ := strconv.ParseFloat(row[4], 64)
		asked := map[string][]int{"rl1304": {5, 10, 20}, "fl1400": {5, 10, 20, 50, 100}, "pcb3038": {10, 50}, "rl5934": {10, 20, 50}}[row[1]]
		if !slices.Contains(asked, place) {
			continue
		}
		b.Run(fmt.Sprintf("%s-%d", row[1], place), func(b *testing.B) {
			p, unit := median(b, sourcedata.Path(b, "optimiser", "tsplib", row[1]+".tsp"), place)
			var plan *optimiser.Plan
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				var err error
				if plan, err = optimiser.Solve(ctx, p, optimiser.Settings{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(100*plan.Certificate.Gap(), "gap-%")
			b.ReportMetric(plan.Certificate.Value*unit-best, "over-best")
		})
	}
}
