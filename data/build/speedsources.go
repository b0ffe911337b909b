package build

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/geo/road"
)

// Periods that TfL publishes, as the source file names them.
const (
	amPeak    = "AM peak"
	interPeak = "inter-peak"
	pmPeak    = "PM peak"
)

// speedsByZone are km/h by published period and zone.
type speedsByZone map[string][road.Zones]float64

const tflYear = "2014/15"

// publishedSpeeds reads TfL's average speeds of 2014/15. All nine must be there.
func publishedSpeeds(path string) (speedsByZone, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	out, found := speedsByZone{}, 0
	for i, r := range rows {
		if r[0] != "average traffic speed" || r[3] != tflYear {
			continue
		}
		z, ok := map[string]road.Zone{"Central London": road.Central, "Inner London": road.Inner, "Outer London": road.Outer}[r[1]]
		v, err := strconv.ParseFloat(r[4], 64)
		if !ok || err != nil || r[5] != "km/h" || !(v > 0) {
			return nil, fmt.Errorf("row %d: %q: want an area of London and a speed in km/h", i+1, strings.Join(r, ","))
		}
		zones := out[r[2]]
		zones[z] = v
		out[r[2]] = zones
		found++
	}
	if found != 9 || len(out) != 3 {
		return nil, fmt.Errorf("%d speeds of %s in %d periods, want 9 in 3", found, tflYear, len(out))
	}
	return out, nil
}

const (
	tflSource = "TfL, Travel in London Report 8, Table 4.9, 2014/15 (working days), relative to its inter-peak average"
	assumed   = "assumption: "
)

// speedFigures returns the table before calibration: every zone's main roads at TfL's average.
func speedFigures(published speedsByZone) road.SpeedFigures {
	f := road.SpeedFigures{Note: "Made by `nearside data build --only speeds`; docs/format/speeds.md describes it. Speeds in km/h, times in seconds."}
	f.Reference = road.ReferenceFigures{
		Source:         "zone averages: TfL, Travel in London Report 8, Table 4.9, inter-peak 2014/15; between classes: " + assumed + "relative speeds of data/build, motorways at 80 km/h; calibrated as SOURCES.md says",
		KmH:            map[string]map[string]float64{},
		JunctionSource: assumed + "mean seconds where a road of the class gives way, signals included; none where a better road passes a side street",
		JunctionDelayS: byName(junctionDelay),
	}
	for c := road.Motorway; c < road.Classes; c++ {
		f.Reference.KmH[c.String()] = perZone(func(z road.Zone) float64 {
			if c == road.Motorway {
				return motorwayKmH
			}
			return published[interPeak][z] * classSpeed[c]
		})
	}
	f.Periods = speedPeriods(published)
	f.BlueLight = road.BlueLightFigures{
		Source:   assumed + "time relative to normal driving by class, with the delays at junctions; exempt from limits, may use bus lanes and pass red lights after slowing. Compared in SOURCES.md with the published saving of 105.8 s a response (95 % interval 60.2 to 151.5; Brown et al., Prehospital Emergency Care 4(1), 2000). Lattice: measured on the west network under these figures",
		Relative: byName(blueLightTime),
	}
	return f
}

// speedPeriods are the periods of the week. TfL's peaks are 07:00 to 10:00 and 16:00 to 19:00.
func speedPeriods(published speedsByZone) []road.PeriodFigures {
	tfl := func(period string) map[string]float64 {
		return perZone(func(z road.Zone) float64 { return published[period][z] / published[interPeak][z] })
	}
	guess := func(central, inner, outer float64) map[string]float64 {
		return perZone(func(z road.Zone) float64 { return [...]float64{central, inner, outer}[z] })
	}
	const weekday, weekend, sunday = 4, 5, 6
	return []road.PeriodFigures{
		{Name: "weekday AM peak", Source: tflSource, Hours: []road.Hours{{Last: weekday, From: 7, To: 10}}, Relative: tfl(amPeak)},
		{Name: "weekday inter-peak", Source: tflSource, Hours: []road.Hours{{Last: weekday, From: 10, To: 16}}, Relative: tfl(interPeak)},
		{Name: "weekday PM peak", Source: tflSource, Hours: []road.Hours{{Last: weekday, From: 16, To: 19}}, Relative: tfl(pmPeak)},
		{Name: "weekday evening", Source: assumed + "between inter-peak and night", Hours: []road.Hours{{Last: weekday, From: 19, To: 23}}, Relative: guess(1.2, 1.15, 1.1)},
		{Name: "night", Source: assumed + "little traffic, signals as by day", Hours: []road.Hours{{Last: sunday, From: 0, To: 7}, {Last: sunday, From: 23, To: 24}}, Relative: guess(1.6, 1.45, 1.25)},
		{Name: "weekend day", Source: assumed + "as weekday inter-peak", Hours: []road.Hours{{First: weekend, Last: sunday, From: 7, To: 19}}, Relative: guess(1, 1, 1)},
		{Name: "weekend evening", Source: assumed + "as weekday evening", Hours: []road.Hours{{First: weekend, Last: sunday, From: 19, To: 23}}, Relative: guess(1.2, 1.15, 1.1)},
	}
}

// perZone returns a figure per zone, rounded to four digits after the point.
func perZone(f func(road.Zone) float64) map[string]float64 {
	m := map[string]float64{}
	for z := road.Central; z < road.Zones; z++ {
		m[z.String()] = round4(f(z))
	}
	return m
}

func byName(figures map[road.Class]float64) map[string]float64 {
	m := map[string]float64{}
	for c, v := range figures {
		m[c.String()] = v
	}
	return m
}
