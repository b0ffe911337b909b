package lattice

import (
	"math"

	"github.com/paulmach/orb"
)

// Side is the number of squares along each side of the box around a cell; Squares their number.
const (
	Side    = 4
	Squares = Side * Side
)

// A cell of resolution 9 reaches up to 206 m from its centre in London, so that its box is 412 m wide
// and a square 103 m. Metres in a degree are those of latitude 51.5; their error over London, 0.5 %,
// shifts a square's edge by under a metre.
const (
	reach     = 206.0
	lonMetres = 69440.3
	latMetres = 111257.8
)

// Square returns the square of a point in the box around a cell's centre, row by row from the
// south-west; points outside the box belong to the nearest square.
func Square(centre, p orb.Point) int {
	column := place((p.Lon() - centre.Lon()) * lonMetres)
	row := place((p.Lat() - centre.Lat()) * latMetres)
	return row*Side + column
}

func place(metres float64) int {
	return int(min(max(math.Floor((metres+reach)*Side/(2*reach)), 0), Side-1))
}

// SquareCentre returns the middle of a square of the cell with the given centre.
func SquareCentre(centre orb.Point, square int) orb.Point {
	middle := func(i int) float64 { return (float64(i)+0.5)*2*reach/Side - reach }
	return orb.Point{centre.Lon() + middle(square%Side)/lonMetres, centre.Lat() + middle(square/Side)/latMetres}
}
