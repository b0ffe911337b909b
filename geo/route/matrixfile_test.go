package route

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

func TestMatrixSurvivesItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	rapid.Check(t, func(t *rapid.T) {
		m := &Matrix{Sites: rapid.IntRange(0, 5).Draw(t, "sites"), Cells: rapid.IntRange(0, 5).Draw(t, "cells")}
		m.T = make([]road.Millis, m.Sites*m.Cells)
		for i := range m.T {
			m.T[i] = road.Millis(rapid.Uint32Range(0, uint32(road.Unreachable)).Draw(t, "time"))
		}
		inputs := [32]byte{rapid.Byte().Draw(t, "inputs")}
		if err := m.Save(path, inputs); err != nil {
			t.Fatal(err)
		}
		got, err := LoadMatrix(path, inputs)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestLoadMatrixRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	if _, err := LoadMatrix(path, [32]byte{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	m := &Matrix{Sites: 1, Cells: 2, T: []road.Millis{1, 2}}
	if err := m.Save(path, [32]byte{7}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name string, want error) {
		t.Helper()
		if _, err := LoadMatrix(path, [32]byte{7}); !errors.Is(err, want) || !errors.Is(err, artefact.ErrUnusable) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	put := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := LoadMatrix(path, [32]byte{8}); !errors.Is(err, artefact.ErrStale) {
		t.Errorf("other inputs: %v", err)
	}
	for i := range whole { // every byte counts
		b := bytes.Clone(whole)
		b[i] ^= 1
		put(b)
		if _, err := LoadMatrix(path, [32]byte{7}); !errors.Is(err, artefact.ErrUnusable) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	put(whole[:len(whole)-1])
	refused("cut short", artefact.ErrCorrupt)
	put([]byte("PNG"))
	refused("another kind", artefact.ErrForeign)
}

// TestSaveLeavesNothingHalfWritten saves into a folder that does not exist and over a folder.
func TestSaveLeavesNothingHalfWritten(t *testing.T) {
	m, dir := &Matrix{Sites: 1, Cells: 1, T: []road.Millis{1}}, t.TempDir()
	if err := m.Save(filepath.Join(dir, "none", "m"), [32]byte{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "m"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(filepath.Join(dir, "m"), [32]byte{}); err == nil {
		t.Error("a folder was replaced")
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

func FuzzDecodeMatrix(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255})
	f.Add([]byte{0, 0, 0, 0, 9, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeMatrix(b)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := m.encode(&out); err != nil || !bytes.Equal(out.Bytes(), b) {
			t.Errorf("written otherwise than read: %v", err)
		}
	})
}

func TestNewMatrixStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m := grid(20)
	spots := make([]road.Spot, 400)
	for i := range spots {
		spots[i] = atNode(road.Node(i))
	}
	rows := 0
	_, err := NewMatrix(ctx, m, spots, spots, func(done, total int) {
		rows++
		if done == 3 {
			cancel()
		}
		if total != 400 {
			t.Errorf("total %d", total)
		}
	})
	if !errors.Is(err, context.Canceled) || rows > 100 {
		t.Errorf("%v after %d rows", err, rows)
	}
}
