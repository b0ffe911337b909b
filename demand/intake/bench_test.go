package intake

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// million is a file of a million calls of ten years, as a service might export it.
var million = sync.OnceValue(func() []byte {
	var text bytes.Buffer
	text.WriteString("call_id,call_time,latitude,longitude,category,channel,comment\n")
	random := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)
	categories := []string{"Mental health", "Overdose", "Suicidal", "Concern for welfare"}
	channels := []string{"999", "111", "Police"}
	for i := range 1_000_000 {
		at = at.Add(time.Duration(random.IntN(620)) * time.Second)
		fmt.Fprintf(&text, "%08d,%s,%.6f,%.6f,%s,%s,\"none, or left out\"\n", i, at.Format("02/01/2006 15:04:05"),
			51.3+0.4*random.Float64(), -0.5+0.8*random.Float64(), categories[random.IntN(4)], channels[random.IntN(3)])
	}
	return text.Bytes()
})

// BenchmarkReadCSV reads a million calls, all but where they were.
func BenchmarkReadCSV(b *testing.B) {
	text := million()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		b.Fatal(err)
	}
	s := Settings{Zone: zone, Where: box(orb.Point{0, 51.5}), Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, r, err := ReadCSV(context.Background(), bytes.NewReader(text), s); err != nil || r.Kept != 1_000_000 {
			b.Fatal(err, r)
		}
	}
}

// BenchmarkPlacing finds the cells of calls by each way to say where they were.
func BenchmarkPlacing(b *testing.B) {
	for _, c := range []struct {
		name string
		by   placeBy
		set  map[use]string
	}{
		{"degrees", byDegrees, map[use]string{useLat: "51.5074", useLon: "-0.1278"}},
		{"metres", byMetres, map[use]string{useEasting: "530027", useNorthing: "180379"}},
		{"grid-ref", byGridRef, map[use]string{useGridRef: "TQ 30027 80380"}},
		{"area", byArea, map[use]string{useArea: "North West"}},
	} {
		b.Run("by="+c.name, func(b *testing.B) {
			var r row
			for u, text := range c.set {
				r[u] = textValue([]byte(text))
			}
			p := placing{where: town{}, by: c.by}
			for b.Loop() {
				if cell, why := p.of(&r); cell != 2 || why != kept {
					b.Fatal(cell, why)
				}
			}
		})
	}
}

// BenchmarkReadParquet reads a million calls, all but where they were.
func BenchmarkReadParquet(b *testing.B) {
	type call struct {
		ID       string    `parquet:"call_id,snappy"`
		Time     time.Time `parquet:"call_time,timestamp(millisecond),snappy"`
		Lat      float64   `parquet:"latitude,snappy"`
		Lon      float64   `parquet:"longitude,snappy"`
		Category string    `parquet:"category,dict,snappy"`
	}
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]call, 1_000_000)
	at := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		at = at.Add(time.Duration(random.IntN(620)) * time.Second)
		rows[i] = call{fmt.Sprintf("%08d", i), at, 51.3 + 0.4*random.Float64(), -0.4 + 0.8*random.Float64(), []string{"Mental health", "Overdose"}[i%2]}
	}
	f := pack(b, rows)
	s := Settings{Zone: time.UTC, Where: box(orb.Point{0, 51.5}), Now: present}
	b.SetBytes(f.Size())
	b.ReportAllocs()
	for b.Loop() {
		if _, r, err := ReadParquet(context.Background(), f, f.Size(), s); err != nil || r.Kept != 1_000_000 {
			b.Fatal(err, r)
		}
	}
}
