package export_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkb"

	"github.com/nearside-ems/nearside/export"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/planning"
)

// served is twoSites with a borough that has a hole.
func served() (*planning.Document, []geo.Borough) {
	d := twoSites()
	d.ByBorough = []planning.Area{{Code: "E09000028", Name: "Southwark", Sector: "SEL", CallsPerHour: 0.5,
		Response: planning.Response{MeanSeconds: 900.5, P90Seconds: 1200, Within15: 0.25}}}
	d.All = planning.Area{Name: "London", CallsPerHour: 0.5}
	d.Limits = []string{"Figures are modelled, not observed."}
	square := func(from, to float64) orb.Ring {
		return orb.Ring{{from, 51 + from}, {to, 51 + from}, {to, 51 + to}, {from, 51 + to}, {from, 51 + from}}
	}
	return d, []geo.Borough{{Code: "E09000028", Land: orb.MultiPolygon{{square(0, 0.4), square(0.1, 0.2)}, {square(0.5, 0.6)}}}}
}

func packaged(t *testing.T) string {
	t.Helper()
	d, boroughs := served()
	file, err := export.GeoPackage(context.Background(), d, boroughs, time.Unix(1e9, 0))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.gpkg")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGeoPackageHoldsWhatThePlanSays(t *testing.T) {
	db, err := sql.Open("sqlite", packaged(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id, version int
	if err := db.QueryRow(`SELECT * FROM pragma_application_id, pragma_user_version`).Scan(&id, &version); err != nil || id != 0x47504B47 || version != 10300 {
		t.Errorf("application_id %x, user_version %d, %v", id, version, err)
	}
	var blob []byte
	var place string
	if err := db.QueryRow(`SELECT geom, place FROM sites WHERE role = 'car'`).Scan(&blob, &place); err != nil || place != "Guy's <Hospital>" {
		t.Fatalf("the car: %q, %v", place, err)
	}
	if want := []float64{-0.1, 51.5}; !equal(shape(t, blob).FlatCoords(), want) {
		t.Errorf("the car stands at %v, want %v", shape(t, blob).FlatCoords(), want)
	}
	var mean float64
	if err := db.QueryRow(`SELECT geom, mean_s FROM boroughs`).Scan(&blob, &mean); err != nil || mean != 900.5 {
		t.Fatalf("the borough: %v, %v", mean, err)
	}
	land, ok := shape(t, blob).(*geom.MultiPolygon)
	if !ok || land.NumPolygons() != 2 || land.Polygon(0).NumLinearRings() != 2 || len(land.FlatCoords()) != 2*3*5 {
		t.Errorf("the borough's land: %v", land)
	}
}

// shape reads a GeoPackageBinary by the standard's clause 2.1.3.
func shape(t *testing.T, blob []byte) geom.T {
	t.Helper()
	if len(blob) < 8 || !bytes.Equal(blob[:4], []byte{'G', 'P', 0, 1}) || binary.LittleEndian.Uint32(blob[4:]) != 4326 {
		t.Fatalf("header % x", blob[:min(8, len(blob))])
	}
	g, err := wkb.Unmarshal(blob[8:])
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func equal(a, b []float64) bool { return len(a) == len(b) && a[0] == b[0] && a[1] == b[1] }

// TestGDALOpensTheGeoPackage has another reader look at the file. CI has it.
func TestGDALOpensTheGeoPackage(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("ogrinfo is missing: CI installs gdal-bin")
		}
		t.Skip("ogrinfo is missing; install gdal-bin to run this test")
	}
	out, err := exec.Command(ogrinfo, "-ro", "-al", packaged(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"Layer name: sites", "Feature Count: 2", "POINT (-0.1 51.5)", `ID["EPSG",4326]`,
		"Layer name: boroughs", "mean_s (Real) = 900.5", "Layer name: plan", "limit"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("ogrinfo does not say %q:\n%s", want, out)
		}
	}
	for _, bad := range []string{"Warning", "ERROR"} {
		if strings.Contains(string(out), bad) {
			t.Errorf("ogrinfo has a complaint:\n%s", out)
		}
	}
}

func TestGeoPackageOfAnUnknownBorough(t *testing.T) {
	d, _ := served()
	if _, err := export.GeoPackage(context.Background(), d, nil, time.Time{}); err == nil || !strings.Contains(err.Error(), "E09000028") {
		t.Errorf("got %v, want an error that names the code", err)
	}
}
