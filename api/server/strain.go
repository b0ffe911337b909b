package server

import (
	"context"
	"math"
	"runtime/metrics"
	"time"
)

const (
	// strained and overstrained are how long goroutines that could run wait for a processor, at the 99th
	// percentile, when deferrable calls, and ordinary ones too, are shed. An urgent call is well under a
	// millisecond of work that is cut into a few pieces: at 20 ms of waiting for each a dispatcher begins
	// to notice, at 100 ms the answer is late. Both are assumptions.
	strained, overstrained = 20 * time.Millisecond, 100 * time.Millisecond
	// strainPause is how often that is looked at; so many looks in a row raise the level, and lower it, so
	// that neither one burst does nor a herd of repeats returns at once.
	strainPause              = 100 * time.Millisecond
	strainLooks, strainCalms = 3, 20
	// strainLeast is how many waits there must have been since the last look to say anything.
	strainLeast = 20
)

// strain tells how long goroutines wait for a processor.
type strain struct {
	sample []metrics.Sample
	was    []uint64
}

func newStrain() *strain {
	s := &strain{sample: []metrics.Sample{{Name: "/sched/latencies:seconds"}}}
	s.look()
	return s
}

// look returns the 99th percentile of the waits since the last look; 0 where there were too few.
func (s *strain) look() time.Duration {
	metrics.Read(s.sample)
	h := s.sample[0].Value.Float64Histogram()
	first := s.was == nil
	if first {
		s.was = make([]uint64, len(h.Counts))
	}
	since := make([]uint64, len(h.Counts))
	for i, n := range h.Counts {
		since[i], s.was[i] = n-s.was[i], n
	}
	if first {
		return 0
	}
	return waited(since, h.Buckets)
}

// waited is the 99th percentile of a histogram whose bucket i is from bounds[i] to bounds[i+1] seconds: the
// lower bound of the bucket that it falls into.
func waited(counts []uint64, bounds []float64) time.Duration {
	var all uint64
	for _, n := range counts {
		all += n
	}
	if all < strainLeast {
		return 0
	}
	above := all / 100
	for i := len(counts) - 1; i >= 0; i-- {
		if counts[i] > above {
			return time.Duration(max(0, math.Max(bounds[i], 0)) * float64(time.Second))
		}
		above -= counts[i]
	}
	return 0
}

// gauge raises and lowers the level by what it is told at each look.
type gauge struct {
	high, low int // looks in a row
}

// next returns the level after a look that found goroutines waiting for so long.
func (g *gauge) next(level int32, waited time.Duration) int32 {
	wants := int32(0)
	switch {
	case waited >= overstrained:
		wants = int32(urgent)
	case waited >= strained:
		wants = int32(ordinary)
	}
	switch {
	case wants > level:
		g.high, g.low = g.high+1, 0
		if g.high >= strainLooks {
			g.high = 0
			return level + 1
		}
	case wants < level:
		g.high, g.low = 0, g.low+1
		if g.low >= strainCalms {
			g.low = 0
			return level - 1
		}
	default:
		g.high, g.low = 0, 0
	}
	return level
}

// shedding says what is shed at each level.
var shedding = [urgencies]string{"nothing", "deferrable calls", "all but urgent calls"}

// keepStrain sets what is shed until ctx ends.
func (s *Server) keepStrain(ctx context.Context) {
	tick := time.NewTicker(strainPause)
	defer tick.Stop()
	look, g := newStrain(), gauge{}
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		was := s.overload.level.Load()
		level := g.next(was, look.look())
		s.overload.level.Store(level)
		if level != was {
			s.Log.Warn("overload: what is shed has changed", "shed", shedding[level], "before", shedding[was])
		}
	}
}
