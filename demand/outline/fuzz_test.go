package outline

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func FuzzRead(f *testing.F) {
	f.Add(three, 0)
	f.Add(three, 5)
	f.Add(polygon("[-79.5,43.6],[-79.4,43.71],[-79.4,43.6],[-79.5,43.7],[-79.5,43.6]"), 0)
	f.Add(polygon("[-79.5,43.6],[-79.4],[null,43.6],[-79.5,43.7],[-79.5,43.6]"), 0)
	f.Add(`{"type":"FeatureCollection","features":[null]}`, 0)
	f.Fuzz(func(t *testing.T, text string, res int) {
		o, err := Read(strings.NewReader(text), Settings{Name: "x", Zone: "UTC", Resolution: min(res, 5)})
		if err != nil {
			return
		}
		if _, err := o.City(); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := o.Encode(&b); err != nil {
			t.Fatal(err)
		}
		again, err := Decode(&b)
		if err != nil || again.Hash() != o.Hash() {
			t.Fatalf("does not come back: %v", err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []Settings{toronto, {Name: "x", Zone: "UTC", Resolution: 6}} {
		o, err := Read(strings.NewReader(three), s)
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := o.Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := Decode(bytes.NewReader(text))
		if err != nil {
			return
		}
		if !json.Valid(text) || o.Len() == 0 {
			t.Fatal("taken")
		}
		o.At(orb.Point{-79.35, 43.65})
		o.Named("x")
	})
}
