package volume

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

func zoned(t testing.TB, zone, which string) *demand.City {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return &demand.City{Name: zone, Zone: z, Holidays: which}
}

func london(t testing.TB) *demand.City { return zoned(t, "Europe/London", demand.EnglandAndWales) }

// midnight returns the hour in which a local day begins.
func midnight(c *demand.City, year int, month time.Month, day int) calls.Hour {
	return calls.HourAt(time.Date(year, month, day, 0, 0, 0, 0, c.Zone))
}

// simulate draws the calls of a span from the rate of each hour, in calls an hour.
func simulate(span calls.Span, seed uint64, rate func(calls.Hour) float64) *calls.History {
	rng := rand.New(rand.NewPCG(seed, 1))
	h := &calls.History{Cells: 1, Span: span, Kinds: []calls.Kind{{}}}
	for at := span.From; at < span.To; at++ {
		for range poisson(rng, rate(at)) {
			h.Hour, h.Cell, h.Kind = append(h.Hour, at), append(h.Cell, 0), append(h.Kind, 0)
		}
	}
	return h
}

// poisson counts exponential waits within a mean.
func poisson(rng *rand.Rand, mean float64) (n int) {
	for t := rng.ExpFloat64(); t < mean; t += rng.ExpFloat64() {
		n++
	}
	return n
}

// world is a city whose rates are known: a base in calls an hour, times the hour of week, the weekday,
// the time of year, growth and holidays.
type world struct {
	city          *demand.City
	base          float64
	swing, growth float64
	origin        int // local date at which growth is 1
	holiday       [holidayKinds]float64
}

func newWorld(city *demand.City, base float64) *world {
	w := &world{city: city, base: base}
	for k := range w.holiday {
		w.holiday[k] = 1
	}
	return w
}

// hour is the shape of a day, with an evening peak that comes later at the weekend.
func (w *world) hour(slot int) float64 {
	peak := 18.0
	if slot >= 5*24 {
		peak = 21
	}
	weekday := []float64{0.95, 0.95, 0.97, 0.98, 1, 1.08, 1.07}[slot/24]
	return weekday * (1 + 0.6*math.Cos(2*math.Pi*(float64(slot%24)-peak)/24))
}

func (w *world) rate(at calls.Hour) float64 {
	local := at.Time().In(w.city.Zone)
	date := int(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
	annual := w.swing * math.Cos(2*math.Pi*(float64(date)/daysPerYear-0.04)) // highest in mid-January
	factor := w.holiday[holidays(date, 1, w.city.Holidays)[0]]
	growth := w.growth * float64(date-w.origin) / daysPerYear
	return w.base * w.hour(int(demand.HourOf(local, w.city.Zone))) * math.Exp(annual+growth) * factor
}

// fit fits or fails.
func fit(t testing.TB, c *demand.City, h *calls.History, s Settings) *Model {
	t.Helper()
	m, err := Fit(c, h, s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// apart returns the mean relative error of a model's rates over a span.
func apart(m *Model, span calls.Span, rate func(calls.Hour) float64) float64 {
	var off, sum float64
	for i, x := range m.Rates(span, nil) {
		y := rate(span.From + calls.Hour(i))
		off, sum = off+math.Abs(x-y), sum+y
	}
	return off / sum
}

func BenchmarkFitTenYears(b *testing.B) {
	c := london(b)
	w := newWorld(c, 11)
	w.swing = 0.1
	h := simulate(calls.Span{From: midnight(c, 2015, 1, 1), To: midnight(c, 2025, 1, 1)}, 1, w.rate)
	b.ReportMetric(float64(h.Len()), "calls")
	for b.Loop() {
		fit(b, c, h, Settings{})
	}
}
