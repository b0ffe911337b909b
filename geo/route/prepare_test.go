package route

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// unprepared returns the network of a grid anew.
func unprepared(n int) *Network {
	return &Network{Name: "grid", Graph: grid(n).Network.Graph, Hash: [32]byte{1}}
}

func TestPrepareKeepsTheOrder(t *testing.T) {
	dir, placed := t.TempDir(), 0
	fail := func(err error) { t.Errorf("warned: %v", err) }
	first, second := unprepared(10), unprepared(10)
	if err := first.Prepare(t.Context(), Preparation{DataDir: dir, Warn: fail, Progress: func(done, total int) { placed = done + total }}); err != nil {
		t.Fatal(err)
	}
	if placed != 200 {
		t.Errorf("progress ended at %d, want 100 of 100", placed)
	}
	again := func(int, int) { t.Error("the order was found again") }
	if err := second.Prepare(t.Context(), Preparation{DataDir: dir, Warn: fail, Progress: again}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first.Hierarchy().Node, second.Hierarchy().Node) {
		t.Error("another hierarchy after a start with the order that was kept")
	}
}

// TestPrepareRefusesOrdersThatDoNotFit: whatever lies in the order's place, the network works, the
// user hears why it was not taken, and the next start finds a good one.
func TestPrepareRefusesOrdersThatDoNotFit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, OrderFile)
	if err := unprepared(10).Prepare(t.Context(), Preparation{DataDir: dir}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	other := unprepared(10)
	other.Hash = [32]byte{2}
	for name, c := range map[string]struct {
		n    *Network
		file []byte
		want error
	}{
		"damaged":               {unprepared(10), damaged, artefact.ErrCorrupt},
		"of another network":    {other, whole, artefact.ErrStale},
		"with too few nodes":    {unprepared(11), whole, artefact.ErrCorrupt},
		"of another kind":       {unprepared(10), []byte("%PDF-1.7"), artefact.ErrForeign},
		"that is an empty file": {unprepared(10), nil, artefact.ErrForeign},
	} {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		var warned []error
		p := Preparation{DataDir: dir, Warn: func(err error) { warned = append(warned, err) }}
		if err := c.n.Prepare(t.Context(), p); err != nil || len(warned) != 1 || !errors.Is(warned[0], c.want) {
			t.Errorf("an order %s: %v, warned %v", name, err, warned)
		}
		if _, err := c.n.kept(path); err != nil {
			t.Errorf("after an order %s: %v", name, err)
		}
	}
}

func TestPrepareWithoutAPlaceForTheOrder(t *testing.T) {
	var warned error
	n := unprepared(5)
	err := n.Prepare(t.Context(), Preparation{DataDir: filepath.Join(t.TempDir(), "none"), Warn: func(err error) { warned = err }})
	if err != nil || warned == nil || n.Hierarchy().Nodes() != 25 {
		t.Errorf("%v, warned %v", err, warned)
	}
}

func TestPrepareStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := unprepared(30)
	if err := n.Prepare(ctx, Preparation{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if n.Hierarchy().Nodes() != 900 {
		t.Error("no hierarchy after a preparation that was stopped")
	}
}

func TestPrepareRefusesAGivenOrderThatIsNone(t *testing.T) {
	n := unprepared(3)
	n.Order = []road.Node{0, 0, 1}
	if err := n.Prepare(t.Context(), Preparation{}); err == nil {
		t.Error("taken")
	}
}

// TestHierarchyIsMadeOnce: metrics that are made at one time share it.
func TestHierarchyIsMadeOnce(t *testing.T) {
	n := unprepared(10)
	var made [8]*Metric
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() { made[i] = NewMetric(n, plainProfile()) })
	}
	all.Wait()
	for _, m := range made {
		if m.Ways.H != n.Hierarchy() {
			t.Fatal("two hierarchies of one network")
		}
	}
}
