package export_test

import (
	"testing"

	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/export"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/planning"
)

func TestDifferenceGeoJSON(t *testing.T) {
	a, boroughs := served()
	b, _ := served()
	b.Cars = append(b.Cars, planning.Site{Cell: "89195da49a3ffff", Place: "new"})
	b.Centres = nil
	b.ByBorough[0].MeanSeconds = 800.5
	b.Scenario.Driving = road.BlueLight
	text, err := export.DifferenceGeoJSON(planning.Compare(a, b), boroughs)
	if err != nil {
		t.Fatal(err)
	}
	fc, err := geojson.UnmarshalFeatureCollection(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(fc.Features) != 4 {
		t.Fatalf("%d features, want a borough, two cars and a centre", len(fc.Features))
	}
	if p := fc.Features[0].Properties; p["mean_s_change"] != -100.0 || p["role"] != "borough" {
		t.Errorf("the borough: %v", p)
	}
	for i, want := range []string{"b", "both", "a"} {
		if got := fc.Features[i+1].Properties["plan"]; got != want {
			t.Errorf("feature %d is of plan %v, want %s", i+1, got, want)
		}
	}
	apart, _ := fc.ExtraMembers["nearside"].(map[string]any)["apart"].([]any)
	if len(apart) != 1 || apart[0] != "driving: A normal, B blue_light" {
		t.Errorf("apart: %v", apart)
	}
}
