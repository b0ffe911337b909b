package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat"
)

// sample is what a server took at a moment.
type sample struct {
	at     time.Duration // of the simulated day
	values map[string]float64
}

// limit is how much a measure may rise from the end of the warm-up to the end of the run, by the line that
// fits its hours best: so much, and such a share of its mean. A leak of one goroutine for each call would be
// thousands in a day.
type limit struct {
	name, unit  string
	scale       float64
	more, share float64
	of          func(values map[string]float64) float64
}

func value(metric string) func(map[string]float64) float64 {
	return func(values map[string]float64) float64 { return values[metric] }
}

// outside is memory that Go's runtime does not know of: the program's code and what C allocates.
func outside(values map[string]float64) float64 {
	return values["process_resident_memory_bytes"] - (values["go_memstats_sys_bytes"] - values["go_memstats_heap_released_bytes"])
}

var limits = []limit{
	{"memory", "MiB", 1 << 20, 8, 0.05, value("process_resident_memory_bytes")},
	{"live heap", "MiB", 1 << 20, 8, 0.05, value("go_gc_heap_live_bytes")},
	{"memory outside of Go", "MiB", 1 << 20, 4, 0.05, outside},
	{"goroutines", "", 1, 5, 0.02, value("go_goroutines")},
	{"open files", "", 1, 3, 0.02, value("process_open_fds")},
}

// warmUp is the share of the hours before the caches and pools, and the heap between two collections, are
// as large as they get.
const warmUp = 0.4

// fewest is how many hours that count after the warm-up say anything.
const fewest = 5

// quiet tells whether a moment counts: not in the hour after a road change and in the next. While labels are
// made anew between two thirds and seven sixths of what is live otherwise is, and by how much memory rises and
// falls then is by chance: by when the garbage collector looks. A leak stays.
func quiet(at time.Duration) bool { return at/time.Hour%roadHours >= 2 }

// quietly is what a server took in each simulated hour that counts: the median of its samples.
func quietly(samples []sample, of func(map[string]float64) float64) (hours []float64) {
	var hour []float64
	for i, s := range samples {
		if !quiet(s.at) {
			continue
		}
		hour = append(hour, of(s.values))
		if i+1 == len(samples) || samples[i+1].at/time.Hour > s.at/time.Hour {
			slices.Sort(hour)
			hours, hour = append(hours, hour[len(hour)/2]), hour[:0]
		}
	}
	return hours
}

// trend fits a line to values as if at even distances and returns by how much it rises from the first to the last,
// and the half-width of that rise's 95 % interval, if values stray from the line independently.
func trend(y []float64) (rise, half float64) {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i) / float64(len(y)-1)
	}
	a, b := stat.LinearRegression(x, y, nil, false)
	rest := 0.0
	for i := range x {
		rest += (y[i] - a - b*x[i]) * (y[i] - a - b*x[i])
	}
	n := float64(len(y))
	return b, 2 * math.Sqrt(rest/(n-2)/(stat.Variance(x, nil)*(n-1)))
}

// judge tells whether all measures are flat: the whole interval of their rise is within the limit.
func judge(samples []sample) (table string, flat bool) {
	var b strings.Builder
	flat = true
	fmt.Fprintf(&b, "| after the warm-up | mean | rise over the run | may rise by | |\n|---|---|---|---|---|\n")
	for _, l := range limits {
		y := quietly(samples, l.of)
		y = y[int(math.Ceil(float64(len(y))*warmUp)):]
		if len(y) < fewest {
			return fmt.Sprintf("%d hours after the warm-up: too few to tell; take more\n", len(y)), false
		}
		for i := range y {
			y[i] /= l.scale
		}
		rise, half := trend(y)
		mean := stat.Mean(y, nil)
		most := l.more + l.share*mean
		verdict := "flat"
		if !(rise+half <= most) || mean == 0 {
			verdict, flat = "NOT FLAT", false
		}
		fmt.Fprintf(&b, "| %s | %.1f %s | %+.1f ± %.1f | %.1f | %s |\n", l.name, mean, l.unit, rise, half, most, verdict)
	}
	return b.String(), flat
}

// line says in words what a server takes at a moment.
func (s sample) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:", s.at.Round(time.Second))
	for _, l := range limits {
		fmt.Fprintf(&b, " %s %.1f %s;", l.name, l.of(s.values)/l.scale, l.unit)
	}
	return b.String()
}
