package mixture

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// testCity is a square of cells 400 m apart; a tenth of it is water.
func testCity(side int) *demand.City {
	c := &demand.City{Name: "square", Zone: time.UTC, Districts: []string{"all"}}
	for i := range side * side {
		c.X, c.Y = append(c.X, float64(i%side)*400), append(c.Y, float64(i/side)*400)
		c.Land, c.District = append(c.Land, 160_000-float64(i%10)*3000), append(c.District, 0)
	}
	return c
}

// testCalls draws calls for whole weeks from weights of cells that turn with the hour of the day.
func testCalls(cells, weeks, perWeek int, seed uint64, weight func(cell int, h demand.HourOfWeek) float64) *calls.History {
	r := rand.New(rand.NewPCG(seed, 4))
	h := &calls.History{Cells: cells, Kinds: []calls.Kind{{}}}
	h.Span.From = calls.HourAt(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	h.Span.To = h.Span.From + calls.Hour(weeks*period)
	total := 0.0
	cum := make([]float64, 0, cells*period)
	for w := range period {
		for c := range cells {
			total += weight(c, demand.HourOfWeek(w))
			cum = append(cum, total)
		}
	}
	type call struct {
		hour calls.Hour
		cell int32
	}
	var all []call
	for w := range weeks {
		for range perWeek {
			i, _ := slices.BinarySearch(cum, r.Float64()*total)
			all = append(all, call{h.Span.From + calls.Hour(w*period+i/cells), int32(i % cells)})
		}
	}
	slices.SortFunc(all, func(a, b call) int {
		if a.hour != b.hour {
			return int(a.hour - b.hour)
		}
		return int(a.cell - b.cell)
	})
	for _, c := range all {
		h.Hour, h.Cell, h.Kind = append(h.Hour, c.hour), append(h.Cell, c.cell), append(h.Kind, 0)
	}
	return h
}

// twoTowns moves calls between two places by day and night.
func twoTowns(side int) func(int, demand.HourOfWeek) float64 {
	return func(c int, h demand.HourOfWeek) float64 {
		x, y := float64(c%side)/float64(side), float64(c/side)/float64(side)
		at := func(cx, cy float64) float64 { return math.Exp(-((x-cx)*(x-cx) + (y-cy)*(y-cy)) / 0.03) }
		day := 0.5 + 0.4*math.Sin(2*math.Pi*float64(h%24)/24)
		return day*at(0.25, 0.3) + (1-day)*at(0.7, 0.6) + 0.05
	}
}

func fitted(t testing.TB, city *demand.City, h *calls.History) *Model {
	t.Helper()
	m, err := Fit(context.Background(), city, h, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
