package export

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/planning"
)

// GeoJSON returns a plan as a FeatureCollection (RFC 7946) with a final newline: one point for each
// car and centre with what the plan says of it, in that order, and the plan's key figures, basis and
// hash as the foreign member "nearside". docs/format/plan.md lists the properties.
func GeoJSON(d *planning.Document) ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	for i := range d.Cars {
		fc.Append(feature("car", i+1, &d.Cars[i]))
	}
	for i := range d.Centres {
		fc.Append(feature("centre", i+1, &d.Centres[i]))
	}
	fc.ExtraMembers = geojson.Properties{"nearside": map[string]any{
		"objective": d.Objective, "value": d.Value, "bound": d.Bound, "unit": d.Unit, "better": d.Better, "gap": d.Gap,
		"gap_in_words": d.GapInWords, "hours": d.HoursInWords, "driving": d.Scenario.Driving,
		"network": d.Network.Name, "demand": d.Demand.Source, "limits": d.Limits,
		"inputs_sha256": d.InputsSHA256,
	}}
	text, err := json.MarshalIndent(fc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("plan as GeoJSON: %w", err)
	}
	return append(text, '\n'), nil
}

func feature(role string, number int, s *planning.Site) *geojson.Feature {
	f := geojson.NewFeature(orb.Point{s.Lon, s.Lat})
	f.ID = fmt.Sprintf("%s-%d", role, number)
	f.Properties = geojson.Properties{
		"role": role, "cell": s.Cell, "grid_ref": s.GridRef, "borough": s.Borough, "sector": s.Sector,
		"place": s.Place, "group": s.Group, "fixed": s.Fixed, "modelled": s.Modelled,
	}
	return f
}
