package calls

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// many returns calls of four years in 15,000 cells, in no order.
func many(n int) []Call {
	random := rand.New(rand.NewPCG(1, 2))
	from := HourAt(time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC))
	kinds := []Kind{{"crisis", "999"}, {"crisis", "police"}, {"welfare", "111"}}
	out := make([]Call, n)
	for i := range out {
		out[i] = Call{from + Hour(random.IntN(4*8766)), int32(random.IntN(15000)), kinds[random.IntN(3)]}
	}
	return out
}

func built(b *testing.B, calls []Call) *History {
	made := NewBuilder(15000)
	for _, c := range calls {
		if err := made.Add(c); err != nil {
			b.Fatal(err)
		}
	}
	return made.History(london)
}

func BenchmarkBuilder(b *testing.B) {
	for _, n := range []int{1_000_000} {
		calls := many(n)
		b.Run(fmt.Sprintf("calls=%d", n), func(b *testing.B) {
			for b.Loop() {
				built(b, calls)
			}
		})
	}
}

func BenchmarkFile(b *testing.B) {
	c := &contents{ground: Ground{Zone: "UTC", Districts: []string{""}, District: make([]int32, 15000)}, history: built(b, many(1_000_000))}
	var file bytes.Buffer
	if err := c.encode(&file); err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportMetric(float64(file.Len())/1e6, "B/call")
		for b.Loop() {
			if err := c.encode(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := decode(file.Bytes()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAppend reports one call to a store of a million; read=true asks for all calls after each.
func BenchmarkAppend(b *testing.B) {
	for _, read := range []bool{false, true} {
		s := open(b, b.TempDir())
		next := *s.kept
		next.ground.District = make([]int32, 15000)
		next.history = built(b, many(1_000_000))
		if err := s.write(next, today); err != nil {
			b.Fatal(err)
		}
		call := arrivals(1)
		b.Run(fmt.Sprintf("read=%v", read), func(b *testing.B) {
			for b.Loop() {
				if err := s.Append(call, today); err != nil {
					b.Fatal(err)
				}
				if read {
					s.History()
				}
			}
		})
	}
}
