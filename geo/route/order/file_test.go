package order

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

func TestOrderSurvivesItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	rapid.Check(t, func(t *rapid.T) {
		order := make([]road.Node, rapid.IntRange(0, 9).Draw(t, "nodes"))
		for v := range order {
			order[v] = road.Node(v)
		}
		order = rapid.Permutation(order).Draw(t, "order")
		network := [32]byte{rapid.Byte().Draw(t, "network")}
		if err := Save(path, order, network); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(path, network); err != nil || !slices.Equal(got, order) {
			t.Fatalf("%v, %v; saved %v", got, err, order)
		}
	})
}

func TestLoadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "o")
	refused := func(name string, want error) {
		t.Helper()
		if _, err := Load(path, [32]byte{7}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	put := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save := func(network byte, order ...road.Node) []byte {
		if err := Save(path, order, [32]byte{network}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	refused("missing", fs.ErrNotExist)
	save(8, 1, 0)
	refused("of another network", artefact.ErrStale)
	save(7, 1, 1)
	refused("a node twice", artefact.ErrCorrupt)
	save(7, 1, 2)
	refused("a node too many", artefact.ErrCorrupt)
	whole := save(7, 1, 0)
	for i := range whole { // every byte counts
		b := bytes.Clone(whole)
		b[i] ^= 1
		put(b)
		refused("a byte changed", artefact.ErrUnusable)
	}
	put(whole[:len(whole)-1])
	refused("cut short", artefact.ErrCorrupt)
	put([]byte("PNG"))
	refused("another kind", artefact.ErrForeign)
}

func TestSaveLeavesNothingHalfWritten(t *testing.T) {
	if err := Save(filepath.Join(t.TempDir(), "none", "o"), nil, [32]byte{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// FuzzDecode checks that what is taken is a permutation and written as it was read.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 0, 0, 0, 1, 0, 0, 0})
	f.Add([]byte{255, 255, 255, 255})
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		order, err := decode(b)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := encode(&out, order); err != nil || !bytes.Equal(out.Bytes(), b) {
			t.Errorf("written otherwise than read: %v", err)
		}
		slices.Sort(order)
		for i, v := range order {
			if int(v) != i {
				t.Fatalf("no permutation: %d in place %d of the sorted order", v, i)
			}
		}
	})
}
