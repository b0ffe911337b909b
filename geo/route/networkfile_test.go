package route

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// street is a network of one street, both ways.
func street() *road.Roads {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 2}, Head: []road.Node{1, 0}, Base: []road.Millis{10_000, 10_000}, Metres: []float32{111, 111},
		Class: []road.Class{road.Minor, road.Minor}, Zone: []road.Zone{road.Outer, road.Outer}, Lon: []float32{-0.1, -0.1}, Lat: []float32{51.5, 51.501},
	}
	return &road.Roads{Graph: g, Edges: &road.Edges{Forward: []road.Arc{0}, Backward: []road.Arc{1}, First: []uint32{0, 2}, Lon: g.Lon, Lat: g.Lat}}
}

func TestNetworkSurvivesItsFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenNetwork(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing imported: %v", err)
	}
	if err := SaveNetwork(dir, "street.osm.pbf", street(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	n, err := OpenNetwork(dir)
	if err != nil {
		t.Fatal(err)
	}
	car, ok := n.Snap([2]float64{-0.1, 51.50025})
	call, ok2 := n.Snap([2]float64{-0.1, 51.50075})
	if !ok || !ok2 {
		t.Fatal("places on the street do not snap to it")
	}
	found := NewFinder(NewMetric(n, plainProfile())).Nearest(call, []road.Spot{car}, 1, nil)
	if len(found) != 1 || found[0].Time < 4_950 || found[0].Time > 5_050 {
		t.Errorf("half the street of 10 s: %v", found)
	}
	if n.Edges == nil || n.Edges.Len() != 1 {
		t.Errorf("roads %+v, want one", n.Edges)
	}
	if n.Name != "street.osm.pbf" {
		t.Errorf("name %q", n.Name)
	}
	first := n.Hash
	if err := SaveNetwork(dir, "other.osm.pbf", street(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	if n, err = OpenNetwork(dir); err != nil || n.Hash == first {
		t.Errorf("another network has the same hash, or %v", err)
	}
}

func TestOpenNetworkRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, NetworkFile)
	if err := SaveNetwork(dir, "street", street(), [32]byte{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	broken := street()
	broken.Graph.Head[0] = 9 // well framed, yet nonsense
	if err := SaveNetwork(dir, "broken", broken, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenNetwork(dir); !errors.Is(err, artefact.ErrCorrupt) {
		t.Errorf("a head beyond the nodes: %v", err)
	}
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenNetwork(dir); !errors.Is(err, artefact.ErrUnusable) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(whole), err)
		}
	}
}

func FuzzDecodeNetwork(f *testing.F) {
	var b bytes.Buffer
	b.Write(append(binary.LittleEndian.AppendUint32(nil, 4), "name"...))
	if err := street().Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := decodeNetwork(body)
		if err != nil {
			return
		}
		if s, ok := n.Snap([2]float64{-0.1, 51.5}); ok {
			NewFinder(NewMetric(n, plainProfile())).Nearest(s, []road.Spot{s}, 1, nil)
		}
	})
}
