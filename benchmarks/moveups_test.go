package benchmarks

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"gonum.org/v1/gonum/stat"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/planning"
	"github.com/nearside-ems/nearside/simulation"
)

// TestMoveUpsOfLondon plays shifts of London with and without move-ups on the same calls and prints what
// came of them; docs/moveups.md has the table. It takes minutes: NEARSIDE_MOVEUPS says how many weeks.
func TestMoveUpsOfLondon(t *testing.T) {
	weeks, err := strconv.Atoi(os.Getenv("NEARSIDE_MOVEUPS"))
	if err != nil || weeks < 2 {
		t.Skip("NEARSIDE_MOVEUPS is not set to a number of weeks, 2 or more")
	}
	l, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	profile := l.Speeds.Profile(l.Speeds.Period(14), road.Normal)
	city := simulation.City{Grid: l.Grid, Metric: route.NewMetric(l.Network, profile), Demand: l.Prior}
	for i := range l.Places {
		if l.Places[i].Candidate {
			city.Standby = append(city.Standby, l.Places[i].Point)
		}
	}
	moves := dispatch.DefaultMoveUpSettings()
	limit, _ := dispatch.DefaultSettings().DriveWithin(moves.Response)
	busy := func(calls float64, cars int) float64 { return planning.EstimateLoad(calls, cars).Busy }
	for _, cars := range []int{12, 6} {
		trial, err := simulation.NewTrial(city, greedyBases(t, city, limit, cars), limit)
		if err != nil {
			t.Fatal(err)
		}
		var base []simulation.TrialResult // of each week, on the same calls
		for _, c := range []struct {
			name  string
			moves *dispatch.MoveUpSettings
			stay  bool
		}{{"back to base", nil, false}, {"stay", nil, true}, {"back to base, move-ups", &moves, false}, {"stay, move-ups", &moves, true}} {
			var all []simulation.TrialResult
			for week := range weeks {
				all = append(all, trial.Run(simulation.TrialSettings{
					Days: 7, FirstHour: 11, LastHour: 23, Seed: uint64(week), Sent: planning.SuitableShare, Cycle: time.Duration(planning.CycleHours * float64(time.Hour)),
					Dispatch: dispatch.DefaultSettings(), MoveUps: c.moves, Response: moves.Response, Busy: busy, Stay: c.stay,
				}))
			}
			if base == nil {
				base = all
			}
			fmt.Printf("| %d | %s |%s\n", cars, c.name, inWords(all, base))
		}
	}
}

// inWords is a row of the table. The last column is the difference in the share of calls reached in time
// from the first policy's, week by week on the same calls, with its 95 % interval.
func inWords(all, base []simulation.TrialResult) string {
	var sum simulation.TrialResult
	var differences []float64
	for week, r := range all {
		sum.Calls, sum.Lost, sum.Within, sum.Moves, sum.CarShifts = sum.Calls+r.Calls, sum.Lost+r.Lost, sum.Within+r.Within, sum.Moves+r.Moves, sum.CarShifts+r.CarShifts
		sum.Response, sum.Driven = sum.Response+r.Response, sum.Driven+r.Driven
		differences = append(differences, 100*float64(r.Within-base[week].Within)/float64(r.Calls))
	}
	mean, deviation := stat.MeanStdDev(differences, nil)
	calls, shifts := float64(sum.Calls), float64(sum.CarShifts)
	return fmt.Sprintf(" %d | %.1f %% | %.1f %% | %.1f min | %.2f | %.0f min | %+.1f ± %.1f |", sum.Calls, 100*float64(sum.Lost)/calls, 100*float64(sum.Within)/calls,
		sum.Response.Minutes()/float64(sum.Calls-sum.Lost), float64(sum.Moves)/shifts, sum.Driven.Minutes()/shifts, mean, 1.96*deviation/math.Sqrt(float64(len(differences))))
}

// greedyBases puts each car where it adds most to the expected coverage of Wednesday 14:00.
func greedyBases(t *testing.T, c simulation.City, limit road.Millis, cars int) (bases []grid.Index) {
	t.Helper()
	weights := c.Demand.At(demand.HourOfWeek(2*24 + 14))
	var total float64
	spots := make([]road.Spot, c.Grid.Len())
	for i := range spots {
		total += float64(weights[i])
		spots[i], _ = c.Metric.Network.Snap(c.Grid.Centre(grid.Index(i)))
	}
	finder := route.NewFinder(c.Metric)
	reach := map[orb.Point]dispatch.Reach{}
	for _, p := range c.Standby {
		cell, ok := c.Grid.At(p)
		if ok {
			reach[p] = dispatch.ReachWithin(finder.OneToMany(spots[cell], spots, make([]road.Millis, len(spots))), limit, nil)
		}
	}
	var cover dispatch.Cover
	cover.Reset(weights, planning.EstimateLoad(total, cars).Busy)
	for range cars {
		var best orb.Point
		gain := -1.0
		for _, p := range c.Standby {
			if reach[p] != nil && cover.Gains(reach[p]) > gain {
				best, gain = p, cover.Gains(reach[p])
			}
		}
		cover.Add(reach[best])
		cell, _ := c.Grid.At(best)
		bases = append(bases, cell)
	}
	return bases
}
