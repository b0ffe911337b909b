package dispatch_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
)

// twinCover is dispatch.Cover from the definitions: every sum over every cell and car anew.
type twinCover struct {
	weights []float32
	busy    float64
	limit   road.Millis
	cars    [][]road.Millis
}

func (c *twinCover) near(cell int) (n int) {
	for _, times := range c.cars {
		if times[cell] <= c.limit {
			n++
		}
	}
	return n
}

func (c *twinCover) covered() (calls float64) {
	for i, w := range c.weights {
		if c.near(i) > 0 {
			calls += float64(w)
		}
	}
	return calls
}

func (c *twinCover) expected() (calls float64) {
	for i, w := range c.weights {
		calls += float64(w) * (1 - math.Pow(c.busy, float64(c.near(i))))
	}
	return calls
}

func (c *twinCover) without(car int) *twinCover {
	out := *c
	out.cars = append(append([][]road.Millis{}, c.cars[:car]...), c.cars[car+1:]...)
	return &out
}

func (c *twinCover) with(times []road.Millis) *twinCover {
	out := *c
	out.cars = append(append([][]road.Millis{}, c.cars...), times)
	return &out
}

func drawTimes(t *rapid.T, cells int) []road.Millis {
	times := rapid.OneOf(rapid.Uint32Range(0, 20), rapid.Just(uint32(road.Unreachable)))
	row := make([]road.Millis, cells)
	for i := range row {
		row[i] = road.Millis(times.Draw(t, "time"))
	}
	return row
}

func drawTwin(t *rapid.T) *twinCover {
	c := &twinCover{busy: rapid.Float64Range(0, 0.95).Draw(t, "busy"), limit: road.Millis(rapid.Uint32Range(0, 20).Draw(t, "limit"))}
	c.weights = rapid.SliceOfN(rapid.Float32Range(0, 2), 1, 150).Draw(t, "weights")
	for range rapid.IntRange(0, 6).Draw(t, "cars") {
		c.cars = append(c.cars, drawTimes(t, len(c.weights)))
	}
	return c
}

func alike(a, b float64) bool { return math.Abs(a-b) <= 1e-9 }

func TestCoverAgreesWithTwin(t *testing.T) {
	var c dispatch.Cover
	rapid.Check(t, func(t *rapid.T) {
		twin := drawTwin(t)
		c.Reset(twin.weights, twin.busy)
		visitor := dispatch.ReachWithin(drawTimes(t, len(twin.weights)), twin.limit, nil)
		c.Add(visitor)
		reach := make([]dispatch.Reach, len(twin.cars))
		for i, times := range twin.cars {
			reach[i] = dispatch.ReachWithin(times, twin.limit, nil)
			c.Add(reach[i])
		}
		c.Remove(visitor)
		for i, n := range c.Near() {
			if int(n) != twin.near(i) {
				t.Fatalf("cell %d: %d cars, want %d", i, n, twin.near(i))
			}
		}
		if got, want := c.Covered(), twin.covered(); !alike(got, want) {
			t.Fatalf("covered %v, want %v", got, want)
		}
		if got, want := c.Expected(), twin.expected(); !alike(got, want) {
			t.Fatalf("expected %v, want %v", got, want)
		}
		for i := range reach {
			if got, want := c.Only(reach[i]), twin.covered()-twin.without(i).covered(); !alike(got, want) {
				t.Fatalf("car %d alone covers %v, want %v", i, got, want)
			}
			if got, want := c.Loses(reach[i]), twin.expected()-twin.without(i).expected(); !alike(got, want) {
				t.Fatalf("without car %d %v are lost, want %v", i, got, want)
			}
		}
		more := drawTimes(t, len(twin.weights))
		if got, want := c.Gains(dispatch.ReachWithin(more, twin.limit, nil)), twin.with(more).expected()-twin.expected(); !alike(got, want) {
			t.Fatalf("one more car gains %v, want %v", got, want)
		}
	})
}

func TestCoverAllocatesNothing(t *testing.T) {
	weights, times := make([]float32, 1000), make([]road.Millis, 1000)
	var c dispatch.Cover
	var reach dispatch.Reach
	round := func() {
		reach = dispatch.ReachWithin(times, 5, reach)
		c.Reset(weights, 0.3)
		for range 5 {
			c.Add(reach)
		}
		c.Only(reach)
		c.Loses(reach)
		c.Expected()
	}
	round()
	if n := testing.AllocsPerRun(20, round); n != 0 {
		t.Errorf("%v allocations a round, want 0", n)
	}
}

func TestCoverRefusesBusyFractions(t *testing.T) {
	for _, busy := range []float64{-0.1, 1, math.NaN()} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a busy fraction of %v was taken", busy)
				}
			}()
			new(dispatch.Cover).Reset(nil, busy)
		}()
	}
}

func TestDriveWithin(t *testing.T) {
	s := dispatch.Settings{Mobilisation: time.Minute}
	for _, c := range []struct {
		response time.Duration
		limit    road.Millis
		ok       bool
	}{{15 * time.Minute, 840_000, true}, {time.Minute, 0, true}, {time.Second, 0, false}, {1 << 62, road.Unreachable - 1, true}} {
		if limit, ok := s.DriveWithin(c.response); limit != c.limit || ok != c.ok {
			t.Errorf("%v: %d, %v; want %d, %v", c.response, limit, ok, c.limit, c.ok)
		}
	}
}

func ExampleCover() {
	var c dispatch.Cover
	c.Reset([]float32{1, 2, 4}, 0.5) // expected calls an hour in three cells
	one := dispatch.ReachWithin([]road.Millis{60_000, 300_000, 900_000}, 600_000, nil)
	two := dispatch.ReachWithin([]road.Millis{road.Unreachable, 300_000, 500_000}, 600_000, nil)
	c.Add(one)
	c.Add(two)
	fmt.Println(c.Covered(), c.Expected(), c.Only(one), c.Only(two))
	// Output: 7 4 1 4
}
