// Command gate runs the benchmarks, prints a table, writes it as JSON, and fails where a ratio within
// the run is out of bounds or this commit is slower than the one that it grew from.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// A benchmark regresses when its median time grows by more than slowdown in two rounds, since CI's
// machines are noisy, and a Mann–Whitney test of the second gives less than alpha.
const (
	slowdown = 0.30
	alpha    = 0.01
)

// Runs of each commit: in the first round enough to find suspects, in the second, which has to confirm
// them, enough for the test.
const (
	firstRound  = 3
	secondRound = 10
)

var errFailed = errors.New("the gate is shut: see above")

func main() {
	var (
		folder  = flag.String("benchmarks", "benchmarks", "folder of the benchmarks package")
		compare = flag.Bool("compare", true, "compare with the commit that this one grew from")
		output  = flag.String("json", "", "write the table to this file, too")
		pattern = flag.String("bench", ".", "run the benchmarks that match")
		skip    = flag.String("skip", "", "but not those that match")
	)
	flag.Parse()
	if err := run(*folder, selection{*pattern, *skip}, *output, *compare); err != nil {
		fmt.Fprintln(os.Stderr, "gate:", err)
		os.Exit(1)
	}
}

func run(folder string, which selection, output string, compare bool) error {
	work, err := os.MkdirTemp("", "nearside-gate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	head, err := build(folder, filepath.Join(work, "head.test"))
	if err != nil {
		return err
	}
	var base *binary
	if compare {
		if base, err = buildBase(folder, work); err != nil {
			return err
		}
	}
	now, before, err := interleave(head, base, which, firstRound)
	if err != nil {
		return err
	}
	printTable(os.Stdout, now, before)
	if output != "" {
		if err := writeJSON(output, now, before); err != nil {
			return err
		}
	}
	ratios := checkRatios(folder, which.run, now)
	if base == nil {
		return ratios
	}
	return errors.Join(ratios, checkRegressions(folder, head, base, now, before))
}

// checkRegressions gives each suspect of the first round a second hearing, longer and by itself.
func checkRegressions(folder string, head, base *binary, now, before samples) error {
	accepted, err := readAccepted(filepath.Join(folder, "accepted.csv"), base.commit)
	if err != nil {
		return err
	}
	failed := false
	for _, name := range suspects(now, before) {
		if reason, ok := accepted[name]; ok {
			fmt.Printf("slower, accepted: %s (%s)\n", name, reason)
			continue
		}
		fmt.Printf("slower in the first round: %s; running it again\n", name)
		again, then, err := interleave(head, base, selection{run: exactly(name)}, secondRound)
		if err != nil {
			return err
		}
		if len(again[name]) == 0 || len(then[name]) == 0 {
			return fmt.Errorf("%s did not run a second time", name)
		}
		if !regressed(again[name], then[name]) {
			fmt.Printf("  not confirmed: %s\n", name)
			continue
		}
		fmt.Printf("  REGRESSION confirmed: %s, %s → %s\n", name, duration(median(then[name])), duration(median(again[name])))
		failed = true
	}
	if failed {
		fmt.Println("To accept a slowdown, see Speed in CONTRIBUTING.md.")
		return errFailed
	}
	return nil
}
