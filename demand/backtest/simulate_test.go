package backtest

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // the same zone on every machine

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

func london(tb testing.TB) *time.Location {
	tb.Helper()
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// testCity is side × side cells, 700 m apart, in four districts. One corner has no more than a tenth of the
// others' land.
func testCity(tb testing.TB, side int) *demand.City {
	tb.Helper()
	c := &demand.City{Name: "Testbury", Zone: london(tb), Districts: []string{"SW", "SE", "NW", "NE"}}
	for i := range side * side {
		x, y := i%side, i/side
		c.X, c.Y = append(c.X, 700*float64(x)), append(c.Y, 700*float64(y))
		c.Land = append(c.Land, 4.5e5)
		c.District = append(c.District, int32(2*(2*y/side)+2*x/side))
	}
	c.Land[0] /= 10
	return c
}

// truth is a city of which everything is known: the rate of every cell and hour of the week, and how much
// days differ.
type truth struct {
	city *demand.City
	rate [week][]float64
	day  float64 // variance of the days' multipliers
}

// newTruth makes a city with so many calls a day. Most come from two neighbourhoods; one is a home of
// nights and weekends, so that where and when depend on each other.
func newTruth(tb testing.TB, side int, perDay float64) *truth {
	tb.Helper()
	t := &truth{city: testCity(tb, side), day: 0.02}
	total := 0.0
	for h := range t.rate {
		t.rate[h] = make([]float64, t.city.Len())
		night := 0.15 + 0.85*math.Pow(math.Sin(math.Pi*float64((h+15)%24)/24), 2)
		if h >= 4*24+18 {
			night *= 1.5
		}
		day := 0.3 + math.Pow(math.Sin(math.Pi*float64((h+2)%24)/24), 2)
		for c := range t.rate[h] {
			x, y := t.city.X[c], t.city.Y[c]
			near := func(cx, cy, s float64) float64 {
				return math.Exp(-((x-cx)*(x-cx) + (y-cy)*(y-cy)) / (2 * s * s))
			}
			t.rate[h][c] = 0.02 + day*near(1400, 1400, 1000) + 1.5*night*near(4200, 3500, 500)
			total += t.rate[h][c]
		}
	}
	for h := range t.rate {
		for c := range t.rate[h] {
			t.rate[h][c] *= perDay * 7 / total
		}
	}
	return t
}

// draw draws the calls of a span.
func (t *truth) draw(span calls.Span, seed uint64) *calls.History {
	random := rand.New(rand.NewPCG(seed, 0))
	h := &calls.History{Cells: t.city.Len(), Span: span, Kinds: []calls.Kind{{}}}
	effect, today := 1.0, -1
	for at := span.From; at < span.To; at++ {
		local := at.Time().In(t.city.Zone)
		if local.YearDay() != today {
			today, effect = local.YearDay(), gamma(random, t.day)
		}
		for c, r := range t.rate[demand.HourOf(local, t.city.Zone)] {
			for range poisson(random, effect*r) {
				h.Hour, h.Cell, h.Kind = append(h.Hour, at), append(h.Cell, int32(c)), append(h.Kind, 0)
			}
		}
	}
	return h
}

// poisson draws by counting exponential gaps.
func poisson(r *rand.Rand, mean float64) (n int) {
	for t := r.ExpFloat64(); t < mean; t += r.ExpFloat64() {
		n++
	}
	return n
}

// gamma draws a gamma variable of mean 1: a sum of exponential ones.
func gamma(r *rand.Rand, variance float64) float64 {
	n := int(math.Round(1 / variance))
	sum := 0.0
	for range n {
		sum += r.ExpFloat64()
	}
	return sum / float64(n)
}

// Name and Forecast make the truth a forecaster.
func (t *truth) Name() string { return "truth" }

func (t *truth) Forecast(_ context.Context, _ *calls.History, span calls.Span) (*Forecast, error) {
	f := &Forecast{Dispersion: count.Dispersion{Day: t.day}}
	for at := span.From; at < span.To; at++ {
		for _, r := range t.rate[demand.HourOf(at.Time(), t.city.Zone)] {
			f.Rate = append(f.Rate, float32(r))
		}
	}
	return f, nil
}

// weeksFrom returns a span of whole weeks from a local midnight.
func weeksFrom(tb testing.TB, first string, weeks int) calls.Span {
	tb.Helper()
	t, err := time.ParseInLocation(time.DateOnly, first, london(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return calls.Span{From: calls.HourAt(t), To: calls.HourAt(t.AddDate(0, 0, 7*weeks))}
}

func mustRun(tb testing.TB, city *demand.City, h *calls.History, s Settings, f ...Forecaster) *Report {
	tb.Helper()
	r, err := Run(tb.Context(), city, h, f, s, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}
