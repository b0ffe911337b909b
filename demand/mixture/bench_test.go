package mixture

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// largeCity is cells over 60 by 47 km, as London's are, with two covariates and a prior.
func largeCity(cells int) *demand.City {
	c := &demand.City{Name: "large", Zone: time.UTC, Districts: []string{"all"}}
	wide := int(math.Sqrt(float64(cells) * 60 / 47))
	high := (cells + wide - 1) / wide
	people, need := make([]float64, cells), make([]float64, cells)
	for i := range cells {
		x, y := float64(i%wide)/float64(wide), float64(i/wide)/float64(high)
		c.X, c.Y = append(c.X, x*60_000), append(c.Y, y*47_000)
		c.Land, c.District = append(c.Land, 60e3*47e3/float64(cells)), append(c.District, 0)
		people[i], need[i] = 1+100*math.Exp(-8*((x-0.5)*(x-0.5)+(y-0.5)*(y-0.5))), math.Sin(9*x)*math.Cos(7*y)
	}
	c.Covariates = []demand.Covariate{{Name: "residents", Values: people}, {Name: "need", Values: need}}
	c.Prior = shares(people)
	return c
}

// largeHistory is calls over two years, more often where people are.
func largeHistory(city *demand.City, n int) *calls.History {
	r := rand.New(rand.NewPCG(1, 2))
	cum := make([]float64, city.Len())
	total := 0.0
	for i, p := range city.Prior {
		total += p * math.Exp(r.NormFloat64()/2)
		cum[i] = total
	}
	h := &calls.History{Cells: city.Len(), Kinds: []calls.Kind{{}}}
	h.Span.From = calls.HourAt(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	h.Span.To = h.Span.From + 104*period
	for i := range n {
		h.Hour = append(h.Hour, h.Span.From+calls.Hour(i*h.Span.Hours()/n))
		u := r.Float64() * total
		lo, hi := 0, len(cum)-1
		for lo < hi {
			if mid := (lo + hi) / 2; cum[mid] < u {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		h.Cell, h.Kind = append(h.Cell, int32(lo)), append(h.Kind, 0)
	}
	return h
}

// BenchmarkFit shows that time grows no faster than calls and cells.
func BenchmarkFit(b *testing.B) {
	for _, size := range []struct{ calls, cells int }{{125_000, 15_000}, {250_000, 15_000}, {500_000, 15_000}, {1_000_000, 15_000}, {1_000_000, 7_500}, {1_000_000, 3_750}} {
		b.Run(fmt.Sprintf("calls=%d/cells=%d", size.calls, size.cells), func(b *testing.B) {
			city := largeCity(size.cells)
			h := largeHistory(city, size.calls)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Fit(context.Background(), city, h, Settings{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkShares(b *testing.B) {
	city := largeCity(15_000)
	m := fitted(b, city, largeHistory(city, 20_000))
	dst := make([]float32, city.Len())
	b.ReportAllocs()
	for b.Loop() { // all cells in all hours of the week
		for h := range demand.HourOfWeek(demand.HoursPerWeek) {
			m.Shares(h, dst)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	city := largeCity(15_000)
	var file bytes.Buffer
	if err := fitted(b, city, largeHistory(city, 20_000)).Encode(&file); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if _, err := Decode(bytes.NewReader(file.Bytes()), city); err != nil {
			b.Fatal(err)
		}
	}
}
