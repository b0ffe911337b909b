package benchmarks

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	histories "github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/intake"
	"github.com/nearside-ems/nearside/geo/grid"
)

// BenchmarkForecast learns from a year of simulated calls in London's coarse cells, and asks the fit.
func BenchmarkForecast(b *testing.B) {
	city, err := london(b).City(data.CoarseRes)
	if err != nil {
		b.Fatal(err)
	}
	history := simulatedCalls(city, 50_000)
	var fit *forecast.Fit
	learn := func(b *testing.B) {
		if fit, err = forecast.Learn(b.Context(), city, history, forecast.Settings{}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("Learn", func(b *testing.B) {
		for b.Loop() {
			learn(b)
		}
	})
	if fit == nil { // Learn was not asked for
		learn(b)
	}
	from := history.Span.To
	for _, hours := range []histories.Hour{1, 168} {
		b.Run(fmt.Sprintf("Ask/hours=%d", hours), func(b *testing.B) {
			for b.Loop() {
				if _, err := forecast.Ask(fit, forecast.Query{Span: histories.Span{From: from, To: from + hours}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// simulatedCalls draws calls by the city's prior, as many in each hour of a year.
func simulatedCalls(city *demand.City, n int) *histories.History {
	random := rand.New(rand.NewPCG(1, 1))
	h := &histories.History{Cells: city.Len(), Span: histories.Span{From: 480_000, To: 480_000 + 365*24}, Kinds: []histories.Kind{{}}, Kind: make([]uint8, n)}
	below := make([]float64, city.Len())
	total := 0.0
	for i, p := range city.Prior {
		total += p
		below[i] = total
	}
	for i := range n {
		h.Hour = append(h.Hour, h.Span.From+histories.Hour(i*h.Span.Hours()/n))
		h.Cell = append(h.Cell, int32(min(sort.SearchFloat64s(below, random.Float64()*total), city.Len()-1)))
	}
	return h
}

// BenchmarkImport reads calls from CSV into London's cells, against taking the same text apart with the
// standard library and no more.
func BenchmarkImport(b *testing.B) {
	city := london(b)
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		b.Fatal(err)
	}
	text := callRecords(points(b, 50_000, 4))
	b.Run("Calls", func(b *testing.B) {
		s := intake.Settings{Zone: zone, Where: cells{city.Grid}, Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		for b.Loop() {
			if _, report, err := intake.ReadCSV(b.Context(), bytes.NewReader(text), s); err != nil || report.Kept != 50_000 {
				b.Fatal(err, report)
			}
		}
	})
	b.Run("EncodingCSV", func(b *testing.B) {
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// cells locates calls in a grid, which knows no areas.
type cells struct{ *grid.Grid }

func (c cells) At(p orb.Point) (int32, bool) {
	i, ok := c.Grid.At(p)
	return int32(i), ok
}

func (cells) Named(string) (int32, bool) { return 0, false }

// callRecords is a file of calls at places, ten minutes apart.
func callRecords(places []orb.Point) []byte {
	var text bytes.Buffer
	text.WriteString("call_id,call_time,latitude,longitude,category,channel\n")
	at := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, p := range places {
		fmt.Fprintf(&text, "%08d,%s,%.6f,%.6f,Mental health,999\n", i, at.Add(time.Duration(10*i)*time.Minute).Format("2006-01-02 15:04:05"), p.Lat(), p.Lon())
	}
	return text.Bytes()
}
