package monitor

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// spread is what MODELS of real crisis calls measure: days vary by 8 % beyond chance, and the level of a
// forecast is known to 2 %.
var spread = count.Dispersion{Day: 0.007, Level: 0.0004}

// The share of a day's crisis calls in each hour (Toronto; data/profiles/demand.json has it as London's).
var byHour = [24]float64{3.6, 2.9, 2.3, 2.1, 1.5, 1.4, 1.4, 1.9, 2.7, 3.8, 4.9, 5.8, 5.7, 6.2, 6.1, 6.3, 6.1, 5.8, 5.6, 5.1, 5.0, 5.0, 4.6, 4.1}

// town is a city like London on a small scale: districts of three cells, the largest with five times the
// calls of the smallest.
func town(districts int) *demand.City {
	c := &demand.City{Name: "town", Zone: time.UTC}
	for d := range districts {
		c.Districts = append(c.Districts, "D"+string(rune('A'+d%26)))
		for i := range 3 {
			c.X, c.Y, c.Land = append(c.X, float64(d)), append(c.Y, float64(i)), append(c.Land, 1)
			c.District = append(c.District, int32(d))
		}
	}
	return c
}

// world is where simulated calls come from.
type world struct {
	city   *demand.City
	perDay float64
	share  []float64 // of each cell
	chance *rand.Rand
}

func newWorld(districts int, perDay float64, seed uint64) *world {
	w := &world{city: town(districts), perDay: perDay, chance: rand.New(rand.NewPCG(seed, 7))}
	var total float64
	for d := range districts {
		for i := range 3 {
			x := (1 + 4*float64(d)/float64(max(districts-1, 1))) * []float64{0.6, 0.3, 0.1}[i]
			w.share, total = append(w.share, x), total+x
		}
	}
	for i := range w.share {
		w.share[i] /= total
	}
	return w
}

// start is a Monday.
var start = calls.HourAt(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))

func (w *world) rates(h calls.Hour, dst []float32) []float32 {
	dst = dst[:0]
	for _, s := range w.share {
		dst = append(dst, float32(w.perDay*byHour[h.Time().Hour()]/100*s))
	}
	return dst
}

// change is what has become of the world: factors by cell and by hour of the day, nil for none.
type change struct {
	volume float64
	cell   func(c int) float64
	hour   func(h calls.Hour) float64
}

// watch simulates so many days and closes their hours. From the day with which a change begins, the
// calls follow it; the watch expects none.
func (w *world) watch(t testing.TB, days, changeDay int, ch change) *Watch {
	t.Helper()
	watch, err := New(w.city, spread, DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var rates, actual []float32
	var came []int32
	level := w.gamma(spread.Level)
	for d := range days {
		day := level * w.gamma(spread.Day)
		for hour := range 24 {
			h := start + calls.Hour(24*d+hour)
			rates, actual, came = w.rates(h, rates), actual[:0], came[:0]
			for c, expected := range rates {
				r := float64(expected) * day
				if d >= changeDay {
					r *= ch.volume
					if ch.cell != nil {
						r *= ch.cell(c)
					}
					if ch.hour != nil {
						r *= ch.hour(h)
					}
				}
				actual = append(actual, float32(r))
			}
			came = w.draw(actual, came)
			if err := watch.Close(h, rates, came); err != nil {
				t.Fatal(err)
			}
		}
	}
	return watch
}

// gamma draws a variable of mean 1 (Marsaglia and Tsang 2000).
func (w *world) gamma(variance float64) float64 {
	if variance == 0 {
		return 1
	}
	d := 1/variance - 1.0/3
	for {
		x := w.chance.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(w.chance.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v * variance
		}
	}
}

// draw draws the calls of an hour.
func (w *world) draw(rates []float32, dst []int32) []int32 {
	var total float64
	for _, r := range rates {
		total += float64(r)
	}
	for t := w.chance.ExpFloat64(); t < total; t += w.chance.ExpFloat64() {
		u := w.chance.Float64() * total
		c := 0
		for ; c < len(rates)-1 && u >= float64(rates[c]); c++ {
			u -= float64(rates[c])
		}
		dst = append(dst, int32(c))
	}
	return dst
}

// firstFlag returns the day, from the given one on, at the end of which something was first flagged, and
// what it was; ok is false where nothing was.
func (w *Watch) firstFlag(from int) (day int, what Kind, ok bool) {
	c := w.newCharts()
	for n, d := range w.days() {
		c.day(w, d)
		if n < from {
			continue
		}
		if k, ok := c.flagged(); ok {
			return n, k, true
		}
	}
	return 0, 0, false
}

func (c *charts) flagged() (Kind, bool) {
	if c.volume.up.flagged {
		return VolumeUp, true
	}
	if c.volume.down.flagged {
		return VolumeDown, true
	}
	for i := range c.place {
		if c.place[i].up.flagged || c.place[i].down.flagged {
			return Place, true
		}
	}
	for i := range c.hours {
		if c.hours[i].up.flagged || c.hours[i].down.flagged {
			return Hours, true
		}
	}
	if c.score.flagged {
		return Score, true
	}
	return 0, false
}
