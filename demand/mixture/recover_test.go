package mixture

import (
	"math"
	"testing"

	"github.com/nearside-ems/nearside/demand"
)

// divergence returns how far shares are from the truth that calls were drawn from, in nats a call:
// Kullback and Leibler's, over hours and cells.
func divergence(m *Model, truth func(int, demand.HourOfWeek) float64) float64 {
	all := table(m)
	total, kl := 0.0, 0.0
	for h := range demand.HoursPerWeek {
		hour, log := 0.0, 0.0
		for c := range m.cells {
			w := truth(c, demand.HourOfWeek(h))
			hour += w
			log += w * math.Log(w/float64(all[h*m.cells+c]))
		}
		kl += log - hour*math.Log(hour)
		total += hour
	}
	return kl / total
}

// TestRecoversTheTruth: the more calls, the nearer the shares come to what calls were drawn from, and
// nearer than the best that knows nothing of hours, or of what lies between cells, can.
func TestRecoversTheTruth(t *testing.T) {
	const side, weeks = 14, 30
	city := testCity(side)
	truth := twoTowns(side)
	last := math.Inf(1)
	for _, n := range []int{30, 300, 3000} {
		h := testCalls(city.Len(), weeks, n/3, uint64(n), truth)
		kl := divergence(fitted(t, city, h), truth)
		t.Logf("%d calls: %.4f nats from the truth", h.Len(), kl)
		if kl > last/1.7 {
			t.Errorf("%d calls: %v nats from the truth, %v with a tenth of them", h.Len(), kl, last)
		}
		last = kl
	}
	if last > 0.015 {
		t.Errorf("%v nats from the truth with the most calls", last)
	}
}

// TestFollowsAMove: when calls move from one town to another, the shares follow within weeks.
func TestFollowsAMove(t *testing.T) {
	const side = 10
	city := testCity(side)
	at := func(cell int) func(int, demand.HourOfWeek) float64 {
		return func(c int, _ demand.HourOfWeek) float64 {
			if c == cell {
				return 1
			}
			return 0.002
		}
	}
	h := testCalls(city.Len(), 40, 100, 1, at(11))
	after := testCalls(city.Len(), 4, 100, 2, at(88))
	for i := range after.Hour {
		h.Hour = append(h.Hour, after.Hour[i]-after.Span.From+h.Span.To)
	}
	h.Cell, h.Kind = append(h.Cell, after.Cell...), append(h.Kind, after.Kind...)
	h.Span.To += 4 * period
	dst := make([]float32, city.Len())
	fitted(t, city, h).Shares(40, dst)
	if dst[88] < 4*dst[11] {
		t.Errorf("four weeks after calls moved, the old place has %v, the new one %v", dst[11], dst[88])
	}
}
