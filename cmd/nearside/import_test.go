package main

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// west is the extract of London west of the meridian.
func west(t *testing.T) string {
	t.Helper()
	return sourcedata.Path(t, "roads", "west_london_omt2018.osm.pbf")
}

func runImport(c *importRoadsCommand) (string, error) {
	var out strings.Builder
	b := newBars(io.Discard)
	defer b.close()
	err := c.run(context.Background(), &out, b)
	return out.String(), err
}

// TestImportFromURL takes the whole way: a download that breaks off, the import, the report, the
// network opened again.
func TestImportFromURL(t *testing.T) {
	extract, err := os.ReadFile(west(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &publisher{content: extract, tag: `"a"`, breaks: 1}
	server := httptest.NewServer(p)
	defer server.Close()
	c := &importRoadsCommand{From: server.URL + "/west.osm.pbf", DataDir: filepath.Join(t.TempDir(), "new")}
	out, err := runImport(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{osmLicence, "Downloaded west.osm.pbf", "Network: ", "Dropped", "Turn restrictions: 0 read", "Coverage: 69.", "WARNING: a part of London is missing"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if left := files(t, c.DataDir); !slices.Equal(left, []string{route.NetworkFile, route.OrderFile}) {
		t.Errorf("data directory holds %v", left)
	}
	n, err := route.OpenNetwork(c.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	if n.Name != "west.osm.pbf" || n.Graph.Nodes() < 170_000 {
		t.Errorf("network %q of %d nodes", n.Name, n.Graph.Nodes())
	}
	if spot, ok := n.Snap([2]float64{-0.1276, 51.5073}); !ok || spot.Metres > 50 {
		t.Errorf("Charing Cross is %g m from a road, %v", spot.Metres, ok)
	}
}

// TestImportKeepsTheNetworkBefore: a file that is refused, or damaged on the way, changes nothing.
func TestImportKeepsTheNetworkBefore(t *testing.T) {
	dir := t.TempDir()
	before := filepath.Join(dir, route.NetworkFile)
	if err := os.WriteFile(before, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(t.TempDir(), "page.osm.pbf")
	if err := os.WriteFile(page, []byte("<html>Not found</html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&publisher{content: []byte("<html>Moved</html>"), tag: `"a"`})
	defer server.Close()
	for _, c := range []*importRoadsCommand{
		{File: page, DataDir: dir},
		{From: server.URL + "/a.osm.pbf", DataDir: dir},
	} {
		if _, err := runImport(c); !errors.Is(err, osm.ErrNotPBF) {
			t.Errorf("%s%s: %v, want ErrNotPBF", c.File, c.From, err)
		}
	}
	if _, err := runImport(&importRoadsCommand{File: filepath.Join(dir, "none"), DataDir: dir}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if b, err := os.ReadFile(before); err != nil || string(b) != "before" {
		t.Errorf("the network before: %q, %v", b, err)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

func TestImportDataDirUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := runImport(&importRoadsCommand{File: "x", DataDir: filepath.Join(file, "below")}); err == nil || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("a data directory below a file: %v", err)
	}
}

func TestImportArguments(t *testing.T) {
	sum := strings.Repeat("0", 64)
	for _, c := range []struct {
		command importRoadsCommand
		want    string
	}{
		{importRoadsCommand{}, "either a file or --from"},
		{importRoadsCommand{File: "a", From: "b"}, "either a file or --from"},
		{importRoadsCommand{From: "b", SHA256: "abc"}, "--sha256 abc"},
		{importRoadsCommand{File: "a", SHA256: sum}, "only for a download"},
	} {
		if err := c.command.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.command, err, c.want)
		}
	}
	good := importRoadsCommand{From: "b", SHA256: sum}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}
