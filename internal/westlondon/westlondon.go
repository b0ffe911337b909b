// Package westlondon imports, for tests and benchmarks, the real roads in the source data: London west
// of the Greenwich meridian.
package westlondon

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// Roads imports the roads, all as outer London's, and returns the speeds that their times come from: a
// table that tests share, or the one given. Without the source data the test is skipped.
func Roads(tb testing.TB, given *road.SpeedTable) (*road.Roads, *road.SpeedTable) {
	tb.Helper()
	f, err := os.Open(sourcedata.Path(tb, "roads", "west_london_omt2018.osm.pbf"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if given == nil {
		given = testSpeeds(tb)
	}
	r, err := osm.Import(context.Background(), f, osm.Settings{Speeds: given, Zone: func(orb.Point) road.Zone { return road.Outer }})
	if err != nil {
		tb.Fatal(err)
	}
	return &r.Roads, given
}

func testSpeeds(tb testing.TB) *road.SpeedTable {
	tb.Helper()
	f, err := os.Open(filepath.Join(sourcedata.Repository(tb), "geo", "road", "testdata", "speeds.json"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	table, err := road.ReadSpeeds(f)
	if err != nil {
		tb.Fatal(err)
	}
	return table
}
