package outline

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/paulmach/orb"
)

// File is the name of the city within a data directory. docs/format/city.md has its layout.
const File = "city.json"

// Format is the version of the layout.
const Format = 1

// layout is the file.
type layout struct {
	Format    int       `json:"format"`
	Name      string    `json:"name"`
	Zone      string    `json:"zone"`
	Holidays  string    `json:"holidays"`
	Hash      string    `json:"hash"`
	Districts []string  `json:"districts"`
	District  []int32   `json:"district"`
	ByCalls   bool      `json:"districts_by_calls"`
	Hexagons  *hexagons `json:"hexagons,omitempty"`
	Areas     *areaList `json:"areas,omitempty"`
}

type hexagons struct {
	Resolution int       `json:"resolution"`
	Cells      []string  `json:"cells"`
	Land       []float64 `json:"land_m2"`
}

type areaList struct {
	Labels []string           `json:"labels"`
	Names  []name             `json:"names"`
	Shapes []orb.MultiPolygon `json:"shapes"`
}

// Save keeps the city in a data directory.
func (o *Outline) Save(dir string) error {
	return artefact.Replace(filepath.Join(dir, File), o.Encode)
}

// Encode writes the city as its file has it.
func (o *Outline) Encode(w io.Writer) error {
	hash := o.Hash()
	f := layout{
		Format: Format, Name: o.name, Zone: o.zone.String(), Holidays: o.holidays, Hash: hex.EncodeToString(hash[:]),
		Districts: o.districts, District: o.district, ByCalls: o.byCalls,
	}
	if o.cover == nil {
		f.Areas = &areaList{o.labels, o.names, o.shapes}
		return json.NewEncoder(w).Encode(&f)
	}
	f.Hexagons = &hexagons{Resolution: o.cover.Res()}
	for i := range grid.Index(o.cover.Len()) {
		f.Hexagons.Cells = append(f.Hexagons.Cells, o.cover.ID(i))
		f.Hexagons.Land = append(f.Hexagons.Land, o.cover.Area(i))
	}
	return json.NewEncoder(w).Encode(&f)
}

// Open returns the city that a data directory keeps. It returns an error that wraps fs.ErrNotExist where
// there is none, and one that wraps artefact.ErrUnusable where the file is damaged.
func Open(dir string) (*Outline, error) {
	path := filepath.Join(dir, File)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	o, err := Decode(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return o, nil
}

// maxFile is the greatest size of the file: numbers are longer there than in most outlines.
const maxFile = 4 * MaxBytes

// Decode reads what Encode wrote.
func Decode(r io.Reader) (*Outline, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	var f layout
	if len(text) > maxFile {
		return nil, fmt.Errorf("%w: over %d MiB", artefact.ErrCorrupt, maxFile>>20)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", artefact.ErrCorrupt, err)
	}
	if f.Format != Format {
		return nil, fmt.Errorf("%w: format %d, want %d", artefact.ErrVersion, f.Format, Format)
	}
	o, err := f.outline()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", artefact.ErrCorrupt, err)
	}
	return o, nil
}

// outline makes the city of a file, checked.
func (f *layout) outline() (*Outline, error) {
	s := Settings{Name: f.Name, Zone: f.Zone, Holidays: f.Holidays}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	zone, err := zoneOf(f.Zone)
	if err != nil {
		return nil, err
	}
	o := &Outline{name: f.Name, zone: zone, holidays: f.Holidays, districts: f.Districts, district: f.District, byCalls: f.ByCalls}
	if (f.Hexagons == nil) == (f.Areas == nil) {
		return nil, errors.New("want either hexagons or areas")
	}
	if f.Hexagons != nil {
		h := f.Hexagons
		o.cover, err = grid.RestoreCover(h.Resolution, h.Cells, h.Land, f.District)
	} else {
		err = o.restoreAreas(f.Areas)
	}
	if err != nil {
		return nil, err
	}
	if err := o.finish(); err != nil {
		return nil, err
	}
	if _, err := o.City(); err != nil {
		return nil, err
	}
	if hash := o.Hash(); hex.EncodeToString(hash[:]) != f.Hash {
		return nil, errors.New("the hash is not that of its cells")
	}
	return o, nil
}

func (o *Outline) restoreAreas(a *areaList) error {
	n := len(o.district)
	if n == 0 || n > MaxCells || len(a.Shapes) != n || len(a.Labels) != n {
		return fmt.Errorf("%d shapes and %d labels of %d areas; want 1 to %d of each", len(a.Shapes), len(a.Labels), n, MaxCells)
	}
	for i, m := range a.Shapes {
		if err := checkRings(m); err != nil {
			return fmt.Errorf("area %d: %w", i+1, err)
		}
	}
	if i := slices.IndexFunc(a.Names, func(m name) bool { return len(m.Values) != n }); i >= 0 {
		return fmt.Errorf("property %q has %d values; want %d", a.Names[i].Property, len(a.Names[i].Values), n)
	}
	o.shapes, o.labels, o.names = a.Shapes, a.Labels, a.Names
	return nil
}
