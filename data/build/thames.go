package build

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// ThamesFile holds the Thames, relative to the data folder.
const ThamesFile = "boroughs/thames.geojson"

var thamesStep = Step{
	Name:    "thames",
	Needs:   []string{BoroughsFile},
	Outputs: []string{ThamesFile},
	What:    "The Thames: the tidal river between its banks with Bow Creek and Barking Creek as a polygon, and above Teddington the middle of the river as a line.",
	Licence: ogl,
	Run:     makeThames,
}

// crayfordNess is the cape, on the south bank, at which London's part of the river ends.
var crayfordNess = orb.Point{0.2117, 51.4827}

// Boroughs on the river's ends: Bexley has Crayford Ness, Havering lies opposite, and Teddington, where
// the tide ends, is between Richmond on both banks and Kingston.
const (
	bexley   = "E09000004"
	havering = "E09000016"
	kingston = "E09000021"
	richmond = "E09000027"
)

func makeThames(_, out string) (Record, error) {
	f, err := os.Open(filepath.Join(out, filepath.FromSlash(BoroughsFile)))
	if err != nil {
		return Record{}, err
	}
	defer func() { _ = f.Close() }()
	boroughs, err := geo.ReadBoroughs(f)
	if err != nil {
		return Record{}, err
	}
	tidal, err := tidalThames(boroughs)
	if err != nil {
		return Record{}, err
	}
	upper := upperThames(boroughs, tidal)
	closing := segmentLength(tidal[0], tidal[1])
	record := Record{
		Checks: []string{
			fmt.Sprintf("The tidal polygon has %d points and %.2f km²; its banks are the boroughs' outline point for point, and it crosses no boundary (exact integer arithmetic).", len(tidal)-1, geo.RingArea(tidal)/1e6),
			fmt.Sprintf("It is closed in the east by the shortest line from Crayford Ness to the north bank, %.0f m.", closing),
		},
		Caveats: []string{
			"The tidal river is what the boroughs' boundaries at mean high water leave out; islands in no borough (Eel Pie Island, Isleworth Ait) are drawn as water.",
			"Docks, the Lea above Bow Locks and all water above the tide are part of a borough in the source and not here.",
			fmt.Sprintf("Above Teddington the source has no banks. The line is the boundary of Kingston and Richmond, which follows the middle of the river, from Teddington to the edge of London at Thames Ditton; its first %.0f m, to that boundary from where the tide ends, are drawn straight. Between Hampton and Sunbury, where the river bounds London, see the outline of Richmond.", segmentLength(upper[0], upper[1])),
		},
	}
	return record, writeThames(filepath.Join(out, filepath.FromSlash(ThamesFile)), tidal, upper)
}

// tidalThames returns the ring, anticlockwise, of the gap between north bank and south bank. It starts
// at Crayford Ness and goes on with the place opposite.
func tidalThames(boroughs []geo.Borough) (orb.Ring, error) {
	outline, err := outlineOf(allRings(boroughs))
	if err != nil {
		return nil, err
	}
	open := outline[:len(outline)-1]
	ness := nearestOf(open, pointsOf(boroughs, bexley), crayfordNess)
	opposite := nearestOf(open, pointsOf(boroughs, havering), open[ness])
	// The outline runs anticlockwise around the land: from the ness upstream along the south bank and
	// back along the north bank, with the water on its right.
	open = slices.Concat(open[ness:], open[:ness])
	banks := open[:(opposite-ness+len(open))%len(open)+1]
	ring := slices.Concat(banks, banks[:1])
	slices.Reverse(ring)
	if geo.RingArea(ring) < 0 {
		return nil, fmt.Errorf("the Thames runs the wrong way round: Crayford Ness was looked for at %v", open[0])
	}
	if bad := crossings(append(allRings(boroughs), ring)); len(bad) > 0 {
		return nil, fmt.Errorf("the Thames crosses a boundary at %v", bad[0][0].a)
	}
	return ring, nil
}

// upperThames returns the line from where the tide ends along the boundary of Kingston and Richmond to
// the edge of London.
func upperThames(boroughs []geo.Borough, tidal orb.Ring) orb.LineString {
	shared := sharedBoundary(pointsOf(boroughs, kingston), boroughs, richmond)
	least, from, at := math.Inf(1), orb.Point{}, 0
	for i, p := range shared {
		for _, q := range tidal {
			if d := segmentLength(p, q); d < least {
				least, from, at = d, q, i
			}
		}
	}
	return append(orb.LineString{from}, shared[at:]...)
}

// sharedBoundary returns the points of a ring that a borough shares, from its northern end to its southern.
func sharedBoundary(ring map[orb.Point]bool, boroughs []geo.Borough, code string) orb.LineString {
	var line orb.LineString
	for _, b := range boroughs {
		if b.Code != code {
			continue
		}
		points := b.Land[0][0][:len(b.Land[0][0])-1]
		start := slices.IndexFunc(points, func(p orb.Point) bool { return !ring[p] })
		for _, p := range slices.Concat(points[start:], points[:start]) {
			if ring[p] {
				line = append(line, p)
			}
		}
	}
	if line[0].Lat() < line[len(line)-1].Lat() {
		line.Reverse()
	}
	return line
}

// pointsOf returns the points of a borough's boundary.
func pointsOf(boroughs []geo.Borough, code string) map[orb.Point]bool {
	points := map[orb.Point]bool{}
	for _, b := range boroughs {
		if b.Code == code {
			for _, ring := range allRings([]geo.Borough{b}) {
				for _, p := range ring {
					points[p] = true
				}
			}
		}
	}
	return points
}

// nearestOf returns the position of the one of points, among those in a set, that is nearest to p.
func nearestOf(points []orb.Point, of map[orb.Point]bool, p orb.Point) int {
	best, least := 0, math.Inf(1)
	for i, q := range points {
		if d := segmentLength(p, q); of[q] && d < least {
			best, least = i, d
		}
	}
	return best
}

// segmentLength returns the distance in metres of two points in London.
func segmentLength(a, b orb.Point) float64 { return segmentDistance(a, b, b) }

func writeThames(path string, tidal orb.Ring, upper orb.LineString) error {
	var b strings.Builder
	b.WriteString("{\"type\":\"FeatureCollection\",\"features\":[\n")
	for i, f := range []struct {
		kind     string
		geometry orb.Geometry
	}{{"tidal", orb.Polygon{tidal}}, {"upper", upper}} {
		line, err := json.Marshal(map[string]any{
			"type":       "Feature",
			"properties": map[string]any{"name": "River Thames", "kind": f.kind},
			"geometry":   map[string]any{"type": f.geometry.GeoJSONType(), "coordinates": f.geometry},
		})
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
