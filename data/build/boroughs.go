package build

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// boroughTolerance is how far, in metres, a simplified boundary may lie from the points left out.
const boroughTolerance = 8

// smallestPart is the least area, in square metres, of a detached part of a borough that is kept.
const smallestPart = 100

// sourceBorough is a feature of boundaries/boroughs_mhw.geojson.
type sourceBorough struct {
	Properties struct {
		Name string `json:"NAME"`
		Code string `json:"GSS_CODE"`
	} `json:"properties"`
	Geometry struct {
		Coordinates orb.MultiPolygon `json:"coordinates"`
	} `json:"geometry"`
}

// BoroughsFile holds the boroughs' boundaries, relative to the data folder.
const BoroughsFile = "boroughs/boroughs.geojson"

const (
	boundariesFile    = "boundaries/boroughs_mhw.geojson"
	boroughLookupFile = "lookups/borough_lookup.csv"
)

var boroughsStep = Step{
	Name:    "boroughs",
	Inputs:  []string{boundariesFile, boroughLookupFile},
	Outputs: []string{BoroughsFile},
	What:    "The 33 boroughs: GSS code, name, integrated care board, inner or outer, and boundary at mean high water, simplified so that neighbours share it point for point.",
	Licence: ogl,
	Run:     makeBoroughs,
}

func makeBoroughs(src, out string) (Record, error) {
	original, err := readSourceBoroughs(src)
	if err != nil {
		return Record{}, err
	}
	if _, err := outlineOf(allRings(original)); err != nil {
		return Record{}, fmt.Errorf("%s: %w", boundariesFile, err) // a gap or an overlap that this step does not mend
	}
	simple, err := simplifyBoroughs(original)
	if err != nil {
		return Record{}, err
	}
	if err := checkBoroughs(simple); err != nil {
		return Record{}, err
	}
	record, err := boroughsRecord(original, simple)
	if err != nil {
		return Record{}, err
	}
	return record, writeBoroughs(filepath.Join(out, filepath.FromSlash(BoroughsFile)), simple)
}

// mostAreaChange is how far, as a share, a borough's area may be from the source's.
const mostAreaChange = 0.005

// boroughsRecord compares areas with the source's and fails where one is too far off.
func boroughsRecord(original, simple []geo.Borough) (Record, error) {
	var worst, before, after float64
	var where string
	var points [2]int
	for i := range simple {
		was, is := geo.Area(original[i].Land), geo.Area(simple[i].Land)
		if change := math.Abs(is/was - 1); change > worst {
			worst, where = change, simple[i].Name
		}
		before, after = before+was, after+is
		points[0] += countPoints(original[i].Land)
		points[1] += countPoints(simple[i].Land)
	}
	if worst > mostAreaChange {
		return Record{}, fmt.Errorf("%s: area changes by %.2f %%, more than %.1f %%", where, 100*worst, 100*mostAreaChange)
	}
	return Record{
		Checks: []string{
			fmt.Sprintf("%d points kept of %d; no boundary is over %d m from the points left out.", points[1], points[0], boroughTolerance),
			fmt.Sprintf("Area %.2f km² (source %.2f km², WGS 84 ellipsoid); the largest change is %.3f %%, of %s.", after/1e6, before/1e6, 100*worst, where),
			"Union equals the outline and overlap is zero, shown on the boundaries themselves: no two edges cross or touch but at shared ends (exact integer arithmetic), a shared edge is used once from each side, and the edges used once form a single ring whose area is the sum of the boroughs'.",
			"The source has no gaps or slivers between boroughs: neighbours share their points, so none had to be closed.",
		},
		Caveats: []string{
			"Boundaries follow mean high water: the tidal Thames is in no borough.",
			fmt.Sprintf("Left out: a detached part of Newham of 2 m² (parts under %d m²).", smallestPart),
			"Inner and outer London as in the London Government Act 1963: Greenwich is inner, Haringey and Newham outer.",
		},
	}, nil
}

func countPoints(land orb.MultiPolygon) int {
	n := 0
	for _, polygon := range land {
		for _, ring := range polygon {
			n += len(ring) - 1
		}
	}
	return n
}

// readSourceBoroughs reads the boundaries and joins the lookup of sectors to them, by ascending code.
func readSourceBoroughs(src string) ([]geo.Borough, error) {
	path := filepath.Join(src, filepath.FromSlash(boundariesFile))
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var collection struct {
		Features []sourceBorough `json:"features"`
	}
	if err := json.Unmarshal(raw, &collection); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	known, err := readBoroughLookup(filepath.Join(src, filepath.FromSlash(boroughLookupFile)))
	if err != nil {
		return nil, err
	}
	var boroughs []geo.Borough
	for _, f := range collection.Features {
		b, ok := known[f.Properties.Code]
		if !ok {
			return nil, fmt.Errorf("%s: %s is not in the lookup", path, f.Properties.Code)
		}
		b.Land = f.Geometry.Coordinates
		boroughs = append(boroughs, b)
	}
	slices.SortFunc(boroughs, func(a, b geo.Borough) int { return strings.Compare(a.Code, b.Code) })
	return boroughs, nil
}

// readBoroughLookup reads code, name, sector and inner or outer London, by code.
func readBoroughLookup(path string) (map[string]geo.Borough, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	boroughs := map[string]geo.Borough{}
	for _, row := range rows[1:] {
		sector, err := geo.ParseSector(row[column["icb_short"]])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		boroughs[row[column["lad_code"]]] = geo.Borough{
			Code: row[column["lad_code"]], Name: row[column["lad_name"]],
			Sector: sector, Inner: row[column["statutory_inner"]] == "1",
		}
	}
	return boroughs, nil
}

// simplifyBoroughs simplifies all boundaries together and leaves out the smallest detached parts.
func simplifyBoroughs(original []geo.Borough) ([]geo.Borough, error) {
	var rings []orb.Ring
	var owner []int
	for i, b := range original {
		for _, polygon := range b.Land {
			if len(polygon) != 1 {
				return nil, fmt.Errorf("%s has a hole, which the sources are not known to have", b.Name)
			}
			if math.Abs(geo.RingArea(polygon[0])) >= smallestPart {
				rings = append(rings, rounded(polygon[0]))
				owner = append(owner, i)
			}
		}
	}
	rings, err := simplify(rings, boroughTolerance)
	if err != nil {
		return nil, err
	}
	simple := slices.Clone(original)
	for i := range simple {
		simple[i].Land = nil
	}
	for k, ring := range rings {
		if geo.RingArea(ring) < 0 {
			slices.Reverse(ring) // outer rings run anticlockwise (RFC 7946)
		}
		b := &simple[owner[k]]
		b.Land = append(b.Land, orb.Polygon{ring})
	}
	return simple, nil
}

// writeBoroughs writes GeoJSON with a feature a line.
func writeBoroughs(path string, boroughs []geo.Borough) error {
	var b strings.Builder
	b.WriteString("{\"type\":\"FeatureCollection\",\"features\":[\n")
	for i, borough := range boroughs {
		line, err := json.Marshal(map[string]any{
			"type": "Feature",
			"properties": map[string]any{
				"code": borough.Code, "name": borough.Name, "sector": borough.Sector.String(), "inner": borough.Inner,
			},
			"geometry": map[string]any{"type": "MultiPolygon", "coordinates": borough.Land},
		})
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
