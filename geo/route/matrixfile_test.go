package route

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// save writes a matrix as it is, whatever the roads say.
func (m *Matrix) save(path string, inputs [32]byte) error {
	return artefact.Write(path, matrixKind, inputs, func(w io.Writer) error {
		_, err := w.Write(encodeMatrix(m))
		return err
	})
}

// encodeMatrix is what docs/format/matrix.md says.
func encodeMatrix(m *Matrix) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(m.Sites))
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Cells))
	for _, t := range m.T {
		b = binary.LittleEndian.AppendUint32(b, uint32(t))
	}
	return b
}

// TestWrittenMatrixIsThatComputed streams matrices both ways, in portions of some rows or less than one.
func TestWrittenMatrixIsThatComputed(t *testing.T) {
	m := grid(12)
	path, inputs := filepath.Join(t.TempDir(), "m"), [32]byte{3}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Map(rapid.IntRange(0, 143), func(v int) road.Spot { return atNode(road.Node(v)) })
		sites, cells := rapid.SliceOfN(at, 0, 40).Draw(t, "sites"), rapid.SliceOfN(at, 0, 20).Draw(t, "cells")
		for _, back := range []bool{false, true} {
			done := 0
			r := newRows(m, sites, cells, back, func(d, _ int) { done = d })
			portion := rapid.IntRange(0, 600).Draw(t, "portion")
			err := artefact.Write(path, matrixKind, inputs, func(w io.Writer) error { return r.stream(context.Background(), w, portion) })
			if err != nil {
				t.Fatal(err)
			}
			got, err := LoadMatrix(path, inputs)
			if err != nil {
				t.Fatal(err)
			}
			want, err := newRows(m, sites, cells, back, nil).matrix(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			one := NewRows(m, cells)
			for i, site := range sites {
				if d := cmp.Diff(want.Row(i), one.From(site)); d != "" && !back {
					t.Fatalf("row %d by itself: %s", i, d)
				}
			}
			if d := cmp.Diff(want, got); d != "" || done != len(sites) && len(cells) > 0 {
				t.Fatalf("%d rows of %d: %s", done, len(sites), d)
			}
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
	if err := m.save(path, [32]byte{7}); err != nil {
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

// TestWriteMatrixLeavesNothingHalfWritten writes into a folder that does not exist, over a folder, and
// until it is cancelled.
func TestWriteMatrixLeavesNothingHalfWritten(t *testing.T) {
	m, dir, spots := grid(20), t.TempDir(), make([]road.Spot, 400)
	for i := range spots {
		spots[i] = atNode(road.Node(i))
	}
	write := func(ctx context.Context, name string, progress func(done, total int)) error {
		return errors.Join(
			WriteMatrix(ctx, filepath.Join(dir, name), [32]byte{}, m, spots, spots, progress),
			WriteMatrixFrom(ctx, filepath.Join(dir, name), [32]byte{}, m, spots, spots, progress))
	}
	if err := write(context.Background(), "none/m", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "m"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := write(context.Background(), "m", nil); err == nil {
		t.Error("a folder was replaced")
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := write(ctx, "cancelled", func(int, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
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
		m, err := decodeMatrix(bytes.NewReader(b), int64(len(b)))
		if err == nil && !bytes.Equal(encodeMatrix(m), b) {
			t.Errorf("read otherwise than it is written: %v", m)
		}
	})
}

func TestMatricesHaveALimit(t *testing.T) {
	m, many, few := grid(2), make([]road.Spot, 1<<15+1), make([]road.Spot, 1<<15)
	_, err := NewMatrix(context.Background(), m, many, few, nil)
	_, back := NewMatrixFrom(context.Background(), m, few, many, nil)
	path := filepath.Join(t.TempDir(), "m")
	written := WriteMatrix(context.Background(), path, [32]byte{}, m, many, few, nil)
	for _, err := range []error{err, back, written, WriteMatrixFrom(context.Background(), path, [32]byte{}, m, few, many, nil)} {
		if err == nil || !strings.Contains(err.Error(), "32769 sites × 32768 cells") {
			t.Errorf("more than the most: %v", err)
		}
	}
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
		rows = done
		if done > 10 {
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
