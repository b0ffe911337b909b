package mixture

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/internal/callsets"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

func TestFitRefuses(t *testing.T) {
	city := testCity(3)
	h := testCalls(city.Len(), 3, 10, 1, twoTowns(3))
	landless := *city
	landless.Land = make([]float64, city.Len())
	for what, tc := range map[string]struct {
		city *demand.City
		h    *calls.History
		s    Settings
		want string
	}{
		"calls of another city":   {testCity(4), h, Settings{}, "9 cells, but city square has 16"},
		"a city without land":     {&landless, h, Settings{}, "0 m² of land"},
		"negative sweeps":         {city, h, Settings{Sweeps: -1}, "-1 sweeps"},
		"a bandwidth of nothing":  {city, h, Settings{Bandwidths: []float64{700, 0}}, "bandwidths [700 0]"},
		"a bandwidth of no width": {city, h, Settings{Bandwidths: []float64{math.NaN()}}, "bandwidths [NaN]"},
	} {
		if _, err := Fit(context.Background(), tc.city, tc.h, tc.s); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one that says %q", what, err, tc.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Fit(ctx, city, h, Settings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}

// TestRealCalls: weeks after the fit, places of real calls are foreseen better than by cells' shares with
// the floor that would have been best in those weeks. The margins are below what was measured, and above
// what a fault in a component costs.
func TestRealCalls(t *testing.T) {
	for _, tc := range []struct {
		read   func(testing.TB) *callsets.Set
		weeks  int
		margin float64 // nats a call
	}{{callsets.SeattleCrisis, 6, 0.01}, {callsets.LondonCollisions, 8, 0.005}, {callsets.Toronto, 12, 0}} {
		set := tc.read(t)
		now := set.Calls.Span.To - calls.Hour(tc.weeks*period)
		m := fitted(t, set.City, set.Calls.Before(now))
		future := newLedger(set.City, set.Calls.Between(calls.Span{From: now, To: set.Calls.Span.To}))
		all, ours := table(m), 0.0
		for i, c := range future.cell {
			ours += math.Log(float64(all[int(future.hour[i])*m.cells+int(c)])) / float64(len(future.cell))
		}
		separable := bestSeparable(set.City, set.Calls.Before(now), future)
		t.Logf("%s: %.4f, separable %.4f over %d calls", set.Name, ours, separable, len(future.cell))
		for _, c := range m.Components() {
			if c.Weight > 0.02 {
				t.Logf("    %.3f %s", c.Weight, c.Name)
			}
		}
		if ours < separable+tc.margin {
			t.Errorf("%s: %v, want %v above %v", set.Name, ours, tc.margin, separable)
		}
	}
}

// bestSeparable returns the mean log share of calls under the past's shares of cells, with the best of
// many floors.
func bestSeparable(city *demand.City, past *calls.History, future *ledger) float64 {
	n, best := make([]float64, city.Len()), math.Inf(-1)
	for _, c := range past.Cell {
		n[c] += 1 / float64(past.Len())
	}
	floor := shares(city.Land)
	for f := 0.0005; f < 0.5; f *= 1.3 {
		sum := 0.0
		for _, c := range future.cell {
			sum += math.Log((1-f)*n[c]+f*floor[c]) / float64(len(future.cell))
		}
		best = max(best, sum)
	}
	return best
}
