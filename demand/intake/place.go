package intake

import (
	"math"

	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/paulmach/orb"
)

// placing finds the cells of rows and keeps count of what looks like coordinates in the wrong columns.
type placing struct {
	where Locator
	by    placeBy

	placed  int64 // rows with coordinates that are numbers and not 0, 0
	swapped int64 // in the city when the coordinates are swapped
	metres  int64 // degrees that are in the city as metres of the National Grid
	degrees int64 // metres that are in the city as degrees
}

// placeBy is what says where a call was.
type placeBy uint8

const (
	byDegrees placeBy = iota
	byMetres
	byGridRef
	byArea
)

// of returns the cell of a row.
func (p *placing) of(r *row) (int32, Reason) {
	switch p.by {
	case byDegrees:
		return p.pair(&r[useLon], &r[useLat], p.atDegrees)
	case byMetres:
		return p.pair(&r[useEasting], &r[useNorthing], p.atMetres)
	case byGridRef:
		return p.gridRef(&r[useGridRef])
	default:
		return p.area(&r[useArea])
	}
}

// pair returns the cell at two coordinates, that to the east first.
func (p *placing) pair(east, north *value, at func(x, y float64) (int32, bool)) (int32, Reason) {
	if east.missing() || north.missing() {
		return 0, NoPlace
	}
	x, okX := east.number()
	y, okY := north.number()
	if !okX || !okY || math.IsNaN(x+y) || math.IsInf(x+y, 0) {
		return 0, UnreadablePlace
	}
	if x == 0 && y == 0 {
		return 0, ZeroPlace
	}
	p.placed++
	if cell, ok := at(x, y); ok {
		return cell, kept
	}
	p.suspect(x, y, at)
	return 0, Outside
}

// suspect counts coordinates outside the city that would be in it if read another way.
func (p *placing) suspect(x, y float64, at func(x, y float64) (int32, bool)) {
	if _, ok := at(y, x); ok {
		p.swapped++
		return
	}
	other, count := p.atMetres, &p.metres
	if p.by == byMetres {
		other, count = p.atDegrees, &p.degrees
	}
	_, ok := other(x, y)
	if !ok {
		_, ok = other(y, x)
	}
	if ok {
		*count++
	}
}

func (p *placing) atDegrees(x, y float64) (int32, bool) { return p.where.At(orb.Point{x, y}) }

func (p *placing) atMetres(x, y float64) (int32, bool) {
	at, err := bng.Point{Easting: x, Northing: y}.WGS84()
	if err != nil {
		return 0, false
	}
	return p.where.At(at)
}

func (p *placing) gridRef(v *value) (int32, Reason) {
	if v.missing() {
		return 0, NoPlace
	}
	square, err := bng.ParseSquare(string(v.text))
	if err != nil {
		return 0, UnreadablePlace
	}
	if cell, ok := p.atMetres(square.Centre().Easting, square.Centre().Northing); ok {
		return cell, kept
	}
	return 0, Outside
}

func (p *placing) area(v *value) (int32, Reason) {
	if v.missing() {
		return 0, NoPlace
	}
	if cell, ok := p.where.Named(string(v.word())); ok {
		return cell, kept
	}
	return 0, UnknownArea
}
