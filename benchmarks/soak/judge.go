package main

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// limit is how much a metric may rise from the end of the warm-up to the end of the run, by the line that
// fits it best: so much, and such a share of its mean. A leak of one goroutine for each call given a car
// would be 1,000 in a day; memory breathes with the garbage collector.
type limit struct {
	metric, name, unit string
	scale              float64
	more, share        float64
}

var limits = []limit{
	{"process_resident_memory_bytes", "memory", "MiB", 1 << 20, 8, 0.05},
	{"go_gc_heap_live_bytes", "live heap", "MiB", 1 << 20, 8, 0.05},
	{"go_goroutines", "goroutines", "", 1, 5, 0.02},
	{"process_open_fds", "open files", "", 1, 3, 0.02},
}

// warmUp is the share of the samples before the caches and pools are as large as they get.
const warmUp = 0.4

// fewest is how many samples after the warm-up say anything.
const fewest = 5

// judge fits a line to each metric and tells whether all are flat.
func judge(samples []sample) (table string, flat bool) {
	samples = samples[int(float64(len(samples))*warmUp):]
	if len(samples) < fewest {
		return fmt.Sprintf("%d samples after the warm-up: too few to tell; take more hours, or look more often\n", len(samples)), false
	}
	var b strings.Builder
	flat = true
	fmt.Fprintf(&b, "| after the warm-up | mean | rise over the run | may rise by | |\n|---|---|---|---|---|\n")
	for _, l := range limits {
		x, y := make([]float64, len(samples)), make([]float64, len(samples))
		for i, s := range samples {
			x[i], y[i] = s.at.Sub(samples[0].at).Seconds(), s.values[l.metric]/l.scale
		}
		_, slope := stat.LinearRegression(x, y, nil, false)
		mean, rise := stat.Mean(y, nil), slope*x[len(x)-1]
		most := l.more + l.share*mean
		verdict := "flat"
		if !(rise <= most) || mean == 0 {
			verdict, flat = "NOT FLAT", false
		}
		fmt.Fprintf(&b, "| %s | %.1f %s | %+.1f | %.1f | %s |\n", l.name, mean, l.unit, rise, most, verdict)
	}
	return b.String(), flat
}
