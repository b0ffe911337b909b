package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Sector is one of London's five integrated care boards (ICB), the NHS's planning areas.
type Sector uint8

// The five sectors, in alphabetical order of their usual abbreviations.
const (
	NCL Sector = iota // North Central London
	NEL               // North East London
	NWL               // North West London
	SEL               // South East London
	SWL               // South West London
	Sectors
)

// String returns the usual abbreviation, such as "NCL".
func (s Sector) String() string {
	return [...]string{"NCL", "NEL", "NWL", "SEL", "SWL", "no sector"}[min(s, Sectors)]
}

// ParseSector returns the sector with an abbreviation such as "NCL".
func ParseSector(abbreviation string) (Sector, error) {
	for s := range Sectors {
		if s.String() == abbreviation {
			return s, nil
		}
	}
	return Sectors, fmt.Errorf("sector %q is not known; want NCL, NEL, NWL, SEL or SWL", abbreviation)
}

// Borough is one of the 32 London boroughs or the City of London.
type Borough struct {
	Code   string // GSS code, E09000001 to E09000033
	Name   string
	Sector Sector
	Inner  bool             // inner London as in the London Government Act 1963
	Land   orb.MultiPolygon // boundary at mean high water, simplified
}

// CheckLand says what is wrong with a multipolygon: it must have polygons, their rings must be closed
// and all points lie in London.
func CheckLand(land orb.MultiPolygon) error {
	if len(land) == 0 {
		return fmt.Errorf("geometry is empty")
	}
	for i, polygon := range land {
		if len(polygon) == 0 {
			return fmt.Errorf("polygon %d has no rings", i)
		}
		for j, ring := range polygon {
			if err := checkRing(ring); err != nil {
				return fmt.Errorf("polygon %d, ring %d: %w", i, j, err)
			}
		}
	}
	return nil
}

func checkRing(ring orb.Ring) error {
	if len(ring) < 4 || !ring.Closed() {
		return fmt.Errorf("want at least 4 points, the last the same as the first")
	}
	for _, p := range ring {
		if _, err := CheckPoint(p.Lat(), p.Lon()); err != nil {
			return err
		}
	}
	return nil
}
