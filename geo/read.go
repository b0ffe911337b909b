package geo

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// gss matches the GSS codes of London's boroughs.
var gss = regexp.MustCompile(`^E090000(0[1-9]|[12][0-9]|3[0-3])$`)

// ReadBoroughs reads boroughs from GeoJSON, a FeatureCollection of MultiPolygons with the properties
// code (GSS), name, sector and inner; docs/format/boroughs.md describes it. They come back in
// ascending order of their codes. An error names the feature and what is wrong with it.
func ReadBoroughs(r io.Reader) ([]Borough, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("boroughs: %w", err)
	}
	var collection geojson.FeatureCollection
	if err := json.Unmarshal(raw, &collection); err != nil {
		return nil, fmt.Errorf("boroughs: not a GeoJSON feature collection: %w", err)
	}
	boroughs := make([]Borough, 0, len(collection.Features))
	for i, f := range collection.Features {
		b, err := borough(f)
		if err != nil {
			return nil, fmt.Errorf("boroughs: feature %d: %w", i, err)
		}
		boroughs = append(boroughs, b)
	}
	if len(boroughs) == 0 {
		return nil, fmt.Errorf("boroughs: the feature collection has no boroughs")
	}
	slices.SortFunc(boroughs, func(a, b Borough) int { return strings.Compare(a.Code, b.Code) })
	for i := 1; i < len(boroughs); i++ {
		if boroughs[i].Code == boroughs[i-1].Code {
			return nil, fmt.Errorf("boroughs: code %s occurs twice", boroughs[i].Code)
		}
	}
	return boroughs, nil
}

func borough(f *geojson.Feature) (Borough, error) {
	if f == nil {
		return Borough{}, fmt.Errorf("it is null")
	}
	code, _ := f.Properties["code"].(string)
	if !gss.MatchString(code) {
		return Borough{}, fmt.Errorf("property code is %q; want E09000001 to E09000033", code)
	}
	name, _ := f.Properties["name"].(string)
	if name == "" {
		return Borough{}, fmt.Errorf("%s: property name is missing", code)
	}
	abbreviation, _ := f.Properties["sector"].(string)
	sector, err := ParseSector(abbreviation)
	if err != nil {
		return Borough{}, fmt.Errorf("%s: property sector: %w", code, err)
	}
	inner, ok := f.Properties["inner"].(bool)
	if !ok {
		return Borough{}, fmt.Errorf("%s: property inner is not true or false", code)
	}
	land, ok := f.Geometry.(orb.MultiPolygon)
	if !ok {
		return Borough{}, fmt.Errorf("%s: geometry is not a MultiPolygon", code)
	}
	if err := CheckLand(land); err != nil {
		return Borough{}, fmt.Errorf("%s: %w", code, err)
	}
	return Borough{Code: code, Name: name, Sector: sector, Inner: inner, Land: land}, nil
}
