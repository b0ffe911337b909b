package outline

import (
	"strings"
	"testing"
)

// polygon returns GeoJSON of one polygon with a ring of these coordinates.
func polygon(coordinates string) string {
	return `{"type":"Polygon","coordinates":[[` + coordinates + `]]}`
}

func TestReadRefuses(t *testing.T) {
	many := make([]string, MaxCells+1)
	for i := range many {
		many[i] = "null"
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "not GeoJSON"},
		{"cut short", three[:200], "not GeoJSON"},
		{"TopoJSON", `{"type":"Topology"}`, `of type "Topology"`},
		{"points", `{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}`, "it is a Point"},
		{"no geometry", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}`, "feature 1"},
		{"null", `{"type":"FeatureCollection","features":[null]}`, "null"},
		{"no features", `{"type":"FeatureCollection","features":[]}`, "no features"},
		{"many features", `{"type":"FeatureCollection","features":[` + strings.Join(many, ",") + `]}`, "at most 200000"},
		{"metres", polygon("[530000,180000],[531000,180000],[531000,181000],[530000,180000]"), "metres of a map grid"},
		{"its CRS", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"features":[]}`, "EPSG::27700; want longitude and latitude"},
		{"swapped", polygon("[43.6,-79.5],[43.6,-79.4],[43.7,-79.4],[43.6,-79.5]"), "look swapped"},
		{"swapped near Greenwich", polygon("[51.5,-0.1],[51.6,-0.1],[51.6,0],[51.5,-0.1]"), "swapped, or is the time zone another"},
		{"open", polygon("[-79.5,43.6],[-79.4,43.6],[-79.4,43.7],[-79.5,43.7]"), "the last the same as the first"},
		{"two corners", polygon("[-79.5,43.6],[-79.4,43.6],[-79.5,43.6]"), "at least 4"},
		{"a bow tie", polygon("[-79.5,43.6],[-79.4,43.71],[-79.4,43.6],[-79.5,43.7],[-79.5,43.6]"), "crosses itself near"},
		{"a hole elsewhere", strings.Replace(three, "-79.28,43.62", "-79.18,43.62", 2), "hole outside"},
		{"no area", polygon("[-79.5,43.6],[-79.4,43.6],[-79.45,43.6],[-79.5,43.6]"), "area below"},
		{"a continent", polygon("[-110,20],[-60,20],[-60,60],[-110,20]"), "at most 1000 km"},
		{"the same area twice", strings.Replace(strings.Replace(three, "-79.4,43.6],[-79.3,43.6],[-79.3,43.7],[-79.4,43.7],[-79.4,43.6", "-79.49,43.61],[-79.41,43.61],[-79.41,43.69],[-79.49,43.69],[-79.49,43.61", 1), "zzz", "", 1), "areas 1 (West  End) and 2 (East End) overlap"},
		{"names that contradict", strings.Replace(three, `"East End"`, `"1"`, 1), `"1" is one area by "CODE" and another by "Name"`},
	} {
		_, err := Read(strings.NewReader(c.text), toronto)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		name string
		s    Settings
		want string
	}{
		{"no zone", Settings{Name: "x"}, "time zone"},
		{"this machine's zone", Settings{Name: "x", Zone: "Local"}, "time zone"},
		{"no name", Settings{Zone: "UTC"}, "name"},
		{"holidays", Settings{Name: "x", Zone: "UTC", Holidays: "scotland"}, "holidays"},
		{"resolution", Settings{Name: "x", Zone: "UTC", Resolution: 15}, "resolution 15"},
		{"fine", Settings{Name: "x", Zone: "America/Toronto", Resolution: 8, Property: "borough"}, `has the property "borough"`},
		{"property", Settings{Name: "x", Zone: "America/Toronto", Property: "hood"}, `no property "hood"; they have "CODE", "Name", "id"`},
	} {
		_, err := Read(strings.NewReader(three), c.s)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, err := Read(strings.NewReader(polygon("[-81,42],[-77,42],[-77,45],[-81,45],[-81,42]")), Settings{Name: "x", Zone: "America/Toronto", Resolution: 10}); err == nil || !strings.Contains(err.Error(), "too many cells") {
		t.Errorf("Ontario at resolution 10: %v", err)
	}
}
