package osm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nearside-ems/nearside/geo/road/osm"
)

// A server that has moved an extract may answer with a page.
func ExampleImport() {
	file := strings.NewReader("<!DOCTYPE html><title>Moved</title>")
	_, err := osm.Import(context.Background(), file, osm.Settings{})
	fmt.Println(errors.Is(err, osm.ErrNotPBF))
	fmt.Println(err)
	// Output:
	// true
	// import roads: not an OpenStreetMap PBF file (.osm.pbf): block header of 1008813135 bytes at byte 0, want under 65536
}
