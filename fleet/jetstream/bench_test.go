package jetstream

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// BenchmarkAppend measures durable appends of 1 kB by writers who each have a car of their own, and
// beside them what it takes to write and sync as much to a file.
func BenchmarkAppend(b *testing.B) {
	data := make([]byte, 1000)
	b.Run("reference=fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "file"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		var took []time.Duration
		for b.Loop() {
			begin := time.Now()
			if _, err := f.Write(data); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(begin))
		}
		quantiles(b, took)
	})
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := openIn(b, b.TempDir())
			took := make([][]time.Duration, writers)
			var writing sync.WaitGroup
			b.ResetTimer()
			for w := range writers {
				writing.Go(func() {
					var prev ledger.Revision
					for i := w; i < b.N; i += writers {
						begin := time.Now()
						r, err := s.Append(context.Background(), fmt.Sprintf("cars/%d", w), prev, data)
						if err != nil {
							b.Error(err)
							return
						}
						took[w] = append(took[w], time.Since(begin))
						prev = r
					}
				})
			}
			writing.Wait()
			quantiles(b, slices.Concat(took...))
		})
	}
}

func quantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
}
