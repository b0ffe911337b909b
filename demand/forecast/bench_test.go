package forecast

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// drawn returns n calls over two years in a city, by its prior shares.
func drawn(city *demand.City, n int) *calls.History {
	r := rand.New(rand.NewPCG(1, 1))
	h := &calls.History{Cells: city.Len(), Span: calls.Span{From: 480_000, To: 480_000 + 2*365*24}, Kinds: testKinds}
	cumulated := make([]float64, city.Len())
	total := 0.0
	for c, p := range city.Prior {
		total += p
		cumulated[c] = total
	}
	for i := range n {
		u := r.Float64() * total
		low, high := 0, len(cumulated)-1
		for low < high {
			if mid := (low + high) / 2; cumulated[mid] < u {
				low = mid + 1
			} else {
				high = mid
			}
		}
		h.Hour = append(h.Hour, h.Span.From+calls.Hour(int64(i)*int64(h.Span.Hours())/int64(n)))
		h.Cell, h.Kind = append(h.Cell, int32(low)), append(h.Kind, uint8(r.IntN(3)))
	}
	return h
}

// BenchmarkLearn is the fit of a city's calls, by calls and cells; memory is the heap's peak.
func BenchmarkLearn(b *testing.B) {
	for _, size := range []struct{ calls, side int }{{250_000, 122}, {500_000, 122}, {1_000_000, 122}, {1_000_000, 86}, {1_000_000, 61}} {
		city := testCity(size.side)
		for k := range 6 { // as many as London has
			v := make([]float64, city.Len())
			for i := range v {
				v[i] = float64((i*(k+3))%17) / 17
			}
			city.Covariates = append(city.Covariates, demand.Covariate{Name: fmt.Sprint(k), Values: v})
		}
		h := drawn(city, size.calls)
		b.Run(fmt.Sprintf("calls=%d/cells=%d", size.calls, city.Len()), func(b *testing.B) {
			for b.Loop() {
				if _, err := Learn(b.Context(), city, h, Settings{}); err != nil {
					b.Fatal(err)
				}
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys)/(1<<20), "MiB-heap")
		})
	}
}

// benchFit is a fit of 15,000 cells.
func benchFit(b *testing.B) *Fit {
	city := testCity(122)
	return learn(b, city, drawn(city, 20_000), Settings{})
}

// BenchmarkWeek forecasts all cells and hours of the week from the parts of a fit.
func BenchmarkWeek(b *testing.B) {
	f := benchFit(b)
	for b.Loop() {
		f.lay() // nothing kept from before
		f.Week()
	}
}

// BenchmarkAsk answers queries of all cells.
func BenchmarkAsk(b *testing.B) {
	f := benchFit(b)
	to := f.about.Span.To
	for _, c := range []struct {
		name string
		Query
	}{
		{"hour", Query{Span: calls.Span{From: to, To: to + 1}}},
		{"day", Query{Span: calls.Span{From: to, To: to + 24}}},
		{"week", Query{Span: calls.Span{From: to, To: to + 168}}},
		{"kind", Query{Span: calls.Span{From: to, To: to + 1}, Categories: []string{"crisis"}}},
		{"district", Query{Span: calls.Span{From: to, To: to + 24}, Districts: []int32{1}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ask(b, f, c.Query)
			}
		})
	}
}
