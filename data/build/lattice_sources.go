package build

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/road"
)

const (
	busFile   = "roads/tfl_bus_sequences_2018.tsv.gz"
	majorFile = "roads/london_2018_MRN.geojson"
	westFile  = "roads/west_london_omt2018.osm.pbf"
)

// busLink is a straight line between two consecutive stops of a bus route.
type busLink struct {
	from, to string // codes of the stops
	a, b     orb.Point
	metres   float64
}

// readBusLinks returns the links of the road services, each once, by the stops' codes. River boats (RB
// and RT) and rail replacement (UL) are left out, as are stops without a place or outside London.
func readBusLinks(src string) ([]busLink, error) {
	f, err := os.Open(filepath.Join(src, busFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", busFile, err)
	}
	found := map[[2]string]busLink{}
	var last [3]string // route, run, stop
	var lastPoint orb.Point
	in := bufio.NewScanner(z)
	for in.Scan() {
		t := strings.Split(in.Text(), "\t")
		if len(t) < 9 { // virtual stops end a line early
			last = [3]string{}
			continue
		}
		p, ok := stopPoint(t[7], t[8])
		if !ok || strings.HasPrefix(t[0], "RB") || strings.HasPrefix(t[0], "RT") || strings.HasPrefix(t[0], "UL") {
			last = [3]string{}
			continue
		}
		if last[0] == t[0] && last[1] == t[1] && last[2] != t[3] {
			found[[2]string{last[2], t[3]}] = busLink{last[2], t[3], lastPoint, p, road.Metres(lastPoint, p)}
		}
		last, lastPoint = [3]string{t[0], t[1], t[3]}, p
	}
	links := make([]busLink, 0, len(found))
	for _, l := range found {
		links = append(links, l)
	}
	slices.SortFunc(links, func(a, b busLink) int {
		if c := strings.Compare(a.from, b.from); c != 0 {
			return c
		}
		return strings.Compare(a.to, b.to)
	})
	return links, in.Err()
}

// stopPoint returns a stop's place; ok is false for the header and for stops without one or outside London.
func stopPoint(easting, northing string) (orb.Point, bool) {
	e, err := strconv.ParseFloat(easting, 64)
	n, errToo := strconv.ParseFloat(northing, 64)
	if err != nil || errToo != nil {
		return orb.Point{}, false
	}
	p, err := bng.Point{Easting: e, Northing: n}.WGS84()
	return p, err == nil
}

// readMajor returns the lines of the Major Road Network.
func readMajor(src string) ([]orb.LineString, error) {
	b, err := os.ReadFile(filepath.Join(src, majorFile))
	if err != nil {
		return nil, err
	}
	var fc geojson.FeatureCollection
	if err := json.Unmarshal(b, &fc); err != nil {
		return nil, fmt.Errorf("%s: %w", majorFile, err)
	}
	var lines []orb.LineString
	for i, f := range fc.Features {
		switch g := f.Geometry.(type) {
		case orb.LineString:
			lines = append(lines, g)
		case orb.MultiLineString:
			lines = append(lines, g...)
		default:
			return nil, fmt.Errorf("%s: feature %d is a %T, want lines", majorFile, i, g)
		}
	}
	return lines, nil
}
