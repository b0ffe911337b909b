package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"
)

// row is one benchmark in the table and in the JSON file. Times are medians, in seconds.
type row struct {
	Name   string    `json:"name"`
	Median float64   `json:"median_s"`
	Base   float64   `json:"base_median_s,omitempty"`
	Runs   []float64 `json:"runs_s"`
}

func rows(now, before samples) []row {
	var all []row
	for _, name := range slices.Sorted(maps.Keys(now)) {
		r := row{Name: name, Median: median(now[name]), Runs: now[name]}
		if len(before[name]) > 0 {
			r.Base = median(before[name])
		}
		all = append(all, r)
	}
	return all
}

func printTable(w io.Writer, now, before samples) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "median\tbase\tratio\tbenchmark")
	for _, r := range rows(now, before) {
		base, ratio := "–", "–"
		if r.Base > 0 {
			base, ratio = duration(r.Base), fmt.Sprintf("%.2f", r.Median/r.Base)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", duration(r.Median), base, ratio, r.Name)
	}
	_ = t.Flush() // the writer below is a terminal or a pipe: nothing to do about it
}

func writeJSON(file string, now, before samples) error {
	text, err := json.MarshalIndent(rows(now, before), "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// duration prints seconds with three figures and a fitting unit.
func duration(seconds float64) string {
	switch {
	case seconds >= 1:
		return fmt.Sprintf("%.3g s", seconds)
	case seconds >= 1e-3:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	case seconds >= 1e-6:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	default:
		return fmt.Sprintf("%.3g ns", float64(time.Duration(1e9))*seconds)
	}
}
