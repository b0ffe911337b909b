package osm_test

import (
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
)

func TestRules(t *testing.T) {
	const none = osm.Closed
	for _, c := range []struct {
		tags              string
		forward, backward road.Class // none in both: the way is left out
	}{
		{"highway=residential", road.Minor, road.Minor},
		{"highway=primary oneway=yes", road.Primary, none},
		{"highway=primary oneway=-1", none, road.Primary},
		{"highway=motorway", road.Motorway, none},
		{"highway=motorway_link oneway=no", road.Motorway, road.Motorway},
		{"highway=trunk_link", road.Trunk, road.Trunk},
		{"highway=tertiary junction=roundabout", road.Tertiary, none},
		{"highway=tertiary oneway=reversible", none, none},
		{"highway=footway", none, none},
		{"highway=pedestrian emergency=yes", road.BusOnly, road.BusOnly},
		{"highway=residential area=yes", none, none},
		{"highway=residential emergency=no", none, none},
		{"highway=residential motor_vehicle=no", none, none},
		{"highway=residential motor_vehicle=no emergency=yes", road.BusOnly, road.BusOnly},
		{"highway=secondary motor_vehicle=no bus=yes", road.BusOnly, road.BusOnly},
		{"highway=secondary access=no psv=yes", road.BusOnly, road.BusOnly},
		{"highway=secondary access=no motor_vehicle=yes", road.Secondary, road.Secondary},
		{"highway=service access=psv", road.BusOnly, road.BusOnly},
		{"highway=service access=private", road.Service, road.Service},
		{"highway=residential access=private", road.Service, road.Service},
		{"highway=service service=driveway", none, none},
		{"highway=service service=alley", road.Service, road.Service},
		{"highway=busway oneway=yes", road.BusOnly, none},
		{"highway=track", none, none},
		{"highway=track motor_vehicle=yes", road.Service, road.Service},
		{"highway=primary oneway=yes oneway:bus=no", road.Primary, road.BusOnly},
		{"highway=primary oneway=-1 busway=opposite_lane", road.BusOnly, road.Primary},
		{"highway=construction", none, none},
		{"route=ferry motor_vehicle=yes", none, none},
	} {
		f, b, _, ok := osm.RuleOf(parse(c.tags))
		if closed := c.forward == none && c.backward == none; ok == closed || ok && (f != c.forward || b != c.backward) {
			t.Errorf("%s: %s forward, %s backward, %v", c.tags, f, b, ok)
		}
	}
}

func TestSpeedLimits(t *testing.T) {
	for tags, want := range map[string]float32{
		"highway=residential":                                  0,
		"highway=residential maxspeed=20_mph":                  32.19,
		"highway=residential maxspeed=30mph":                   48.28,
		"highway=residential maxspeed=50":                      50,
		"highway=residential maxspeed=50_km/h":                 50,
		"highway=primary maxspeed=national":                    96.56,
		"highway=primary maxspeed=national oneway=yes":         112.65,
		"highway=motorway":                                     112.65,
		"highway=motorway maxspeed=60_mph":                     96.56,
		"highway=primary maxspeed:type=GB:nsl_dual":            112.65,
		"highway=primary maxspeed:type=GB:nsl_single":          96.56,
		"highway=primary maxspeed=signals":                     0,
		"highway=primary maxspeed=NaN":                         0,
		"highway=primary maxspeed=-30_mph":                     0,
		"highway=primary maxspeed=1e9":                         0,
		"highway=primary maxspeed=none maxspeed:type=GB:urban": 0,
	} {
		_, _, got, ok := osm.RuleOf(parse(tags))
		if d := got - want; !ok || d > 0.01 || d < -0.01 {
			t.Errorf("%s: %.2f km/h, want %.2f", tags, got, want)
		}
	}
}

// parse reads "key=value key=value", with _ in values of maxspeed for a space.
func parse(s string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.Fields(s) {
		k, v, _ := strings.Cut(pair, "=")
		if k == "maxspeed" {
			v = strings.ReplaceAll(v, "_", " ")
		}
		m[k] = v
	}
	return m
}
