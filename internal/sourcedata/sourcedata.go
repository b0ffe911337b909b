// Package sourcedata finds, for tests, the source data that the shipped data is derived from. It is no
// part of the repository.
package sourcedata

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a file or folder of the source data, named by its path within it. The data
// is in the folder that the environment variable NEARSIDE_SOURCES names, and a test fails where it is
// not there; without the variable it is looked for beside the repository, and the test is skipped where
// it is not there: a user's machine has none.
func Path(tb testing.TB, within ...string) string {
	tb.Helper()
	folder, named := os.LookupEnv("NEARSIDE_SOURCES")
	if !named {
		folder = filepath.Join(Repository(tb), "..", "shared", "data")
	}
	path := filepath.Join(append([]string{folder}, within...)...)
	if _, err := os.Stat(path); err != nil {
		if named {
			tb.Fatalf("NEARSIDE_SOURCES: %v", err)
		}
		tb.Skipf("needs the source data, which is not here (NEARSIDE_SOURCES names its folder): %v", err)
	}
	return path
}

// Repository returns the root of the repository: the nearest folder above the test's that holds go.mod. A
// test runs in its package's folder; where its source file was, the compiler does not tell (-trimpath).
func Repository(tb testing.TB) string {
	tb.Helper()
	here, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			tb.Fatalf("no go.mod in or above %s: run the test in its package's folder", here)
		}
	}
}
