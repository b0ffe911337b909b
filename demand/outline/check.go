package outline

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// The latitudes in which an outline may lie, in degrees. No city lies beyond them, and an American
// latitude and longitude that were swapped do.
const minLat, maxLat = -60, 82

// checkFeatures says what is wrong with the shapes.
func checkFeatures(features []feature) error {
	for i := range features {
		f := &features[i]
		if err := checkRings(f.shape); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		if geo.Area(f.shape) < 1 {
			return fmt.Errorf("%s has an area below 1 m²", f)
		}
		at, crosses, err := crossing(f.shape)
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		if crosses {
			return fmt.Errorf("%s: its boundary crosses itself near longitude %.5f, latitude %.5f; repair it (as with ogr2ogr -makevalid)", f, at.Lon(), at.Lat())
		}
	}
	return checkExtent(features)
}

// String names a feature in messages, by its number and, where it has one, its name.
func (f *feature) String() string {
	for key, v := range f.values {
		if strings.EqualFold(key, "name") {
			return fmt.Sprintf("feature %d (%s)", f.number, v)
		}
	}
	return fmt.Sprintf("feature %d", f.number)
}

func checkRings(m orb.MultiPolygon) error {
	if len(m) == 0 {
		return errors.New("it has no polygons")
	}
	for _, polygon := range m {
		if len(polygon) == 0 {
			return errors.New("it has a polygon without rings")
		}
		outer := polygon[0].Bound()
		for _, ring := range polygon {
			if b := ring.Bound(); !outer.Contains(b.Min) || !outer.Contains(b.Max) {
				return errors.New("it has a polygon with a hole outside of it")
			}
			if len(ring) < 4 || !ring.Closed() {
				return fmt.Errorf("a ring of %d points; want at least 4, the last the same as the first", len(ring))
			}
			for _, p := range ring {
				if err := checkPlace(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func checkPlace(p orb.Point) error {
	lon, lat := p.Lon(), p.Lat()
	switch {
	case lat >= minLat && lat <= maxLat && math.Abs(lon) <= 180:
		return nil
	case math.Abs(lon) > 360 || math.Abs(lat) > 360:
		return fmt.Errorf("a point at %v, %v looks like metres of a map grid; want longitude and latitude in degrees (as with ogr2ogr -t_srs EPSG:4326)", lon, lat)
	case lon >= minLat && lon <= maxLat:
		return fmt.Errorf("a point at %v, %v: longitude and latitude look swapped; want the longitude first", lon, lat)
	default:
		return fmt.Errorf("a point at longitude %v, latitude %v; want -180 to 180 and %d to %d degrees", lon, lat, minLat, maxLat)
	}
}

// checkExtent refuses what is larger than any city.
func checkExtent(features []feature) error {
	b := boundOf(features)
	plane := geo.TangentAt(b.Center())
	x, y := plane.Project(b.Max)
	wide, _ := plane.Project(orb.Point{b.Max.Lon(), b.Center().Lat()})
	if across := 2 * max(math.Abs(x), math.Abs(wide), math.Abs(y)); !(across <= MaxMetres) || b.Max.Lon()-b.Min.Lon() > 90 {
		return fmt.Errorf("the outline reaches from longitude %.3f to %.3f and latitude %.3f to %.3f; want at most %d km from one end to the other",
			b.Min.Lon(), b.Max.Lon(), b.Min.Lat(), b.Max.Lat(), MaxMetres/1000)
	}
	return nil
}

func boundOf(features []feature) orb.Bound {
	b := features[0].shape.Bound()
	for _, f := range features[1:] {
		b = b.Union(f.shape.Bound())
	}
	return b
}

// farthest is how many degrees a place can be from the meridian that its clocks go by. China's west is
// 46 degrees from it.
const farthest = 50

// checkZone finds outlines in other parts of the earth than their clocks, which swapped coordinates
// often are.
func checkZone(b orb.Bound, zone *time.Location) error {
	if name := zone.String(); name == "UTC" || strings.HasPrefix(name, "Etc/") {
		return nil
	}
	_, january := time.Date(2025, 1, 1, 0, 0, 0, 0, zone).Zone()
	_, july := time.Date(2025, 7, 1, 0, 0, 0, 0, zone).Zone()
	meridian := float64(min(january, july)) / 240 // 86,400 s for 360°
	if off := math.Remainder(b.Center().Lon()-meridian, 360); math.Abs(off) > farthest {
		return fmt.Errorf("the outline lies around longitude %.2f, latitude %.2f, where clocks do not show the time of %s: are longitude and latitude swapped, or is the time zone another?",
			b.Center().Lon(), b.Center().Lat(), zone)
	}
	return nil
}
