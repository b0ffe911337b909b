package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/route"
)

// TestOpenNetworkRefusesADamagedFile: the built-in network must not step in unasked, and the user is
// told both ways out.
func TestOpenNetworkRefusesADamagedFile(t *testing.T) {
	dir := t.TempDir()
	city := &data.London{Network: &route.Network{Name: "built in"}}
	if n, err := openNetwork(t.Context(), dir, city, nil); err != nil || n != city.Network {
		t.Errorf("without an import: %v, %v; want the built-in network", n, err)
	}
	if err := os.WriteFile(filepath.Join(dir, route.NetworkFile), []byte("no network"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openNetwork(t.Context(), dir, city, nil)
	if err == nil {
		t.Fatal("a damaged file was opened")
	}
	for _, want := range []string{route.NetworkFile, "run nearside import roads again", "or remove the file"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want it to say %q", err, want)
		}
	}
}

// TestImportedProvenance: the lattice's sources are not those of an import.
func TestImportedProvenance(t *testing.T) {
	p := importedProvenance(&route.Network{Name: "greater-london-latest.osm.pbf"})
	if !strings.Contains(p.Source, "greater-london-latest.osm.pbf") || !strings.Contains(p.Source, "OpenStreetMap") || p.Origin == "modelled" || p.Licence == "" {
		t.Errorf("%+v", p)
	}
}
