package build

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/geo/route"
)

// checkSpeeds compares the calibrated network with TfL's averages, measures how emergency driving
// compares with normal driving on it, and sets the lattice's figure from that.
func checkSpeeds(figures *road.SpeedFigures, west *osm.Result, published speedsByZone) ([]string, error) {
	var checks []string
	for z := road.Central; z < road.Zones; z++ {
		var metres, seconds float64
		for a, c := range west.Graph.Class {
			if west.Graph.Zone[a] == z && mainRoad(c) {
				metres += float64(west.Graph.Metres[a])
				seconds += west.Graph.Base[a].Seconds()
			}
		}
		got, want := 3.6*metres/seconds, published[interPeak][z]
		if math.Abs(got-want) > 0.01*want {
			return nil, fmt.Errorf("%s London: main roads average %.2f km/h, TfL has %.1f", z, got, want)
		}
		checks = append(checks, fmt.Sprintf("%s London: main roads of the west network average %.2f km/h in the inter-peak, TfL has %.1f.", zoneTitle(z), got, want))
	}
	table, err := road.NewSpeedTable(figures)
	if err != nil {
		return nil, err
	}
	t := drive(west.Graph, table)
	saved := (t.normal - t.blueLight) / float64(t.trips)
	figures.BlueLight.Relative[road.Lattice.String()] = math.Round(1000*t.blueLight/t.normal) / 1000
	return append(checks, fmt.Sprintf("Emergency driving over %d random trips of 1 to 4 km as the crow flies in the west network, inter-peak: mean %.0f s against %.0f s in normal driving (%.1f %%), saving %.1f s. Published: 105.8 s (60.2 to 151.5) over 32 responses in towns of New York State, lengths not given; here a trip of %.0f s saves as much.",
		t.trips, t.blueLight/float64(t.trips), t.normal/float64(t.trips), 100*t.blueLight/t.normal, saved, 105.8/(1-t.blueLight/t.normal))), nil
}

// trips are the seconds of a number of trips in both ways of driving.
type trips struct {
	trips             int
	normal, blueLight float64
}

// drive times random trips between nodes 1 to 4 km apart as the crow flies, from 100 starts.
func drive(g *road.Graph, table *road.SpeedTable) (sum trips) {
	network := &route.Network{Graph: g}
	period := table.Period(12) // Monday noon
	var finder [road.Drivings]*route.Finder
	for d := range finder {
		finder[d] = route.NewFinder(route.NewMetric(network, table.Profile(period, road.Driving(d))))
	}
	random := rand.New(rand.NewPCG(2, 2))
	for range 100 {
		from := random.IntN(g.Nodes())
		var to []road.Spot
		for len(to) < 20 {
			v := random.IntN(g.Nodes())
			if d := road.Metres(nodePoint(g, from), nodePoint(g, v)); d >= 1000 && d <= 4000 {
				to = append(to, nodeSpot(v))
			}
		}
		normal := finder[road.Normal].OneToMany(nodeSpot(from), to, make([]road.Millis, len(to)))
		blue := finder[road.BlueLight].OneToMany(nodeSpot(from), to, make([]road.Millis, len(to)))
		for i := range to {
			if normal[i] != road.Unreachable && blue[i] != road.Unreachable {
				sum.trips++
				sum.normal += normal[i].Seconds()
				sum.blueLight += blue[i].Seconds()
			}
		}
	}
	return sum
}

func nodePoint(g *road.Graph, v int) orb.Point {
	return orb.Point{float64(g.Lon[v]), float64(g.Lat[v])}
}

// node is the spot at a node.
func nodeSpot(v int) road.Spot {
	l := road.Link{Node: road.Node(v), Arc: road.NoArc}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}
}

func zoneTitle(z road.Zone) string { return strings.ToUpper(z.String()[:1]) + z.String()[1:] }

func round4(v float64) float64 { return math.Round(v*1e4) / 1e4 }
