package main

import (
	"context"
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

// TestServiceStartsOnTheLattice: a service starts where the imported network is damaged, and says so; it
// does not where it was told to stop.
func TestServiceStartsOnTheLattice(t *testing.T) {
	dir := t.TempDir()
	city := &data.London{Network: &route.Network{Name: "built in"}}
	if n, fault, err := serviceNetwork(t.Context(), dir, city, nil); err != nil || n != city.Network || fault != "" {
		t.Errorf("without an import: %v, %q, %v", n, fault, err)
	}
	if err := os.WriteFile(filepath.Join(dir, route.NetworkFile), []byte("no network"), 0o600); err != nil {
		t.Fatal(err)
	}
	var told error
	n, fault, err := serviceNetwork(t.Context(), dir, city, func(err error) { told = err })
	if err != nil || n != city.Network || !strings.Contains(fault, "lattice stands in") || strings.Contains(fault, dir) {
		t.Errorf("damaged: %v, %q, %v", n, fault, err)
	}
	if told == nil || !strings.Contains(told.Error(), route.NetworkFile) || !strings.Contains(told.Error(), "run nearside import roads again") {
		t.Errorf("the operator is told %v", told)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := serviceNetwork(stopped, dir, city, nil); err == nil {
		t.Error("started although it was told to stop")
	}
}

// TestImportedProvenance: the lattice's sources are not those of an import.
func TestImportedProvenance(t *testing.T) {
	p := importedProvenance(&route.Network{Name: "greater-london-latest.osm.pbf"})
	if !strings.Contains(p.Source, "greater-london-latest.osm.pbf") || !strings.Contains(p.Source, "OpenStreetMap") || p.Origin == "modelled" || p.Licence == "" {
		t.Errorf("%+v", p)
	}
}
