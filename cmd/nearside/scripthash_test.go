package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/outline"
	"github.com/rogpeppe/go-internal/testscript"
)

// hashed NAME DIR sets a variable to the hash of what a data directory keeps of calls.
func hashed(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], hashKept(ts, args[1]))
}

// unchanged HASH DIR fails where a data directory keeps something else than when hashed was called.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	if got := hashKept(ts, args[1]); (got != args[0]) != neg {
		ts.Fatalf("what %s keeps has hash %s; it was %s", args[1], got, args[0])
	}
}

// hashKept returns a hash of the calls and the city of a data directory, "none" where it has neither.
func hashKept(ts *testscript.TestScript, dir string) string {
	h := sha256.New()
	found := false
	for _, name := range []string{calls.File, outline.File} {
		b, err := os.ReadFile(filepath.Join(ts.MkAbs(dir), name))
		if os.IsNotExist(err) {
			continue
		}
		ts.Check(err)
		found = true
		_, _ = fmt.Fprintf(h, "%s %d\n%s", name, len(b), b) // a hash takes everything
	}
	if !found {
		return "none"
	}
	return hex.EncodeToString(h.Sum(nil))
}
