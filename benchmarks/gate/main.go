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

// A benchmark is suspect when its least time in the first round grew by more than suspicion: what else a
// machine does only ever adds to a time. It has regressed when in a second round, by itself, its median time
// grew by more than slowdown and a Mann–Whitney test gives less than alpha.
const (
	suspicion = 0.20
	slowdown  = 0.30
	alpha     = 0.01
)

// Runs of each commit: in the first round enough to find suspects; in the second, which has to confirm them,
// enough for the test where both commits' times are wholly apart, and as many again where they are not.
const (
	firstRound  = 2
	secondRound = 5
	hearings    = 2
)

var errFailed = errors.New("the gate is shut: see above")

func main() {
	var (
		folder  = flag.String("benchmarks", "benchmarks", "folder of the benchmarks package")
		compare = flag.Bool("compare", true, "compare with the commit that this one grew from")
		output  = flag.String("json", "", "write the table to this file, too")
		pattern = flag.String("bench", ".", "run the benchmarks that match")
		skip    = flag.String("skip", "", "but not those that match")
		alone   = flag.String("alone", "", "run the benchmarks that match once, for their ratios, and do not compare them")
	)
	flag.Parse()
	if err := run(*folder, selection{*pattern, *skip}, *alone, *output, *compare); err != nil {
		fmt.Fprintln(os.Stderr, "gate:", err)
		os.Exit(1)
	}
}

func run(folder string, which selection, alone, output string, compare bool) error {
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
	now, before := samples{}, samples{}
	if err := interleave(head, base, which, firstRound, now, before); err != nil {
		return err
	}
	if alone != "" {
		if err := head.measure(selection{run: alone}, now); err != nil {
			return err
		}
	}
	printTable(os.Stdout, now, before)
	if output != "" {
		if err := writeJSON(output, now, before); err != nil {
			return err
		}
	}
	ratios := checkRatios(folder, which.run, now, func(name string) error {
		return interleave(head, nil, selection{run: exactly(name)}, firstRound, now, nil)
	})
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
		slow, err := confirmed(head, base, name)
		if err != nil {
			return err
		}
		failed = failed || slow
	}
	if failed {
		fmt.Println("To accept a slowdown, see Speed in CONTRIBUTING.md.")
		return errFailed
	}
	return nil
}

// confirmed gives a suspect its second hearing and tells whether it has regressed.
func confirmed(head, base *binary, name string) (bool, error) {
	now, before := samples{}, samples{}
	for range hearings {
		if err := interleave(head, base, selection{run: exactly(name)}, secondRound, now, before); err != nil {
			return false, err
		}
		n, b := now[name], before[name]
		switch {
		case len(n) == 0 || len(b) == 0:
			return false, fmt.Errorf("%s did not run a second time", name)
		case !slower(n, b):
			fmt.Printf("  not confirmed: %s, %s → %s\n", name, duration(median(b)), duration(median(n)))
			return false, nil
		case regressed(n, b):
			fmt.Printf("  REGRESSION confirmed: %s, %s → %s\n", name, duration(median(b)), duration(median(n)))
			return true, nil
		}
	}
	fmt.Printf("  not confirmed beyond chance: %s\n", name)
	return false, nil
}
