package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// samples holds the seconds per operation of each benchmark, one for each run.
type samples map[string][]float64

// selection is which benchmarks run: those that match the one pattern and not the other, "" for none.
type selection struct{ run, skip string }

// interleave runs the two commits in turn, so that a machine that slows down slows down both, and adds their
// times to now and before. base may be nil.
func interleave(head, base *binary, which selection, rounds int, now, before samples) error {
	for i := range rounds {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, rounds)
		if base != nil {
			if err := base.measure(which, before); err != nil {
				return err
			}
		}
		if err := head.measure(which, now); err != nil {
			return err
		}
	}
	return nil
}

// measure runs the benchmarks once and adds their times to s.
func (b *binary) measure(which selection, s samples) error {
	cmd := exec.Command(b.file, "-test.run", "^$", "-test.bench", which.run, "-test.skip", which.skip, "-test.benchtime", "100ms", "-test.timeout", "5m")
	cmd.Dir = b.folder
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("run the benchmarks in %s: %w\n%s", b.folder, err, out)
	}
	return s.read(out)
}

// read adds the times in a benchmark's output.
func (s samples) read(out []byte) error {
	r := benchfmt.NewReader(bytes.NewReader(out), "benchmarks")
	for r.Scan() {
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		if seconds, ok := result.Value("sec/op"); ok {
			name := processors.ReplaceAllString(string(result.Name.Full()), "")
			s[name] = append(s[name], seconds)
		}
	}
	return r.Err()
}

// processors is the suffix by which the testing package tells the number of processors.
var processors = regexp.MustCompile(`-\d+$`)

// exactly returns the pattern that runs one benchmark and no other. Names in results lack the prefix
// that patterns are matched with.
func exactly(name string) string {
	parts := strings.Split("Benchmark"+name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

func median(v []float64) float64 {
	return benchmath.AssumeNothing.Summary(benchmath.NewSample(v, &benchmath.DefaultThresholds), 0.95).Center
}
