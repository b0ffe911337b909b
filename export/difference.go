package export

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/planning"
)

// DifferenceGeoJSON returns what changes from one plan to another as a FeatureCollection (RFC 7946)
// with a final newline: each borough with both mean responses and their difference, then the sites of
// cars and centres with the plan that has them ("a", "b" or "both"). The foreign member "nearside"
// says in what the plans' questions differ.
func DifferenceGeoJSON(d *planning.Difference, boroughs []geo.Borough) ([]byte, error) {
	fc := geojson.NewFeatureCollection()
	for _, b := range boroughs {
		for i := range d.ByBorough {
			if area := &d.ByBorough[i]; area.A.Code == b.Code {
				fc.Append(changed(area, b))
			}
		}
	}
	for _, list := range []struct {
		role string
		d    *planning.SitesDifference
	}{{"car", &d.Cars}, {"centre", &d.Centres}} {
		number := 0
		for _, part := range []struct {
			plan  string
			sites []planning.Site
		}{{"a", list.d.OnlyA}, {"b", list.d.OnlyB}, {"both", list.d.Both}} {
			for i := range part.sites {
				number++
				f := feature(list.role, number, &part.sites[i])
				f.Properties["plan"] = part.plan
				fc.Append(f)
			}
		}
	}
	fc.ExtraMembers = geojson.Properties{"nearside": map[string]any{"apart": d.Apart}}
	text, err := json.MarshalIndent(fc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("difference of plans as GeoJSON: %w", err)
	}
	return append(text, '\n'), nil
}

func changed(d *planning.AreaDifference, b geo.Borough) *geojson.Feature {
	f := geojson.NewFeature(b.Land)
	f.ID = b.Code
	f.Properties = geojson.Properties{
		"role": "borough", "code": b.Code, "name": b.Name, "calls_per_hour_a": d.A.CallsPerHour, "calls_per_hour_b": d.B.CallsPerHour,
		"mean_s_a": d.A.MeanSeconds, "mean_s_b": d.B.MeanSeconds, "mean_s_change": d.MeanSeconds(),
		"within_15_a": d.A.Within15, "within_15_b": d.B.Within15,
	}
	return f
}
