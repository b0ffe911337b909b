package build

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// PopulationFile is people and need by cell and borough, relative to the data folder.
const PopulationFile = "population.csv"

const (
	lsoaFile  = "boundaries/lsoa21.geojson.gz"
	lsoaTable = "population/lsoa21_london.csv"
)

var populationStep = Step{
	Name:    "population",
	Inputs:  []string{lsoaFile, lsoaTable},
	Needs:   []string{BoroughsFile},
	Outputs: []string{PopulationFile},
	What:    "People (Census 2021), mental-health need (Indices of Deprivation 2025) and land by H3 cell at resolution 9 and borough.",
	Licence: ogl,
	Run:     population,
}

// lsoa is one of the census's small areas of about 1,700 people.
type lsoa struct {
	borough int
	people  float64
	need    float64
	land    orb.MultiPolygon
}

// part is what one borough has in one cell.
type part struct {
	cell    grid.Index
	borough int
	people  float64
	need    float64 // summed over people
	land    float64 // m²
	whole   int     // people after rounding
}

func population(src, out string) (Record, error) {
	boroughs, err := readBoroughs(out)
	if err != nil {
		return Record{}, err
	}
	g, err := grid.New(boroughs, data.FineRes)
	if err != nil {
		return Record{}, err
	}
	areas, err := readLSOAs(src, boroughs)
	if err != nil {
		return Record{}, err
	}
	parts, outside := interpolate(g, areas)
	empty := addEmptyCells(g, &parts)
	want := make([]int, len(boroughs))
	for _, a := range areas {
		want[a.borough] += int(a.people)
	}
	worst := roundPeople(parts, want)
	r := populationRecord(g, boroughs, areas, parts, want)
	r.Checks = append(r.Checks,
		fmt.Sprintf("Rounding moved no part of a cell by more than %.2f people.", worst),
		fmt.Sprintf("At most %.2f %% of an LSOA's area lies in no cell of the grid (its boundary is generalised); its people are in the cells of the rest. %d cells have land of a borough but none of an LSOA, for the same reason, and nobody in them.", 100*outside, empty))
	return r, writePopulation(filepath.Join(out, PopulationFile), g, boroughs, parts)
}

// interpolate shares the people of each LSOA among cells by area. outside is the largest share of an
// LSOA's area that lies in no cell.
func interpolate(g *grid.Grid, areas []lsoa) (parts []part, outside float64) {
	whole := make([]float64, g.Len()) // the area of each hexagon
	for i := range whole {
		whole[i] = geo.RingArea(g.Outline(grid.Index(i)))
	}
	at := make(map[[2]int]int)
	for _, a := range areas {
		overlaps := g.Overlaps(a.land)
		var total float64
		for _, o := range overlaps {
			total += o.Share * whole[o.Cell]
		}
		outside = max(outside, 1-total/geo.Area(a.land))
		for _, o := range overlaps {
			key := [2]int{int(o.Cell), a.borough}
			k, ok := at[key]
			if !ok {
				k = len(parts)
				at[key] = k
				parts = append(parts, part{cell: o.Cell, borough: a.borough})
			}
			land := o.Share * whole[o.Cell]
			people := a.people * land / total
			parts[k].people += people
			parts[k].need += people * a.need
			parts[k].land += land
		}
	}
	return parts, outside
}

// addEmptyCells gives every cell without a part one without people, sorts the parts by cell and
// borough, and returns how many it added.
func addEmptyCells(g *grid.Grid, parts *[]part) (added int) {
	has := make([]bool, g.Len())
	for _, p := range *parts {
		has[p.cell] = true
	}
	for i := range has {
		if !has[i] {
			*parts = append(*parts, part{cell: grid.Index(i), borough: g.Borough(grid.Index(i)), land: g.Area(grid.Index(i))})
			added++
		}
	}
	slices.SortFunc(*parts, func(a, b part) int { return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.borough, b.borough)) })
	return added
}

// roundPeople rounds people to whole ones so that borough b has want[b] of them: down, and then up
// where the remainder is largest (Hare and Niemeyer). It returns the largest change.
func roundPeople(parts []part, want []int) (worst float64) {
	of := make([][]int, len(want))
	left := slices.Clone(want)
	for i := range parts {
		p := &parts[i]
		p.whole = int(math.Floor(p.people))
		left[p.borough] -= p.whole
		of[p.borough] = append(of[p.borough], i)
	}
	for b, rows := range of {
		slices.SortStableFunc(rows, func(i, j int) int {
			return cmp.Compare(parts[j].people-float64(parts[j].whole), parts[i].people-float64(parts[i].whole))
		})
		for _, i := range rows[:left[b]] {
			parts[i].whole++
		}
	}
	for _, p := range parts {
		worst = max(worst, math.Abs(p.people-float64(p.whole)))
	}
	return worst
}

func populationRecord(g *grid.Grid, boroughs []geo.Borough, areas []lsoa, parts []part, want []int) Record {
	have := make([]int, len(boroughs))
	var total, both int
	var needBefore, needAfter, cellLand float64
	for i, p := range parts {
		have[p.borough] += p.whole
		total += p.whole
		needAfter += float64(p.whole) * thousandths(p.meanNeed())
		if i > 0 && parts[i-1].cell == p.cell {
			both++
		}
	}
	for i := range g.Len() {
		cellLand += g.Area(grid.Index(i))
	}
	same := 0
	for b := range want {
		if have[b] == want[b] {
			same++
		}
	}
	sizes := make([]float64, len(areas))
	var land float64
	for i, a := range areas {
		needBefore += a.people * a.need
		sizes[i] = geo.Area(a.land)
		land += sizes[i]
	}
	slices.Sort(sizes)
	return Record{
		Checks: []string{
			fmt.Sprintf("%d people in %d cells; the total of %d of 33 boroughs is the Census's to the person.", total, g.Len(), same),
			fmt.Sprintf("Mean need over London's people: %.4f by LSOA, %.4f by cell.", needBefore/float64(total), needAfter/float64(total)),
			fmt.Sprintf("Land: %.1f km² in LSOAs, %.1f km² in the grid. %d cells have people or land of more than one borough.", land/1e6, cellLand/1e6, both),
		},
		Caveats: []string{
			fmt.Sprintf("People are spread evenly over the area of their LSOA (median %.3f km², against %.3f km² a cell): parks, water and railways inside it get people too.", sizes[len(sizes)/2]/1e6, geo.RingArea(g.Outline(0))/1e6),
			"Where people live on census day, in March 2021 during a lockdown; not where they are by day or night.",
			"The need indicator is a standardised score for all ages (higher is worse, England's mean is 0), not a rate of crises.",
		},
	}
}

func (p *part) meanNeed() float64 {
	if p.whole == 0 || p.people == 0 {
		return 0
	}
	return p.need / p.people
}

// thousandths rounds to three decimals.
func thousandths(x float64) float64 { return math.Round(x*1000)/1000 + 0 } // never -0

// readLSOAs joins the polygons to the table of people and need, in the polygons' order.
func readLSOAs(src string, boroughs []geo.Borough) ([]lsoa, error) {
	position := make(map[string]int)
	for i := range boroughs {
		position[boroughs[i].Code] = i
	}
	known := make(map[string]lsoa)
	path := filepath.Join(src, filepath.FromSlash(lsoaTable))
	err := readTable(path, func(row map[string]string) error {
		b, ok := position[row["lad_code"]]
		if !ok {
			return fmt.Errorf("borough %q is not known", row["lad_code"])
		}
		people, err1 := strconv.Atoi(row["pop_census2021"])
		need, err2 := strconv.ParseFloat(row["mental_health_indicator_2025"], 64)
		known[row["lsoa21cd"]] = lsoa{borough: b, people: float64(people), need: need}
		return cmp.Or(err1, err2)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	features, err := readLSOAFeatures(filepath.Join(src, filepath.FromSlash(lsoaFile)))
	if err != nil {
		return nil, err
	}
	var areas []lsoa
	for _, f := range features {
		code := f.Properties.MustString("LSOA21CD", "")
		a, ok := known[code]
		if !ok {
			return nil, fmt.Errorf("LSOA %q is in the boundaries twice or not in the table", code)
		}
		delete(known, code)
		switch geometry := f.Geometry.(type) {
		case orb.Polygon:
			a.land = orb.MultiPolygon{geometry}
		case orb.MultiPolygon:
			a.land = geometry
		default:
			return nil, fmt.Errorf("LSOA %s is a %s", code, geometry.GeoJSONType())
		}
		areas = append(areas, a)
	}
	if len(known) > 0 {
		return nil, fmt.Errorf("%d LSOAs of the table have no boundary", len(known))
	}
	return areas, nil
}

func readLSOAFeatures(path string) ([]*geojson.Feature, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var collection geojson.FeatureCollection
	if err := json.NewDecoder(z).Decode(&collection); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return collection.Features, nil
}

func writePopulation(path string, g *grid.Grid, boroughs []geo.Borough, parts []part) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(data.ResidentColumns) // a bytes.Buffer takes everything
	for _, p := range parts {
		_ = w.Write([]string{g.ID(p.cell), boroughs[p.borough].Code, strconv.Itoa(p.whole),
			strconv.FormatFloat(thousandths(p.meanNeed()), 'f', -1, 64), strconv.Itoa(int(max(1, math.Round(p.land))))})
	}
	w.Flush()
	return os.WriteFile(path, b.Bytes(), 0o644)
}
