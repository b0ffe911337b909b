package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"nearside": main})
}

// TestScripts runs the command line as a user would, in testdata/script. $DATA is a data directory
// that the scripts share, so that travel times are computed once.
func TestScripts(t *testing.T) {
	kept, err := os.MkdirTemp("", "nearside-scripts-*")
	if err != nil {
		t.Fatal(err)
	}
	// Scripts run in parallel, after this function returns; Cleanup waits for them.
	t.Cleanup(func() { _ = os.RemoveAll(kept) })
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", kept)
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
	})
}
