package road

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func encoded(t interface{ Fatal(...any) }, r *Roads) []byte {
	var b bytes.Buffer
	if err := r.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// drawValid completes drawRoads to roads that a file may hold.
func drawValid(t *rapid.T) *Roads {
	g, e := drawRoads(t)
	g.Metres = make([]float32, g.Arcs())
	for v := range g.Lon {
		g.Lon[v], g.Lat[v] = -0.1, 51.5
	}
	e.Names = append([]string{""}, rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "names")...)
	for i := range e.Names {
		e.Names[i] = strings.ToValidUTF8(e.Names[i], "")
	}
	e.Name = rapid.SliceOfN(rapid.Uint32Range(0, uint32(len(e.Names)-1)), e.Len(), e.Len()).Draw(t, "name")
	return &Roads{g, e}
}

func TestRoadsSurviveEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawValid(t)
		got, err := DecodeRoads(encoded(t, want))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Edges{})); d != "" {
			t.Fatal(d)
		}
	})
}

// small returns the smallest roads: one street from one node to another.
func small() *Roads {
	return &Roads{
		&Graph{FirstOut: []Arc{0, 1, 1}, Head: []Node{1}, Base: []Millis{1000}, Metres: []float32{100}, Class: []Class{Minor}, Zone: []Zone{Outer}, Lon: []float32{-0.1, -0.1}, Lat: []float32{51.5, 51.501}},
		&Edges{Forward: []Arc{0}, Backward: []Arc{0}, First: []uint32{0, 2}, Lon: []float32{-0.1, -0.1}, Lat: []float32{51.5, 51.501},
			Name: []uint32{1}, Names: []string{"", "Strand"}},
	}
}

func TestDecodeRoadsRefuses(t *testing.T) {
	for name, breaks := range map[string]func(*Roads){
		"head":       func(r *Roads) { r.Graph.Head[0] = 2 },
		"first arcs": func(r *Roads) { r.Graph.FirstOut[1] = 2 },
		"class":      func(r *Roads) { r.Graph.Class[0] = Classes },
		"zone":       func(r *Roads) { r.Graph.Zone[0] = Zones },
		"place":      func(r *Roads) { r.Graph.Lat[0] = 40 },
		"arc":        func(r *Roads) { r.Edges.Backward[0] = 1 },
		"shape":      func(r *Roads) { r.Edges.First[1] = 1 },
		"name":       func(r *Roads) { r.Edges.Name[0] = 2 },
		"first name": func(r *Roads) { r.Edges.Names[0] = "A1" },
		"UTF-8":      func(r *Roads) { r.Edges.Names[1] = "Stra\xffnd" },
	} {
		r := small()
		breaks(r)
		if _, err := DecodeRoads(encoded(t, r)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	whole := encoded(t, small())
	for n := range whole {
		if _, err := DecodeRoads(whole[:n]); err == nil {
			t.Errorf("taken with %d of %d bytes", n, len(whole))
		}
	}
}

// FuzzDecodeRoads checks that what is taken is valid, snaps, and is written as it was read.
func FuzzDecodeRoads(f *testing.F) {
	f.Add(encoded(f, small()))
	f.Add(encoded(f, &Roads{&Graph{FirstOut: []Arc{0}}, &Edges{First: []uint32{0}}}))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeRoads(b)
		if err != nil {
			return
		}
		if !bytes.Equal(encoded(t, r), b) {
			t.Error("written otherwise than read")
		}
		if s, err := NewEdgeSnapper(r.Graph, r.Edges, 200); err == nil {
			s.Snap([2]float64{-0.1, 51.5})
		}
	})
}
