package osm_test

import (
	"context"
	"os"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

func speeds(t testing.TB) *road.SpeedTable {
	t.Helper()
	f, err := os.Open("../testdata/speeds.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := road.ReadSpeeds(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// source opens a file of the source data.
func source(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(sourcedata.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func settings(t testing.TB) osm.Settings {
	return osm.Settings{Speeds: speeds(t), Zone: func(orb.Point) road.Zone { return road.Outer }}
}

func TestImportWestLondon(t *testing.T) {
	f := source(t, "roads/west_london_omt2018.osm.pbf")
	s := settings(t)
	var done, total int64
	s.Progress = func(d, n int64) { done, total = d, n }
	res, err := osm.Import(context.Background(), f, s)
	if err != nil {
		t.Fatal(err)
	}
	r := res.Report
	if r.Ways != 261548 {
		t.Errorf("%d ways, PROVENANCE says 261,548", r.Ways)
	}
	if r.Nodes < 170_000 || r.Arcs < 400_000 || r.Nodes != res.Graph.Nodes() || r.Arcs != res.Graph.Arcs() {
		t.Errorf("%d nodes, %d arcs", r.Nodes, r.Arcs)
	}
	if r.Dropped.Nodes*20 > r.Nodes {
		t.Errorf("dropped %d of %d nodes", r.Dropped.Nodes, r.Nodes)
	}
	if done != total || total == 0 {
		t.Errorf("progress ends at %d of %d", done, total)
	}
	if _, size := road.Components(res.Graph.FirstOut, res.Graph.Head, func(road.Arc) bool { return false }); len(size) != 1 {
		t.Errorf("%d strongly connected components, want 1", len(size))
	}
}
