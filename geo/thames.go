package geo

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// Thames is the river in London. It is in no borough as far as the tide goes.
type Thames struct {
	Tidal orb.Polygon    // between its banks from Teddington to Crayford Ness, with Bow Creek and Barking Creek
	Upper orb.LineString // the middle of the river above Teddington, downstream end first
}

// ReadThames reads the river from GeoJSON, as docs/format/boroughs.md describes it.
func ReadThames(r io.Reader) (*Thames, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("thames: %w", err)
	}
	var collection geojson.FeatureCollection
	if err := json.Unmarshal(raw, &collection); err != nil {
		return nil, fmt.Errorf("thames: not a GeoJSON feature collection: %w", err)
	}
	t := &Thames{}
	for i, f := range collection.Features {
		if f == nil {
			return nil, fmt.Errorf("thames: feature %d is null", i)
		}
		var ok bool
		kind := f.Properties["kind"]
		switch kind {
		case "tidal":
			t.Tidal, ok = f.Geometry.(orb.Polygon)
			ok = ok && CheckLand(orb.MultiPolygon{t.Tidal}) == nil
		case "upper":
			t.Upper, ok = f.Geometry.(orb.LineString)
			ok = ok && len(t.Upper) >= 2
		}
		if !ok {
			return nil, fmt.Errorf("thames: feature %d: want a tidal Polygon or an upper LineString in London, not kind %v", i, kind)
		}
	}
	if t.Tidal == nil || t.Upper == nil {
		return nil, fmt.Errorf("thames: want a feature of kind tidal and one of kind upper")
	}
	return t, nil
}
