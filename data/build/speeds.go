package build

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
)

// SpeedsFile is the speed table, relative to the data folder.
const SpeedsFile = "profiles/speeds.json"

const (
	trafficFile = "traffic/published_speeds.csv"
	roadsFile   = "roads/west_london_omt2018.osm.pbf"
)

var speedsStep = Step{
	Name:    "speeds",
	Inputs:  []string{trafficFile, roadsFile},
	Needs:   []string{BoroughsFile},
	Outputs: []string{SpeedsFile},
	What:    "Speeds by road class, zone, period of the week and way of driving, each with its source or the word assumption.",
	Licence: odbl + " (calibrated on OpenStreetMap's roads)",
	Run:     speedTable,
}

// Speeds of a class relative to its zone's main roads, between junctions. Assumption: the order is
// that of the roads' purposes; no table by class is published. Motorways are not scaled by zone.
var classSpeed = map[road.Class]float64{
	road.Trunk: 1.15, road.Primary: 1, road.Secondary: 0.95, road.Tertiary: 0.9, road.Minor: 0.75,
	road.Service: 0.5, road.BusOnly: 1, road.Lattice: 1,
}

const motorwayKmH = 80 // assumption

// Mean seconds lost at a junction where a road of the class gives way, signals included. Assumption.
var junctionDelay = map[road.Class]float64{
	road.Motorway: 0, road.Trunk: 8, road.Primary: 8, road.Secondary: 8, road.Tertiary: 6, road.Minor: 5,
	road.Service: 5, road.BusOnly: 5, road.Lattice: 0,
}

// Time of emergency driving relative to normal driving. Assumption: it gains most on main roads, where
// it passes queues and red lights, and little where the street is narrow. Lattice arcs run over all
// classes: theirs is measured.
var blueLightTime = map[road.Class]float64{
	road.Motorway: 0.85, road.Trunk: 0.75, road.Primary: 0.75, road.Secondary: 0.78, road.Tertiary: 0.8,
	road.Minor: 0.85, road.Service: 0.95, road.BusOnly: 0.75, road.Lattice: 0.8,
}

func speedTable(src, out string) (Record, error) {
	published, err := publishedSpeeds(filepath.Join(src, filepath.FromSlash(trafficFile)))
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", trafficFile, err)
	}
	zone, err := speedZones(out)
	if err != nil {
		return Record{}, err
	}
	figures := speedFigures(published)
	graph, err := westRoads(src, zone, &figures)
	if err != nil {
		return Record{}, err
	}
	checks, err := calibrate(&figures, graph.Graph, published)
	if err != nil {
		return Record{}, err
	}
	// Once more with the calibrated speeds, to check them and to measure emergency driving.
	if graph, err = westRoads(src, zone, &figures); err != nil {
		return Record{}, err
	}
	more, err := checkSpeeds(&figures, graph, published)
	if err != nil {
		return Record{}, err
	}
	b, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return Record{}, err
	}
	record := Record{Checks: append(checks, more...), Caveats: speedCaveats}
	return record, os.WriteFile(filepath.Join(out, filepath.FromSlash(SpeedsFile)), append(b, '\n'), 0o644)
}

var speedCaveats = []string{
	"TfL's averages are of 2014/15 and of its network of interest; trunk and primary roads stand for that network. They are working-day figures of the general traffic.",
	"Central London is taken as a circle of 2.6 km round Charing Cross, the area of the congestion charging zone: an assumption.",
	"Speeds by class, junction delays, emergency driving, and evening, night and weekend speeds are assumptions: no figures are published.",
	"A road's speed is the same in both directions and at every place of its class and zone.",
}

// speedZones returns the zone function over the boroughs that an earlier step made.
func speedZones(out string) (func(orb.Point) road.Zone, error) {
	boroughs, err := readBoroughs(out)
	if err != nil {
		return nil, err
	}
	return road.ZoneOf(boroughs), nil
}

// westRoads imports the roads of the source folder under the given speeds.
func westRoads(src string, zone func(orb.Point) road.Zone, figures *road.SpeedFigures) (*osm.Result, error) {
	table, err := road.NewSpeedTable(figures)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(src, filepath.FromSlash(roadsFile)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return osm.Import(context.Background(), f, osm.Settings{Zone: zone, Speeds: table})
}

// mainRoad tells whether a class counts to the main roads that TfL's averages are compared with.
func mainRoad(c road.Class) bool { return c == road.Trunk || c == road.Primary }

// calibrate scales each zone's speeds so that a drive over all of its main roads, junction delays
// included, has TfL's average inter-peak speed.
//
// With M metres of main road, J seconds of junction delay, and A the sum of metres over relative
// speed, the time at k km/h for a relative speed of 1 is 3.6 A/k + J, and has to be 3.6 M/v.
func calibrate(figures *road.SpeedFigures, g *road.Graph, published speedsByZone) ([]string, error) {
	table, err := road.NewSpeedTable(figures)
	if err != nil {
		return nil, err
	}
	var checks []string
	for z := road.Central; z < road.Zones; z++ {
		var m, a, j float64
		for arc, c := range g.Class {
			if metres := float64(g.Metres[arc]); g.Zone[arc] == z && mainRoad(c) {
				m += metres
				a += metres / classSpeed[c]
				j += g.Base[arc].Seconds() - 3.6*metres/table.Reference(c, z)
			}
		}
		v := published[interPeak][z]
		moving := 3.6*m/v - j
		if m == 0 || moving <= 0 {
			return nil, fmt.Errorf("%s London: %.0f m of main road and %.0f s of junction delay cannot give %.1f km/h", z, m, j, v)
		}
		k := 3.6 * a / moving
		for c, relative := range classSpeed {
			figures.Reference.KmH[c.String()][z.String()] = math.Round(100*k*relative) / 100
		}
		checks = append(checks, fmt.Sprintf("%s London: %.0f km of trunk and primary road (each direction counted) with %.0f h of junction delay; TfL's inter-peak average of %.1f km/h gives %.2f km/h between junctions on a primary road.",
			zoneTitle(z), m/1000, j/3600, v, k))
	}
	return checks, nil
}
