package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadTakesEachRunOfABenchmark(t *testing.T) {
	s := samples{}
	out := "goos: linux\nBenchmarkGrid/at-2   \t 1\t 4000000000 ns/op\t 0 B/op\nBenchmarkPlan-2\t 1\t 2000000000 ns/op\nPASS\n"
	for range 2 {
		if err := s.read([]byte(out)); err != nil {
			t.Fatal(err)
		}
	}
	want := samples{"Grid/at": {4, 4}, "Plan": {2, 2}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
}

func TestRegressionsNeedSizeAndSignificance(t *testing.T) {
	steady := []float64{1.00, 1.01, 0.99, 1.02, 0.98, 1.00}
	for _, c := range []struct {
		name string
		now  []float64
		want bool
	}{
		{"the same", steady, false},
		{"a fifth slower", []float64{1.2, 1.21, 1.19, 1.22, 1.18, 1.2}, false},
		{"half slower", []float64{1.5, 1.51, 1.49, 1.52, 1.48, 1.5}, true},
		{"slower at the median, but noise", []float64{0.9, 0.97, 1.6, 1.7, 0.95, 1.8}, false},
		{"half slower in five runs", []float64{1.5, 1.51, 1.49, 1.52, 1.48}, true},
		{"half slower in two runs, which is too few", []float64{1.5, 1.51}, false},
		{"faster", []float64{0.5, 0.51, 0.49, 0.52, 0.48, 0.5}, false},
	} {
		if got := regressed(c.now, steady); got != c.want {
			t.Errorf("%s: regressed = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSuspectsAreSlowAtTheirBest(t *testing.T) {
	before := samples{"same": {1, 1.1}, "disturbed": {1, 1}, "slow": {1, 2}}
	now := samples{"same": {1.1, 1.2}, "disturbed": {3, 1.1}, "slow": {1.3, 1.35}, "new": {9, 9}}
	if diff := cmp.Diff([]string{"slow"}, suspects(now, before)); diff != "" {
		t.Error(diff)
	}
}

func TestRatios(t *testing.T) {
	now := samples{"fast": {1}, "slow": {10}}
	for _, c := range []struct {
		name, rows string
		ok         bool
	}{
		{"within", "fast,slow,0.2,why\n", true},
		{"out of bounds", "fast,slow,0.05,why\n", false},
		{"renamed benchmark", "gone,slow,0.2,why\n", false},
		{"not a number", "fast,slow,x,why\n", false},
		{"a column short", "fast,slow,1\n", false},
	} {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "ratios.csv"), "benchmark,reference,most,why\n"+c.rows)
		if err := checkRatios(folder, ".", now, func(string) error { return nil }); (err == nil) != c.ok {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

// TestRatioIsHeardTwice: a disturbed run of one does not shut the gate.
func TestRatioIsHeardTwice(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "ratios.csv"), "benchmark,reference,most,why\nfast,slow,0.2,why\n")
	now := samples{"fast": {9}, "slow": {10}}
	var asked []string
	err := checkRatios(folder, ".", now, func(name string) error {
		asked = append(asked, name)
		now[name] = append(now[name], map[string][]float64{"fast": {1, 1}, "slow": {10, 10}}[name]...)
		return nil
	})
	if diff := cmp.Diff([]string{"fast", "slow"}, asked); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestAcceptedCountsForItsBaseOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accepted.csv")
	write(t, file, "benchmark,base,reason\nPlan,0123456789ab,exact bound\nGrid,ffffffffffff,old\nNear,01,too short\n")
	got, err := readAccepted(file, "0123456789abcdef0123456789abcdef01234567")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"Plan": "exact bound"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestExactlyMatchesOneBenchmark(t *testing.T) {
	if got, want := exactly("Plan/6 cars"), `^BenchmarkPlan$/^6 cars$`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
