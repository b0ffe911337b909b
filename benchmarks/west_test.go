package benchmarks

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

// west returns the road network of London west of the Greenwich meridian, imported once a process from
// the source folder, and London's speeds; without the folder it skips.
func west(tb testing.TB) (*route.Network, *road.SpeedTable) {
	tb.Helper()
	file := sourcedata.Path(tb, "roads", "west_london_omt2018.osm.pbf")
	imported.Do(func() { imported.network, imported.speeds, imported.err = importWest(file) })
	if imported.err != nil {
		tb.Fatal(imported.err)
	}
	return imported.network, imported.speeds
}

var imported struct {
	sync.Once
	network *route.Network
	speeds  *road.SpeedTable
	err     error
}

func importWest(file string) (*route.Network, *road.SpeedTable, error) {
	city, err := data.Load()
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	r, err := osm.Import(context.Background(), f, osm.Settings{Speeds: city.Speeds, Zone: road.ZoneOf(city.Boroughs)})
	if err != nil {
		return nil, nil, err
	}
	snapper, err := road.NewEdgeSnapper(r.Graph, r.Edges, route.SnapMetres)
	if err != nil {
		return nil, nil, err
	}
	return &route.Network{Name: "west", Graph: r.Graph, Snapper: snapper, Edges: r.Edges}, city.Speeds, nil
}
