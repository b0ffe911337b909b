package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// readArea reads the one polygon of a GeoJSON file: a geometry, a feature, or a collection of one.
func readArea(path string) (*pb.Area, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--area: %w", err)
	}
	shape, err := parseShape(text)
	if err != nil {
		return nil, fmt.Errorf("--area %s: %w", path, err)
	}
	polygon, ok := shape.(orb.Polygon)
	if several, isMulti := shape.(orb.MultiPolygon); isMulti && len(several) == 1 {
		polygon, ok = several[0], true
	}
	if !ok || len(polygon) != 1 || len(polygon[0]) < 4 {
		return nil, fmt.Errorf("--area %s: want one polygon without holes", path)
	}
	ring := polygon[0]
	out := &pb.Area{}
	for _, p := range ring[:len(ring)-1] { // the last is the first again
		out.Vertices = append(out.Vertices, &pb.LatLng{Latitude: p.Lat(), Longitude: p.Lon()})
	}
	return out, nil
}

func parseShape(text []byte) (orb.Geometry, error) {
	var kind struct{ Type string }
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("not GeoJSON: %w", err)
	}
	switch kind.Type {
	case "FeatureCollection":
		all, err := geojson.UnmarshalFeatureCollection(text)
		if err != nil {
			return nil, err
		}
		if len(all.Features) != 1 {
			return nil, fmt.Errorf("%d features, want one polygon", len(all.Features))
		}
		return all.Features[0].Geometry, nil
	case "Feature":
		f, err := geojson.UnmarshalFeature(text)
		if err != nil {
			return nil, err
		}
		return f.Geometry, nil
	default:
		g, err := geojson.UnmarshalGeometry(text)
		if err != nil {
			return nil, err
		}
		return g.Geometry(), nil
	}
}
