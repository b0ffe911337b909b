package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/data/build"
)

// TestDataWithoutSources: without the source folder both commands say so and touch nothing.
func TestDataWithoutSources(t *testing.T) {
	out := t.TempDir()
	kept := filepath.Join(out, build.SourcesFile)
	if err := os.WriteFile(kept, []byte("committed"), 0o644); err != nil {
		t.Fatal(err)
	}
	flags := dataFlags{Sources: filepath.Join(out, "nowhere"), Out: out}
	for name, err := range map[string]error{
		"build": (&dataBuildCommand{flags}).Run(),
		"check": (&dataCheckCommand{flags}).Run(),
	} {
		if !errors.Is(err, build.ErrNoSources) || !strings.Contains(err.Error(), flags.Sources) || !strings.Contains(err.Error(), "--sources") {
			t.Errorf("%s: error %v, want ErrNoSources that names the folder and the flag", name, err)
		}
	}
	if b, err := os.ReadFile(kept); err != nil || string(b) != "committed" {
		t.Errorf("the committed data was touched: %q, %v", b, err)
	}
	if entries, _ := os.ReadDir(out); len(entries) != 1 {
		t.Errorf("the folder holds %v", entries)
	}
}
