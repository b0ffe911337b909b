// Package sourcedata finds, for tests, the source data that the shipped data is derived from. It is no
// part of the repository.
package sourcedata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Path returns the path of a file or folder of the source data, named by its path within it. The data
// is in the folder that the environment variable NEARSIDE_SOURCES names, and a test fails where it is
// not there; without the variable it is looked for beside the repository, and the test is skipped where
// it is not there: a user's machine has none.
func Path(tb testing.TB, within ...string) string {
	tb.Helper()
	_, file, _, _ := runtime.Caller(0)
	beside := filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data")
	folder, named := os.LookupEnv("NEARSIDE_SOURCES")
	if !named {
		folder = beside
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
