package outline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// feature is one feature of a GeoJSON file.
type feature struct {
	number int // from 1, for messages
	values map[string]string
	shape  orb.MultiPolygon
}

// Read makes a city from GeoJSON: a feature collection, a feature or a geometry, of polygons in
// longitude and latitude. Errors say which feature they are about, counted from 1.
func Read(r io.Reader, s Settings) (*Outline, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("city: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("city: %w", err)
	}
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("city: the outline has over %d MiB; simplify it", MaxBytes>>20)
	}
	features, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("city: %w", err)
	}
	o, err := build(features, &s)
	if err != nil {
		return nil, fmt.Errorf("city: %w", err)
	}
	return o, nil
}

// decode reads features whose shapes have been checked.
func decode(text []byte) ([]feature, error) {
	collection, err := parse(text)
	if err != nil {
		return nil, err
	}
	if len(collection) == 0 {
		return nil, errors.New("the outline has no features")
	}
	if len(collection) > MaxCells {
		return nil, fmt.Errorf("the outline has %d features; want at most %d", len(collection), MaxCells)
	}
	out := make([]feature, len(collection))
	vertices := 0
	for i, f := range collection {
		shape, err := shapeOf(f)
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i+1, err)
		}
		round(shape)
		out[i] = feature{number: i + 1, values: values(f.Properties), shape: shape}
		if vertices += count(shape); vertices > MaxVertices {
			return nil, fmt.Errorf("the outline has over %d vertices; simplify it", MaxVertices)
		}
	}
	return out, checkFeatures(out)
}

// parse takes the three ways in which GeoJSON can come.
func parse(text []byte) ([]*geojson.Feature, error) {
	var head struct {
		Type string `json:"type"`
		CRS  struct {
			Properties struct {
				Name string `json:"name"`
			} `json:"properties"`
		} `json:"crs"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("the outline is not GeoJSON: %w", err)
	}
	if name := head.CRS.Properties.Name; name != "" && !isWGS84(name) {
		return nil, fmt.Errorf("the outline is in %s; want longitude and latitude in WGS 84 (as with ogr2ogr -t_srs EPSG:4326)", name)
	}
	switch head.Type {
	case "FeatureCollection":
		all, err := geojson.UnmarshalFeatureCollection(text)
		if err != nil {
			return nil, fmt.Errorf("the outline is not GeoJSON: %w", err)
		}
		return all.Features, nil
	case "Feature":
		f, err := geojson.UnmarshalFeature(text)
		if err != nil {
			return nil, fmt.Errorf("the outline is not GeoJSON: %w", err)
		}
		return []*geojson.Feature{f}, nil
	case "Polygon", "MultiPolygon":
		g, err := geojson.UnmarshalGeometry(text)
		if err != nil {
			return nil, fmt.Errorf("the outline is not GeoJSON: %w", err)
		}
		return []*geojson.Feature{geojson.NewFeature(g.Geometry())}, nil
	}
	return nil, fmt.Errorf("the outline is of type %q; want GeoJSON: a FeatureCollection, a Feature, a Polygon or a MultiPolygon", head.Type)
}

// isWGS84 recognises the names that longitude and latitude go by in the crs member of older GeoJSON.
func isWGS84(name string) bool {
	return strings.HasSuffix(name, "CRS84") || strings.HasSuffix(name, ":4326") || strings.HasSuffix(name, "/4326")
}

// shapeOf returns a feature's polygons.
func shapeOf(f *geojson.Feature) (orb.MultiPolygon, error) {
	if f == nil {
		return nil, errors.New("it is null")
	}
	switch g := f.Geometry.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}, nil
	case orb.MultiPolygon:
		return g, nil
	case nil:
		return nil, errors.New("it has no geometry")
	default:
		return nil, fmt.Errorf("it is a %s; want a Polygon or a MultiPolygon", g.GeoJSONType())
	}
}

// round leaves seven decimals of the coordinates: a centimetre.
func round(m orb.MultiPolygon) {
	for _, polygon := range m {
		for _, ring := range polygon {
			for i, p := range ring {
				ring[i] = orb.Point{math.Round(p[0]*1e7) / 1e7, math.Round(p[1]*1e7) / 1e7}
			}
		}
	}
}

func count(m orb.MultiPolygon) (n int) {
	for _, polygon := range m {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}

// values returns the properties that could name something, as text.
func values(p geojson.Properties) map[string]string {
	out := map[string]string{}
	for key, v := range p {
		var text string
		switch v := v.(type) {
		case string:
			text = strings.TrimSpace(v)
		case float64:
			text = strconv.FormatFloat(v, 'f', -1, 64)
		}
		if text != "" && len(text) <= maxName && len(key) <= maxName {
			out[key] = text
		}
	}
	return out
}
