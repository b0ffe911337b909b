package osm_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/nearside-ems/nearside/geo/road/osm"
)

// FuzzImport checks that no file makes an import panic, hang or ask for absurd memory, and that what
// it takes is a valid network.
func FuzzImport(f *testing.F) {
	whole := square()
	whole.relations = []relation{{1, map[string]string{"type": "restriction", "restriction": "no_right_turn"}, []member{{"from", 1, 102}, {"via", 0, 4}, {"to", 1, 103}}}}
	whole.raw = true // so that the fuzzer gets at the content
	f.Add(whole.write())
	whole.plain = true
	f.Add(whole.write())
	f.Add(square().write())
	f.Add(blob(nil, "OSMHeader", nil, true))
	f.Add([]byte("<!DOCTYPE html>"))
	// A block that claims 31 MiB, a tag whose string is not in the table, members without roles.
	f.Add(append(blob(nil, "OSMHeader", nil, true), 0, 0, 0, 13, 10, 7, 'O', 'S', 'M', 'D', 'a', 't', 'a', 24, 128, 128, 192, 15))
	f.Add(blob(blob(nil, "OSMHeader", nil, true), "OSMData", field(nil, 2, field(nil, 3, field(field(nil, 2, []byte{99}), 3, []byte{98}))), true))
	f.Add(blob(blob(nil, "OSMHeader", nil, true), "OSMData", field(nil, 2, field(nil, 4, field(nil, 9, []byte{2, 2}))), true))
	s := settings(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := osm.Import(context.Background(), bytes.NewReader(file), s)
		if err != nil {
			return
		}
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	})
}
