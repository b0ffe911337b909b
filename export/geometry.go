package export

import (
	"encoding/binary"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkb"
)

// wgs84 is the EPSG code of longitude and latitude.
const wgs84 = 4326

// geometryBlob returns a GeoPackageBinary (OGC 12-128r17, clause 2.1.3): a header without envelope,
// then little-endian WKB.
func geometryBlob(g orb.Geometry) ([]byte, error) {
	shape, err := toGeom(g)
	if err != nil {
		return nil, err
	}
	body, err := wkb.Marshal(shape, wkb.NDR)
	if err != nil {
		return nil, fmt.Errorf("geometry: %w", err)
	}
	const version, littleEndian = 0, 1
	head := binary.LittleEndian.AppendUint32([]byte{'G', 'P', version, littleEndian}, wgs84)
	return append(head, body...), nil
}

// toGeom returns the points and multipolygons that plans have as go-geom's types.
func toGeom(g orb.Geometry) (geom.T, error) {
	switch g := g.(type) {
	case orb.Point:
		return geom.NewPointFlat(geom.XY, []float64{g[0], g[1]}), nil
	case orb.MultiPolygon:
		coords := make([][][]geom.Coord, len(g))
		for i, polygon := range g {
			for _, ring := range polygon {
				var line []geom.Coord
				for _, p := range ring {
					line = append(line, geom.Coord{p[0], p[1]})
				}
				coords[i] = append(coords[i], line)
			}
		}
		return geom.NewMultiPolygon(geom.XY).SetCoords(coords)
	}
	return nil, fmt.Errorf("geometry: a %s is not written", g.GeoJSONType())
}
