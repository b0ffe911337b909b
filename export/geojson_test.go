package export_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/export"
	"github.com/nearside-ems/nearside/planning"
)

func twoSites() *planning.Document {
	return &planning.Document{
		Objective: planning.MeanResponse, Value: 400, Bound: 396, Gap: 0.01, GapInWords: planning.GapInWords(0.01),
		Cars:    []planning.Site{{Cell: "89195da49b7ffff", Lat: 51.5, Lon: -0.1, GridRef: "TQ 1 2", Borough: "Southwark", Sector: "SEL", Place: "Guy's <Hospital>", Fixed: true}},
		Centres: []planning.Site{{Cell: "89195da49bbffff", Lat: 51.6, Lon: 0.2, Modelled: true}},
	}
}

func TestGeoJSON(t *testing.T) {
	text, err := export.GeoJSON(twoSites())
	if err != nil {
		t.Fatal(err)
	}
	fc, err := geojson.UnmarshalFeatureCollection(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(fc.Features) != 2 {
		t.Fatalf("%d features, want 2", len(fc.Features))
	}
	car, centre := fc.Features[0], fc.Features[1]
	if car.ID != "car-1" || car.Geometry != (orb.Point{-0.1, 51.5}) || car.Properties["place"] != "Guy's <Hospital>" || car.Properties["fixed"] != true {
		t.Errorf("car: %+v", car)
	}
	if centre.ID != "centre-1" || centre.Geometry != (orb.Point{0.2, 51.6}) || centre.Properties["role"] != "centre" || centre.Properties["modelled"] != true {
		t.Errorf("centre: %+v", centre)
	}
	about, ok := fc.ExtraMembers["nearside"].(map[string]any)
	if !ok || about["value"] != 400.0 || about["gap_in_words"] != planning.GapInWords(0.01) {
		t.Errorf("the plan's own figures: %v", fc.ExtraMembers)
	}
}

func ExampleGeoJSON() {
	text, err := export.GeoJSON(twoSites())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	var fc struct {
		Type     string
		Features []struct{ ID string }
	}
	if err := json.Unmarshal(text, &fc); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println(fc.Type, fc.Features)
	// Output: FeatureCollection [{car-1} {centre-1}]
}
