package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

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

// BenchmarkAppendPaced measures durable appends at 64 a second, as of 64 dispatchers who decide once a
// second each, beside a file that is written and synced in between.
func BenchmarkAppendPaced(b *testing.B) {
	s, data := openIn(b, b.TempDir()), make([]byte, 1000)
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var mu sync.Mutex
	var took, reference []time.Duration
	var deciding sync.WaitGroup
	tick := time.NewTicker(time.Second / 64)
	defer tick.Stop()
	for i := range b.N {
		<-tick.C
		deciding.Go(func() {
			begin := time.Now()
			if _, err := s.Append(context.Background(), fmt.Sprintf("cars/%d", i), 0, data); err != nil {
				b.Error(err)
			}
			mu.Lock()
			took = append(took, time.Since(begin))
			mu.Unlock()
		})
		begin := time.Now()
		_, err := f.Write(data)
		if err = errors.Join(err, f.Sync()); err != nil {
			b.Fatal(err)
		}
		reference = append(reference, time.Since(begin))
	}
	deciding.Wait()
	quantiles(b, took)
	slices.Sort(reference)
	b.ReportMetric(float64(reference[len(reference)*99/100].Microseconds()), "µs-p99-fsync")
}

func quantiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
}

// BenchmarkStart measures how long a folder's ledger takes from Open until a watch is whole, with 10,000
// cars and logs of some lengths (1,000,000 entries where NEARSIDE_FAULTS is set), and what it has on the
// heap then, and at most while the whole log is read.
func BenchmarkStart(b *testing.B) {
	const cars = 10_000
	lengths := []int{cars}
	if os.Getenv("NEARSIDE_FAULTS") != "" {
		lengths = append(lengths, 1_000_000)
	}
	for _, entries := range lengths {
		folder := b.TempDir()
		fillFolder(b, folder, cars, entries)
		for _, how := range []string{"closed", "killed"} {
			b.Run(fmt.Sprintf("entries=%d/%s", entries, how), func(b *testing.B) {
				var opened, whole time.Duration
				for b.Loop() {
					b.StopTimer()
					if how == "killed" { // then the server's index is older than its files, or there is none
						if err := os.Remove(filepath.Join(folder, indexFile)); err != nil {
							b.Fatal(err)
						}
					}
					b.StartTimer()
					begin := time.Now()
					s, err := Open(b.Context(), Settings{Folder: folder})
					if err != nil {
						b.Fatal(err)
					}
					opened += time.Since(begin)
					if n, err := s.countWatch(); err != nil || n != cars {
						b.Fatalf("%d cars, %v", n, err)
					}
					whole += time.Since(begin)
					b.StopTimer()
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				b.ReportMetric(float64(opened.Milliseconds())/float64(b.N), "ms-open")
				b.ReportMetric(float64(whole.Milliseconds())/float64(b.N), "ms-whole")
			})
		}
		b.Run(fmt.Sprintf("entries=%d/memory", entries), func(b *testing.B) {
			before := heap()
			s := openIn(b, folder)
			for b.Loop() {
				if _, err := s.countWatch(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((heap()-before)/1e6, "MB-heap")
			b.ReportMetric((liveWhileRead(b, s)-before)/1e6, "MB-heap-export")
		})
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// liveWhileRead reads a log from its beginning and returns the most that a garbage collection left meanwhile.
func liveWhileRead(b *testing.B, s *Store) (most float64) {
	b.Helper()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for _, err := range s.Log(b.Context(), 1) {
		if err != nil {
			b.Fatal(err)
		}
		metrics.Read(live)
		most = max(most, float64(live[0].Value.Uint64()))
	}
	return most
}

// fillFolder makes a ledger of so many entries of 1 kB, without syncing each.
func fillFolder(b *testing.B, folder string, cars, entries int) {
	b.Helper()
	s, err := Open(b.Context(), Settings{Folder: folder})
	if err != nil {
		b.Fatal(err)
	}
	s.node.end()
	s.node.options.SyncAlways = false
	if err := s.node.start(); err != nil {
		b.Fatal(err)
	}
	for s.nc.FlushTimeout(time.Second) != nil {
		time.Sleep(pause)
	}
	data := make([]byte, 1000)
	for i := range entries {
		if _, err := s.js.PublishAsync(s.subject(fmt.Sprintf("cars/%d", i%cars)), data, jetstream.WithStallWait(time.Minute)); err != nil {
			b.Fatal(err)
		}
	}
	<-s.js.PublishAsyncComplete()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
