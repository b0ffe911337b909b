package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // the same zone on every machine

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

var london = func() *time.Location {
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return z
}()

// testCity is a made-up city of side × side cells 500 m apart in four districts, a quarter each.
func testCity(side int) *demand.City {
	c := &demand.City{Name: "Test", Hash: [32]byte{7, byte(side)}, Zone: london, Holidays: demand.EnglandAndWales, Districts: []string{"North", "East", "South", "West"}}
	weight := 0.0
	for i := range side * side {
		x, y := i%side, i/side
		c.X, c.Y = append(c.X, 500*float64(x)), append(c.Y, 500*float64(y))
		c.Land = append(c.Land, 2.5e5)
		c.District = append(c.District, int32(2*(2*y/side)+2*x/side))
		c.Prior = append(c.Prior, 1+float64((x*7+y*3)%5))
		weight += c.Prior[i]
	}
	for i := range c.Prior {
		c.Prior[i] /= weight
	}
	return c
}

// testWeek returns the calls an hour of a made-up typical week, perDay on average.
func testWeek(perDay float64) *[demand.HoursPerWeek]float64 {
	var w [demand.HoursPerWeek]float64
	for h := range w {
		w[h] = perDay / 24 * (1 + 0.6*math.Sin(2*math.Pi*float64(h%24-9)/24))
	}
	return &w
}

// testPrior is the prior of a city: the made-up week spread by the city's shares.
func testPrior(c *demand.City, perDay float64) *Prior {
	v := &demand.Intensity{Source: "prior", Cells: c.Len()}
	for _, rate := range testWeek(perDay) {
		for _, p := range c.Prior {
			v.Rate = append(v.Rate, float32(rate*p))
		}
	}
	var p demand.Profile
	calendar, err := demand.NewCalendar(&p)
	if err != nil {
		panic(err)
	}
	return NewPrior(c, v, calendar)
}

func at(t testing.TB, text string) calls.Hour {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, london)
	if err != nil {
		t.Fatal(err)
	}
	return calls.HourAt(v)
}

var testKinds = []calls.Kind{{Category: "crisis", Channel: "111"}, {Category: "crisis", Channel: "999"}, {Category: "welfare", Channel: "999"}}

// simulate draws calls from a prior over a span, with a shared effect of each day. Nights have more
// calls of the first kind, and the first district more of the last.
func simulate(b *Prior, span calls.Span, seed uint64) *calls.History {
	r := rand.New(rand.NewPCG(seed, 1))
	city := b.City()
	h := &calls.History{Cells: city.Len(), Span: span, Kinds: testKinds}
	var rates []float32
	effect, today := 1.0, -1
	for t := span.From; t < span.To; t++ {
		local := t.Time().In(london)
		if local.YearDay() != today {
			today, effect = local.YearDay(), gamma(r, PriorDay)
		}
		rates = b.Rates(calls.Span{From: t, To: t + 1}, rates)
		for c, rate := range rates {
			for range poisson(r, effect*float64(rate)) {
				night := 0.2
				if local.Hour() < 6 {
					night = 0.6
				}
				kind := uint8(1)
				switch u := r.Float64(); {
				case u < night:
					kind = 0
				case city.District[c] == 0 && u > 0.7:
					kind = 2
				}
				h.Hour, h.Cell, h.Kind = append(h.Hour, t), append(h.Cell, int32(c)), append(h.Kind, kind)
			}
		}
	}
	return h
}

// poisson draws by counting exponential gaps: slow, plain.
func poisson(r *rand.Rand, mean float64) int {
	for k, t := 0, r.ExpFloat64(); ; k, t = k+1, t+r.ExpFloat64() {
		if t > mean {
			return k
		}
	}
}

// gamma draws a gamma variable of mean 1 and a small variance: a sum of exponential ones.
func gamma(r *rand.Rand, variance float64) float64 {
	n := int(math.Round(1 / variance))
	sum := 0.0
	for range n {
		sum += r.ExpFloat64()
	}
	return sum / float64(n)
}
