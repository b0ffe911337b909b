package osm

import (
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/geo/road"
)

// closed is the class of a direction in which nobody may drive.
const closed = road.Classes

// rule is how a way may be driven, and its street.
type rule struct {
	forward, backward road.Class // closed where nobody may drive
	limit             float32    // km/h; 0: none known
	street            uint32     // a position in input.streets
}

var classes = map[string]road.Class{
	"motorway": road.Motorway, "motorway_link": road.Motorway,
	"trunk": road.Trunk, "trunk_link": road.Trunk,
	"primary": road.Primary, "primary_link": road.Primary,
	"secondary": road.Secondary, "secondary_link": road.Secondary,
	"tertiary": road.Tertiary, "tertiary_link": road.Tertiary,
	"unclassified": road.Minor, "residential": road.Minor, "living_street": road.Minor, "road": road.Minor,
	"service": road.Service,
	"busway":  road.BusOnly, "bus_guideway": road.BusOnly,
}

// ruleOf returns how a way may be driven; ok is false where it may not.
func ruleOf(t *tags) (r rule, ok bool) {
	class := classOf(t)
	if class == closed {
		return r, false
	}
	r = rule{forward: class, backward: class, limit: limitOf(t)}
	switch oneWay(t) {
	case 1:
		r.backward = contraflow(t)
	case -1:
		r.forward, r.backward = contraflow(t), class
	case 0:
	default:
		return r, false
	}
	return r, true
}

// classOf returns the class that the highway and access tags give. Values after
// https://wiki.openstreetmap.org/wiki/Key:access; the more specific tag counts.
func classOf(t *tags) road.Class {
	highway := t.get("highway")
	class, known := classes[highway]
	emergency := t.get("emergency")
	switch {
	case highway == "" || t.get("area") == "yes" || emergency == "no":
		return closed
	case yes(emergency) && !known:
		return road.BusOnly // a path or square that is open to emergency vehicles
	case highway == "track" && yes(first(t, "motorcar", "motor_vehicle")):
		return road.Service
	case !known:
		return closed
	}
	switch t.get("service") {
	case "parking_aisle", "drive-through", "driveway":
		return closed // dead ends inside plots
	}
	switch first(t, "motorcar", "motor_vehicle", "vehicle", "access") {
	case "no", "agricultural", "forestry", "psv", "bus":
		if yes(emergency) || yes(first(t, "bus", "psv")) || first(t, "motor_vehicle", "vehicle", "access") == "psv" {
			return road.BusOnly
		}
		return closed
	case "private":
		return max(class, road.Service) // crews reach patients there, but nobody cuts through
	}
	return class
}

// oneWay is 1 along the way, -1 against it, 0 both ways, 2 never for certain (reversible lanes).
func oneWay(t *tags) int {
	switch first(t, "oneway:motor_vehicle", "oneway") {
	case "yes", "true", "1":
		return 1
	case "-1", "reverse":
		return -1
	case "no", "false", "0":
		return 0
	case "reversible", "alternating":
		return 2
	}
	switch t.get("highway") {
	case "motorway", "motorway_link":
		return 1
	}
	switch t.get("junction") {
	case "roundabout", "circular":
		return 1
	}
	return 0
}

// contraflow is the class against a one-way street: bus lanes against the traffic are open to
// emergency driving.
func contraflow(t *tags) road.Class {
	if first(t, "oneway:bus", "oneway:psv") == "no" || t.get("busway") == "opposite_lane" || t.get("busway") == "opposite" {
		return road.BusOnly
	}
	return closed
}

const milesPerHour = 1.609344 // km/h

// limitOf returns the speed limit in km/h, 0 where none is known. "national" is the United Kingdom's
// national limit: 70 mph on motorways and dual carriageways (taken as one-way ways), 60 mph elsewhere.
// https://wiki.openstreetmap.org/wiki/Key:maxspeed
func limitOf(t *tags) float32 {
	v := strings.ToLower(first(t, "maxspeed", "maxspeed:type", "source:maxspeed"))
	motorway := strings.HasPrefix(t.get("highway"), "motorway")
	switch v {
	case "":
		if motorway {
			return 70 * milesPerHour
		}
		return 0 // reference speeds in built-up areas are below the general limit of 30 mph
	case "national", "gb:national":
		if motorway || oneWay(t) != 0 {
			return 70 * milesPerHour
		}
		return 60 * milesPerHour
	case "gb:nsl_single":
		return 60 * milesPerHour
	case "gb:nsl_dual", "gb:motorway":
		return 70 * milesPerHour
	case "gb:nsl_restricted", "gb:urban":
		return 30 * milesPerHour
	}
	unit := 1.0
	if n, miles := strings.CutSuffix(v, "mph"); miles {
		v, unit = strings.TrimSpace(n), milesPerHour
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(v, "km/h")), 64)
	if err != nil || !(n >= 1 && n <= 200) {
		return 0
	}
	return float32(n * unit)
}

// first returns the value of the first of the keys that is set.
func first(t *tags, keys ...string) string {
	for _, k := range keys {
		if v := t.get(k); v != "" {
			return v
		}
	}
	return ""
}

func yes(v string) bool {
	switch v {
	case "yes", "designated", "official", "permissive", "destination":
		return true
	}
	return false
}
