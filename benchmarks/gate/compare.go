package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchmath"
)

// suspects names the benchmarks of both commits whose least time grew by more than suspicion.
func suspects(now, before samples) []string {
	var slower []string
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if len(before[name]) > 0 && slices.Min(now[name]) > (1+suspicion)*slices.Min(before[name]) {
			slower = append(slower, name)
		}
	}
	return slower
}

// slower tells whether the median grew by more than the gate allows.
func slower(now, before []float64) bool { return median(now) > (1+slowdown)*median(before) }

// regressed tells whether a suspect is slower beyond chance, too.
func regressed(now, before []float64) bool {
	n := benchmath.NewSample(slices.Clone(now), &benchmath.DefaultThresholds)
	b := benchmath.NewSample(slices.Clone(before), &benchmath.DefaultThresholds)
	return slower(now, before) && benchmath.AssumeNothing.Compare(b, n).P < alpha
}

// readAccepted reads benchmark,base commit,reason lines and returns those for this base. A missing
// file accepts nothing.
func readAccepted(file, commit string) (map[string]string, error) {
	rows, err := readCSV(file, 3)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	accepted := map[string]string{}
	for _, row := range rows {
		if len(row[1]) >= 12 && strings.HasPrefix(commit, row[1]) {
			accepted[row[0]] = row[2]
		}
	}
	return accepted, err
}

// checkRatios bounds one benchmark's median by a multiple of another's in the same run. Each row of
// ratios.csv is benchmark,reference,most,why. Rows outside the pattern are passed over; a row that
// names a benchmark that did not run is an error, so that a renamed one is noticed; but where none of
// those on the west network ran, for want of the source folder, their rows are passed over. A ratio out of
// bounds is judged once more, after again has added to the times of the benchmark that it names.
func checkRatios(folder, pattern string, now samples, again func(name string) error) error {
	rows, err := readCSV(folder+"/ratios.csv", 4)
	if err != nil {
		return err
	}
	chosen, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	failed := false
	fmt.Println()
	for i, row := range rows {
		name, reference, why := row[0], row[1], row[3]
		if !chosen.MatchString(name) || !chosen.MatchString(reference) {
			continue
		}
		if strings.HasPrefix(name, west) && !now.any(west) {
			fmt.Printf("not run   %s: no source folder\n", name)
			continue
		}
		most, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			return fmt.Errorf("ratios.csv row %d: %q is not a number", i+1, row[2])
		}
		for _, n := range []string{name, reference} {
			if len(now[n]) == 0 {
				return fmt.Errorf("ratios.csv row %d: no benchmark %q ran", i+1, n)
			}
		}
		ratio, verdict := median(now[name])/median(now[reference]), "ok"
		if ratio > most {
			if err := errors.Join(again(name), again(reference)); err != nil {
				return err
			}
			ratio = median(now[name]) / median(now[reference])
		}
		if ratio > most {
			verdict, failed = "TOO SLOW", true
		}
		fmt.Printf("%-8s  %.4g × %s (at most %g): %s: %s\n", verdict, ratio, reference, most, name, why)
	}
	if failed {
		return errFailed
	}
	return nil
}

// west begins the names of benchmarks on the west network, which is in the source folder only.
const west = "West"

// any tells whether a benchmark ran whose name begins so.
func (s samples) any(prefix string) bool {
	for name := range s {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// readCSV reads the rows below the header of a file of so many columns.
func readCSV(file string, columns int) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.Comment = columns, '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no header", file)
	}
	return rows[1:], nil
}
