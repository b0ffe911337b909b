package outline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Outline is a city made from a GeoJSON file. Its cells are either H3 cells or areas. It is safe to
// share while no districts are set.
type Outline struct {
	name     string
	zone     *time.Location
	holidays string

	// One of the two is there.
	cover  *grid.Cover
	shapes []orb.MultiPolygon // of areas

	names     []name // of areas
	byName    map[string]int32
	index     *areas
	crescents []crescent
	labels    []string // of areas, for people
	districts []string
	district  []int32 // of each cell
	byCalls   bool    // the districts were told by calls
}

// build makes the city of features.
func build(features []feature, s *Settings) (*Outline, error) {
	zone, err := zoneOf(s.Zone)
	if err != nil {
		return nil, err
	}
	if err := checkZone(boundOf(features), zone); err != nil {
		return nil, err
	}
	o := &Outline{name: s.Name, zone: zone, holidays: s.Holidays}
	if s.Resolution == Areas {
		return o, o.byArea(features, s.Property)
	}
	return o, o.byHexagon(features, s)
}

// byHexagon makes H3 cells. Features with names are districts, those of one name together.
func (o *Outline) byHexagon(features []feature, s *Settings) error {
	title, ok := s.Property, true
	if title == "" {
		title, ok = titleOf(features)
	} else if !all(features, title) {
		return fmt.Errorf("not every feature has the property %q; the first has %s", title, list(features))
	}
	var shapes []orb.MultiPolygon // by district
	at := map[string]int{}
	for i := range features {
		district := s.Name
		if ok {
			district = features[i].values[title]
		}
		d, known := at[district]
		if !known {
			d = len(shapes)
			at[district] = d
			o.districts, shapes = append(o.districts, district), append(shapes, nil)
		}
		shapes[d] = append(shapes[d], features[i].shape...)
	}
	var err error
	if o.cover, err = grid.NewCover(shapes, s.Resolution); err != nil {
		return err
	}
	for i := range grid.Index(o.cover.Len()) {
		o.district = append(o.district, int32(o.cover.Part(i)))
	}
	o.forgetEmpty()
	return nil
}

// forgetEmpty leaves out the districts that have no cell.
func (o *Outline) forgetEmpty() {
	to := make([]int32, len(o.districts))
	for _, d := range o.district {
		to[d] = 1
	}
	var kept []string
	for d, used := range to {
		to[d] = int32(len(kept))
		if used == 1 {
			kept = append(kept, o.districts[d])
		}
	}
	for i, d := range o.district {
		o.district[i] = to[d]
	}
	o.districts = kept
}

// byArea makes each feature a cell, and its own district.
func (o *Outline) byArea(features []feature, property string) error {
	names, err := namesOf(features, property)
	if err != nil {
		return err
	}
	title, titled := titleOf(features)
	for i := range features {
		o.shapes = append(o.shapes, features[i].shape)
		switch {
		case property != "":
			o.labels = append(o.labels, features[i].values[property])
		case titled:
			o.labels = append(o.labels, features[i].values[title])
		case len(names) > 0:
			o.labels = append(o.labels, names[0].Values[i])
		default:
			o.labels = append(o.labels, fmt.Sprintf("area %d", i+1))
		}
		o.district = append(o.district, int32(i))
	}
	o.names, o.districts = names, slices.Clone(o.labels)
	if err := o.finish(); err != nil {
		return err
	}
	return o.checkOverlap()
}

// finish makes what is looked up.
func (o *Outline) finish() (err error) {
	if o.cover == nil {
		o.index, o.crescents = newAreas(o.shapes), crescents(o.shapes)
		o.byName, err = lookup(o.names)
	}
	return err
}

// checkOverlap finds areas that lie on top of each other, by their centroids.
func (o *Outline) checkOverlap() error {
	for i, m := range o.shapes {
		p, _ := planar.CentroidArea(m)
		if other, ok := o.At(p); ok && other != int32(i) {
			return fmt.Errorf("areas %d (%s) and %d (%s) overlap", other+1, o.labels[other], i+1, o.labels[i])
		}
	}
	return nil
}

// Len returns the number of cells.
func (o *Outline) Len() int { return len(o.district) }

// Name returns the city's name.
func (o *Outline) Name() string { return o.name }

// At returns the cell that holds a point, longitude and latitude in WGS84. The centroid of an area is in
// that area, whatever its shape.
func (o *Outline) At(p orb.Point) (cell int32, ok bool) {
	if o.cover != nil {
		i, ok := o.cover.At(p)
		return int32(i), ok
	}
	if i, ok := crescentAt(o.crescents, p); ok {
		return i, true
	}
	return o.index.at(p)
}

// Named returns the cell that a name or code stands for, whichever its capitals, spaces and leading
// zeros: an area's, or an H3 identifier.
func (o *Outline) Named(area string) (cell int32, ok bool) {
	if o.cover != nil {
		i, ok := o.cover.Find(area)
		return int32(i), ok
	}
	i, ok := o.byName[fold(area)]
	return i, ok
}

// String says what the city is made of.
func (o *Outline) String() string {
	if o.cover != nil {
		return fmt.Sprintf("%s: %d H3 cells of resolution %d in %s, %s", o.name, o.Len(), o.cover.Res(), counted(len(o.districts), "district"), o.zone)
	}
	known := "found by points only"
	if len(o.names) > 0 {
		var by []string
		for _, n := range o.names {
			by = append(by, fmt.Sprintf("%q", n.Property))
		}
		known = "known by " + strings.Join(by, ", ")
	}
	return fmt.Sprintf("%s: %s, %s, in %s, %s", o.name, counted(o.Len(), "area"), known, counted(len(o.districts), "district"), o.zone)
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
