package main

import (
	"fmt"
	"math"

	osgb "github.com/fofanov/go-osgb"
	"github.com/nearside-ems/nearside/geo/bng/internal/mercator"
)

// The table covers geo.London with a node every 5 km of the projected plane.
const (
	east, north = 500_000, 150_000
	step        = 5_000
	columns     = 14
	rows        = 12
	every       = 500 // metres between samples: half of OSTN15's own spacing
)

// fit returns the nodes' shifts in millimetres for which bilinear interpolation comes nearest to
// OSTN15's over the whole table, in the sense of least squares.
func fit(ostn15 osgb.CoordinateTransformer) ([][2]float64, error) {
	const n = columns * rows
	normal := make([][n + 2]float64, n) // AᵀA and the two columns of Aᵀb
	for e := float64(east); e <= east+(columns-1)*step; e += every {
		for no := float64(north); no <= north+(rows-1)*step; no += every {
			lat, lon := mercator.Inverse(e, no)
			c, err := ostn15.ToNationalGrid(osgb.NewETRS89Coord(lon, lat, 0))
			if err != nil {
				return nil, fmt.Errorf("at %v, %v: %w", lat, lon, err)
			}
			at, weight := corners(e, no)
			for i, a := range at {
				for k, b := range at {
					normal[a][b] += weight[i] * weight[k]
				}
				normal[a][n] += weight[i] * (c.Easting - e) * 1000
				normal[a][n+1] += weight[i] * (c.Northing - no) * 1000
			}
		}
	}
	// The matrix is symmetric, positive definite and well conditioned: elimination without pivots will do.
	for p := range n {
		for r := range n {
			if f := normal[r][p] / normal[p][p]; r != p && f != 0 {
				for k := p; k < n+2; k++ {
					normal[r][k] -= f * normal[p][k]
				}
			}
		}
	}
	nodes := make([][2]float64, n)
	for i := range nodes {
		nodes[i] = [2]float64{normal[i][n] / normal[i][i], normal[i][n+1] / normal[i][i]}
	}
	return nodes, nil
}

// corners returns the four nodes around a place and their weights.
func corners(e, n float64) (at [4]int, weight [4]float64) {
	x, y := (e-east)/step, (n-north)/step
	i, j := min(math.Floor(x), columns-2), min(math.Floor(y), rows-2)
	t, u := x-i, y-j
	k := int(j)*columns + int(i)
	return [4]int{k, k + 1, k + columns, k + columns + 1}, [4]float64{(1 - t) * (1 - u), t * (1 - u), (1 - t) * u, t * u}
}
