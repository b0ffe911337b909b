package bng

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Square is what a grid reference stands for: all places whose coordinates begin with its figures.
type Square struct {
	SouthWest Point   // the corner that the reference names
	Side      float64 // metres: 10,000 for 2 figures, 1 for 10
}

// Centre returns the square's centre, the best guess at a place that is known by its reference.
func (s Square) Centre() Point {
	return Point{s.SouthWest.Easting + s.Side/2, s.SouthWest.Northing + s.Side/2}
}

// RefError says what is wrong with a grid reference.
type RefError struct {
	Ref  string
	Want string
}

func (e *RefError) Error() string { return fmt.Sprintf("grid reference %q: %s", e.Ref, e.Want) }

const (
	wantLetters = "want two letters of a National Grid square, such as TQ, and then figures"
	wantFigures = "want 2, 4, 6, 8 or 10 figures, half of them easting and half northing, such as TQ 30027 80380"
)

// The National Grid's 100 km squares: 5 × 5 of them to a 500 km square, lettered A to Z without I from
// the north-west; the 500 km squares are lettered alike, and the grid's origin is the corner of S.
const (
	letters = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
	hundred = 100_000
	columnS = 2 // of the 500 km square S, and its row from the south
	rowS    = 1
)

// Parse returns the south-west corner of the square that a grid reference stands for, which is what the
// reference names. For a place known only by its reference use ParseSquare and Centre.
func Parse(ref string) (Point, error) {
	s, err := ParseSquare(ref)
	return s.SouthWest, err
}

// ParseSquare reads a grid reference of 2 to 10 figures, with or without spaces, in either case. The
// error is a *RefError, or a *geo.PointError where the square's centre is not in London.
func ParseSquare(ref string) (Square, error) {
	name, figures, err := split(ref)
	if err != nil {
		return Square{}, err
	}
	corner, ok := square(name)
	if !ok {
		return Square{}, &RefError{ref, wantLetters}
	}
	half := len(figures) / 2
	side := hundred / math.Pow10(half)
	e, _ := strconv.Atoi(figures[:half]) // digits, as split has seen
	n, _ := strconv.Atoi(figures[half:])
	s := Square{Point{corner.Easting + float64(e)*side, corner.Northing + float64(n)*side}, side}
	if _, err := s.Centre().WGS84(); err != nil {
		return Square{}, fmt.Errorf("grid reference %q: %w", ref, err)
	}
	return s, nil
}

// split parts a reference into upper-case letters and figures.
func split(ref string) (name, figures string, err error) {
	trimmed := strings.ToUpper(strings.TrimSpace(ref))
	if len(trimmed) < 2 {
		return "", "", &RefError{ref, wantLetters}
	}
	name, rest := trimmed[:2], trimmed[2:]
	fields := strings.Fields(rest)
	figures = strings.Join(fields, "")
	digits := strings.Trim(figures, "0123456789") == ""
	even := len(figures) >= 2 && len(figures) <= 10 && len(figures)%2 == 0
	halves := len(fields) == 1 || len(fields) == 2 && len(fields[0]) == len(fields[1])
	if !digits || !even || !halves {
		return "", "", &RefError{ref, wantFigures}
	}
	return name, figures, nil
}

// square returns the south-west corner of a 100 km square.
func square(name string) (Point, bool) {
	large, small := strings.IndexByte(letters, name[0]), strings.IndexByte(letters, name[1])
	if large < 0 || small < 0 {
		return Point{}, false
	}
	column := 5*(large%5-columnS) + small%5
	row := 5*(4-large/5-rowS) + 4 - small/5
	return Point{float64(column * hundred), float64(row * hundred)}, true
}

// Ref returns the grid reference of the square that holds a point, such as "TQ 30027 80380". The figures
// are cut off, not rounded, as the Ordnance Survey's guide has it. Figures are 2, 4, 6, 8 or 10; any other
// number is a mistake of the caller's and panics. The reference of a point outside London is empty.
func (p Point) Ref(figures int) string {
	if figures < 2 || figures > 10 || figures%2 != 0 {
		panic(fmt.Sprintf("bng: %d figures; want 2, 4, 6, 8 or 10", figures))
	}
	if p.check() != nil {
		return ""
	}
	half := figures / 2
	side := hundred / math.Pow10(half)
	column, row := int(p.Easting/hundred), int(p.Northing/hundred)
	large := (4-(row/5+rowS))*5 + column/5 + columnS
	small := (4-row%5)*5 + column%5
	e := int(math.Mod(p.Easting, hundred) / side)
	n := int(math.Mod(p.Northing, hundred) / side)
	return fmt.Sprintf("%c%c %0*d %0*d", letters[large], letters[small], half, e, half, n)
}
