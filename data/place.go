package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// Kind says what a place is.
type Kind string

// Kinds of places. The mental-health kinds come from a compiled list, not an official one.
const (
	EmergencyDepartment Kind = "emergency department"
	CrisisAssessment    Kind = "crisis assessment"
	PlaceOfSafety       Kind = "place of safety" // health-based, section 136
	MentalHealthWard    Kind = "mental-health ward"
	SecureUnit          Kind = "secure unit"
	Hospital            Kind = "hospital"
	FireStation         Kind = "fire station"   // known west of the Greenwich meridian only
	PoliceStation       Kind = "police station" // known west of the Greenwich meridian only
)

// Kinds lists all kinds in the order of places.csv.
var Kinds = []Kind{EmergencyDepartment, CrisisAssessment, PlaceOfSafety, MentalHealthWard, SecureUnit, Hospital, FireStation, PoliceStation}

// CentreKind reports whether a crisis assessment centre could be at a place of this kind. Hospitals
// without an emergency department are left out: the list does not say which of them are private.
func (k Kind) CentreKind() bool {
	switch k {
	case CrisisAssessment, EmergencyDepartment, PlaceOfSafety, MentalHealthWard:
		return true
	default:
		return false
	}
}

// Place is a site in London.
type Place struct {
	Name     string
	Kind     Kind
	Operator string // empty where unknown
	Borough  string // name
	Point    orb.Point
	Verified bool   // a published page says that the place is what Kind says; never call an unverified one official
	Evidence string // what is known and from where
	// Candidate marks places where a plan may put a car, or a centre where Kind.CentreKind. It is
	// false for a place known to have closed, and for all but the first of places within 150 m.
	Candidate bool
}

// PlaceColumns is the header of places.csv, described in docs/format/places.md.
var PlaceColumns = []string{"kind", "name", "operator", "borough", "lat", "lon", "verified", "candidate", "evidence"}

// ReadPlaces decodes places.csv. Errors name the line and the column.
func ReadPlaces(r io.Reader) ([]Place, error) {
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	if !bytes.HasSuffix(all, []byte("\n")) {
		return nil, fmt.Errorf("places: cut short: the last line has no end: %w", errBad)
	}
	c := csv.NewReader(bytes.NewReader(all))
	header, err := c.Read()
	if err != nil || !slices.Equal(header, PlaceColumns) {
		return nil, fmt.Errorf("places: header %q, want %q: %w", header, PlaceColumns, orBad(err))
	}
	var places []Place
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return places, nil
		}
		if err != nil {
			return nil, fmt.Errorf("places: %w", err)
		}
		line, _ := c.FieldPos(0)
		p, err := parsePlace(row)
		if err != nil {
			return nil, fmt.Errorf("places: line %d: %w", line, err)
		}
		places = append(places, p)
	}
}

func parsePlace(row []string) (p Place, err error) {
	p = Place{Kind: Kind(row[0]), Name: row[1], Operator: row[2], Borough: row[3], Evidence: row[8]}
	if !slices.Contains(Kinds, p.Kind) {
		return p, fmt.Errorf("kind %q; want one of %q", p.Kind, Kinds)
	}
	if p.Name == "" || p.Borough == "" {
		return p, fmt.Errorf("name %q, borough %q: want both", p.Name, p.Borough)
	}
	lat, err := strconv.ParseFloat(row[4], 64)
	if err != nil {
		return p, fmt.Errorf("lat: %w", err)
	}
	lon, err := strconv.ParseFloat(row[5], 64)
	if err != nil {
		return p, fmt.Errorf("lon: %w", err)
	}
	if p.Point, err = geo.CheckPoint(lat, lon); err != nil {
		return p, err
	}
	if p.Verified, err = parseYes("verified", row[6]); err != nil {
		return p, err
	}
	p.Candidate, err = parseYes("candidate", row[7])
	return p, err
}

func parseYes(column, s string) (bool, error) {
	if s != "yes" && s != "no" {
		return false, fmt.Errorf("%s is %q; want yes or no", column, s)
	}
	return s == "yes", nil
}
