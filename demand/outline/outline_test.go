package outline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata" // the same zones on every machine

	"github.com/google/go-cmp/cmp"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// three is a city of two touching squares and one with a hole.
const three = `{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"id": 7, "CODE": "01", "Name": "West  End"}, "geometry": {"type": "Polygon", "coordinates": [[[-79.5,43.6],[-79.4,43.6],[-79.4,43.7],[-79.5,43.7],[-79.5,43.6]]]}},
{"type": "Feature", "properties": {"id": 8, "CODE": "02", "Name": "East End"}, "geometry": {"type": "Polygon", "coordinates": [[[-79.4,43.6],[-79.3,43.6],[-79.3,43.7],[-79.4,43.7],[-79.4,43.6]]]}},
{"type": "Feature", "properties": {"id": 9, "CODE": "03", "Name": "Ring"}, "geometry": {"type": "MultiPolygon", "coordinates": [[[[-79.3,43.6],[-79.2,43.6],[-79.2,43.7],[-79.3,43.7],[-79.3,43.6]],[[-79.28,43.62],[-79.28,43.68],[-79.22,43.68],[-79.22,43.62],[-79.28,43.62]]]]}}]}`

var toronto = Settings{Name: "Toronto", Zone: "America/Toronto"}

func read(t testing.TB, text string, s Settings) *Outline {
	t.Helper()
	o, err := Read(strings.NewReader(text), s)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := o.City(); err != nil || c.Len() != o.Len() {
		t.Fatalf("its city: %v", err)
	}
	return o
}

func hexagonal(s Settings) Settings {
	s.Resolution = DefaultResolution
	return s
}

func TestAreasAsCells(t *testing.T) {
	o := read(t, three, toronto)
	if o.Len() != 3 || o.String() != `Toronto: 3 areas, known by "CODE", "Name", in 3 districts, America/Toronto` {
		t.Errorf("%s", o)
	}
	for area, want := range map[string]int32{"West End": 0, " west  end ": 0, "1": 0, "01": 0, "002": 1, "RING": 2} {
		if i, ok := o.Named(area); !ok || i != want {
			t.Errorf("%q is area %d, %v; want %d", area, i, ok, want)
		}
	}
	for _, area := range []string{"", "North End", "7", "0", "10"} {
		if i, ok := o.Named(area); ok {
			t.Errorf("%q is area %d", area, i)
		}
	}
	for _, c := range []struct {
		p    orb.Point
		want int32
	}{{orb.Point{-79.45, 43.65}, 0}, {orb.Point{-79.35, 43.65}, 1}, {orb.Point{-79.21, 43.65}, 2}, {orb.Point{-79.25, 43.66}, -1}, {orb.Point{-79.25, 43.65}, 2}, {orb.Point{math.NaN(), 43.65}, -1}, {orb.Point{-79.6, 43.65}, -1}} {
		if i, ok := o.At(c.p); ok != (c.want >= 0) || ok && i != c.want {
			t.Errorf("%v is in area %d, %v; want %d", c.p, i, ok, c.want)
		}
	}
	by := toronto
	by.Property = "id"
	if i, ok := read(t, three, by).Named("8"); !ok || i != 1 {
		t.Errorf("by id, 8 is area %d, %v", i, ok)
	}
}

func TestHexagonsHaveDistricts(t *testing.T) {
	o := read(t, three, hexagonal(toronto))
	c, err := o.City()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"West  End", "East End", "Ring"}; !slices.Equal(c.Districts, want) {
		t.Errorf("districts %q, want %q", c.Districts, want)
	}
	i, ok := o.At(orb.Point{-79.45, 43.65})
	if !ok || c.District[i] != 0 {
		t.Errorf("the middle of West End is in cell %d, %v, of district %d", i, ok, c.District[i])
	}
	if j, ok := o.Named(o.Label(i)); !ok || j != i {
		t.Errorf("%s is cell %d, %v; want %d", o.Label(i), j, ok, i)
	}
	if got := math.Hypot(c.X[i], c.Y[i]); got > 12_000 {
		t.Errorf("the middle of West End is %v m from the middle of the city", got)
	}
}

// TestFeaturesOfOneNameAreOneDistrict: a cell that two of them cover more of than any other does is in
// their district.
func TestFeaturesOfOneNameAreOneDistrict(t *testing.T) {
	whole := read(t, three, hexagonal(toronto))
	c, err := whole.City()
	if err != nil {
		t.Fatal(err)
	}
	strip := func(name string, from, to float64) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%v,43.64],[%v,43.64],[%v,43.66],[%v,43.66],[%v,43.64]]]}}`, name, from, to, to, from, from)
	}
	i, ok := whole.At(orb.Point{-79.45, 43.65})
	if !ok {
		t.Fatal("West End has no middle")
	}
	b := whole.Cell(i).Bound()
	wide := b.Max[0] - b.Min[0]
	x := func(f float64) float64 { return b.Min[0] + f*wide }
	o := read(t, `{"type":"FeatureCollection","features":[`+strip("A", x(0), x(0.42))+","+strip("B", x(0.42), x(0.7))+","+strip("B", x(0.7), x(1))+`]}`, hexagonal(toronto))
	if c, err = o.City(); err != nil {
		t.Fatal(err)
	}
	j, ok := o.Named(whole.Label(i))
	if !ok || len(c.Districts) != 2 || c.Districts[c.District[j]] != "B" {
		t.Errorf("districts %q; the cell is in %q", c.Districts, c.Districts[c.District[j]])
	}
}

// TestPointInAreaIsPlanar: the index answers as looking at every area does.
func TestPointInAreaIsPlanar(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		var shapes []orb.MultiPolygon
		for k := range 1 + r.IntN(8) {
			x, y := float64(k%3), float64(k/3)
			ring := orb.Ring{}
			for i := range 3 + r.IntN(60) {
				sin, cos := math.Sincos(float64(i) / 63 * 2 * math.Pi)
				far := 0.2 + 0.25*r.Float64()
				ring = append(ring, orb.Point{x + far*cos, y + far*sin})
			}
			shapes = append(shapes, orb.MultiPolygon{{append(ring, ring[0])}})
		}
		index := newAreas(shapes)
		for range 500 {
			p := orb.Point{r.Float64()*4 - 1, r.Float64()*4 - 1}
			want := slices.IndexFunc(shapes, func(m orb.MultiPolygon) bool { return planar.MultiPolygonContains(m, p) })
			if got, ok := index.at(p); ok != (want >= 0) || ok && int(got) != want {
				t.Fatalf("%v is in area %d, %v; want %d", p, got, ok, want)
			}
		}
	}
}

func TestSaveAndOpen(t *testing.T) {
	for _, s := range []Settings{toronto, hexagonal(toronto)} {
		dir := t.TempDir()
		if _, err := Open(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("an empty directory: %v", err)
		}
		o := read(t, three, s)
		named := make([]string, o.Len())
		named[1] = "D11"
		named[0] = "D12"
		if err := o.SetDistricts(named); err != nil {
			t.Fatal(err)
		}
		if err := o.Save(dir); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := o.City()
		b, _ := again.City()
		if diff := cmp.Diff(a.Districts, b.Districts) + cmp.Diff(a.District, b.District) + cmp.Diff(a.X, b.X) + cmp.Diff(a.Land, b.Land); diff != "" || a.Hash != b.Hash || o.String() != again.String() {
			t.Errorf("%s comes back as %s: %s", o, again, diff)
		}
		p := orb.Point{-79.35, 43.65}
		i, _ := o.At(p)
		if j, ok := again.At(p); !ok || i != j {
			t.Errorf("%v was in cell %d and is in %d", p, i, j)
		}
		text, err := os.ReadFile(filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		for old, new := range map[string]string{`"Toronto"`: `"Torino"`, `"format":1`: `"format":2`, "America/Toronto": "America/Ottawa", `"district":[`: `"district":[9999,`} {
			damaged := bytes.Replace(text, []byte(old), []byte(new), 1)
			if _, err := Decode(bytes.NewReader(damaged)); !errors.Is(err, artefact.ErrUnusable) {
				t.Errorf("%s for %s: %v", new, old, err)
			}
		}
		if _, err := Decode(bytes.NewReader(text[:len(text)/2])); !errors.Is(err, artefact.ErrCorrupt) {
			t.Errorf("half of the file: %v", err)
		}
	}
}

// TestHashIsOfTheCells: the hash does not change with districts, and does with anything else.
func TestHashIsOfTheCells(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, o := range map[string]*Outline{
		"areas":      read(t, three, toronto),
		"hexagons":   read(t, three, hexagonal(toronto)),
		"moved":      read(t, strings.Replace(three, "-79.5,43.6]", "-79.51,43.6]", 2), toronto),
		"other zone": read(t, three, Settings{Name: "Toronto", Zone: "America/New_York"}),
		"other name": read(t, three, Settings{Name: "York", Zone: "America/Toronto"}),
	} {
		if other, ok := seen[o.Hash()]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[o.Hash()] = name
		before := o.Hash()
		if err := o.SetDistricts(append([]string{"north"}, make([]string, o.Len()-1)...)); err != nil {
			t.Fatal(err)
		}
		if o.Hash() != before {
			t.Errorf("%s: districts change the hash", name)
		}
	}
}

func TestSetDistricts(t *testing.T) {
	o := read(t, three, toronto)
	districts := func() string {
		c, err := o.City()
		if err != nil {
			t.Fatal(err)
		}
		var of []string
		for _, d := range c.District {
			of = append(of, c.Districts[d])
		}
		return strings.Join(of, " ")
	}
	for _, step := range []struct {
		named []string
		want  string
	}{
		{[]string{"B", "", ""}, "B B B"},
		{[]string{"", "", "A"}, "B B A"}, // what calls told before stays
		{[]string{"C", "", ""}, "C B A"},
	} {
		if err := o.SetDistricts(step.named); err != nil {
			t.Fatal(err)
		}
		if got := districts(); got != step.want {
			t.Errorf("after %q: %s, want %s", step.named, got, step.want)
		}
	}
	if err := read(t, three, toronto).SetDistricts(make([]string, 3)); err == nil {
		t.Error("no district was taken")
	}
	if err := o.SetDistricts([]string{"A"}); err == nil {
		t.Error("one district for three cells was taken")
	}
	nearest := read(t, three, toronto)
	if err := nearest.SetDistricts([]string{"A", "", "B"}); err != nil {
		t.Fatal(err)
	}
}

// feature returns GeoJSON of one polygon with a ring of these coordinates.
func polygon(coordinates string) string {
	return `{"type":"Polygon","coordinates":[[` + coordinates + `]]}`
}

func TestReadRefuses(t *testing.T) {
	many := make([]string, MaxCells+1)
	for i := range many {
		many[i] = "null"
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "not GeoJSON"},
		{"cut short", three[:200], "not GeoJSON"},
		{"TopoJSON", `{"type":"Topology"}`, `of type "Topology"`},
		{"points", `{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}`, "it is a Point"},
		{"no geometry", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}`, "feature 1"},
		{"null", `{"type":"FeatureCollection","features":[null]}`, "null"},
		{"no features", `{"type":"FeatureCollection","features":[]}`, "no features"},
		{"many features", `{"type":"FeatureCollection","features":[` + strings.Join(many, ",") + `]}`, "at most 200000"},
		{"metres", polygon("[530000,180000],[531000,180000],[531000,181000],[530000,180000]"), "metres of a map grid"},
		{"its CRS", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"features":[]}`, "EPSG::27700; want longitude and latitude"},
		{"swapped", polygon("[43.6,-79.5],[43.6,-79.4],[43.7,-79.4],[43.6,-79.5]"), "look swapped"},
		{"swapped near Greenwich", polygon("[51.5,-0.1],[51.6,-0.1],[51.6,0],[51.5,-0.1]"), "swapped, or is the time zone another"},
		{"open", polygon("[-79.5,43.6],[-79.4,43.6],[-79.4,43.7],[-79.5,43.7]"), "the last the same as the first"},
		{"two corners", polygon("[-79.5,43.6],[-79.4,43.6],[-79.5,43.6]"), "at least 4"},
		{"a bow tie", polygon("[-79.5,43.6],[-79.4,43.71],[-79.4,43.6],[-79.5,43.7],[-79.5,43.6]"), "crosses itself near"},
		{"a hole elsewhere", strings.Replace(three, "-79.28,43.62", "-79.18,43.62", 2), "hole outside"},
		{"no area", polygon("[-79.5,43.6],[-79.4,43.6],[-79.45,43.6],[-79.5,43.6]"), "area below"},
		{"a continent", polygon("[-110,20],[-60,20],[-60,60],[-110,20]"), "at most 1000 km"},
		{"the same area twice", strings.Replace(strings.Replace(three, "-79.4,43.6],[-79.3,43.6],[-79.3,43.7],[-79.4,43.7],[-79.4,43.6", "-79.49,43.61],[-79.41,43.61],[-79.41,43.69],[-79.49,43.69],[-79.49,43.61", 1), "zzz", "", 1), "areas 1 (West  End) and 2 (East End) overlap"},
		{"names that contradict", strings.Replace(three, `"East End"`, `"1"`, 1), `"1" is one area by "CODE" and another by "Name"`},
	} {
		_, err := Read(strings.NewReader(c.text), toronto)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct {
		name string
		s    Settings
		want string
	}{
		{"no zone", Settings{Name: "x"}, "time zone"},
		{"this machine's zone", Settings{Name: "x", Zone: "Local"}, "time zone"},
		{"no name", Settings{Zone: "UTC"}, "name"},
		{"holidays", Settings{Name: "x", Zone: "UTC", Holidays: "scotland"}, "holidays"},
		{"resolution", Settings{Name: "x", Zone: "UTC", Resolution: 15}, "resolution 15"},
		{"fine", Settings{Name: "x", Zone: "America/Toronto", Resolution: 8, Property: "borough"}, `has the property "borough"`},
		{"property", Settings{Name: "x", Zone: "America/Toronto", Property: "hood"}, `no property "hood"; they have "CODE", "Name", "id"`},
	} {
		_, err := Read(strings.NewReader(three), c.s)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, err := Read(strings.NewReader(polygon("[-81,42],[-77,42],[-77,45],[-81,45],[-81,42]")), Settings{Name: "x", Zone: "America/Toronto", Resolution: 10}); err == nil || !strings.Contains(err.Error(), "too many cells") {
		t.Errorf("Ontario at resolution 10: %v", err)
	}
}

// TestToronto reads the neighbourhoods as they are published.
func TestToronto(t *testing.T) {
	packed := sourcedata.Path(t, "demand", "toronto_neighbourhoods_158.geojson.xz")
	text, err := exec.Command("xz", "-dc", packed).Output()
	if err != nil {
		t.Skipf("needs xz: %v", err)
	}
	o := read(t, string(text), toronto)
	if o.Len() != 158 {
		t.Errorf("%s", o)
	}
	t.Log(o)
	table, err := os.ReadFile(sourcedata.Path(t, "demand", "toronto_neighbourhoods_158_centroids.csv"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.City()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		f := strings.Split(line, ",")
		var p orb.Point
		var km2 float64
		if _, err := fmt.Sscan(f[2]+" "+f[3]+" "+f[4], &p[0], &p[1], &km2); err != nil {
			t.Fatal(err)
		}
		byCode, ok := o.Named(f[0])
		if !ok {
			t.Fatalf("no area %s", f[0])
		}
		if at, ok := o.At(p); !ok || at != byCode {
			t.Errorf("the centroid of %s (%s) is in area %d, %v; want %d", f[0], f[1], at, ok, byCode)
		}
		if got := c.Land[byCode] / 1e6; math.Abs(got/km2-1) > 0.01 {
			t.Errorf("%s has %v km², want %v", f[1], got, km2)
		}
	}
	hex := read(t, string(text), hexagonal(toronto))
	t.Log(hex)
	var land, areas float64
	ch, _ := hex.City()
	for _, a := range ch.Land {
		land += a
	}
	for _, a := range c.Land {
		areas += a
	}
	if math.Abs(land/areas-1) > 1e-3 || len(ch.Districts) < 150 { // the smallest have most of no cell
		t.Errorf("hexagons have %v m² in %d districts, areas %v m²", land, len(ch.Districts), areas)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(three, 0)
	f.Add(three, 5)
	f.Add(polygon("[-79.5,43.6],[-79.4,43.71],[-79.4,43.6],[-79.5,43.7],[-79.5,43.6]"), 0)
	f.Add(polygon("[-79.5,43.6],[-79.4],[null,43.6],[-79.5,43.7],[-79.5,43.6]"), 0)
	f.Add(`{"type":"FeatureCollection","features":[null]}`, 0)
	f.Fuzz(func(t *testing.T, text string, res int) {
		o, err := Read(strings.NewReader(text), Settings{Name: "x", Zone: "UTC", Resolution: min(res, 5)})
		if err != nil {
			return
		}
		if _, err := o.City(); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := o.Encode(&b); err != nil {
			t.Fatal(err)
		}
		again, err := Decode(&b)
		if err != nil || again.Hash() != o.Hash() {
			t.Fatalf("does not come back: %v", err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []Settings{toronto, {Name: "x", Zone: "UTC", Resolution: 6}} {
		o, err := Read(strings.NewReader(three), s)
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := o.Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := Decode(bytes.NewReader(text))
		if err != nil {
			return
		}
		if !json.Valid(text) || o.Len() == 0 {
			t.Fatal("taken")
		}
		o.At(orb.Point{-79.35, 43.65})
		o.Named("x")
	})
}

func BenchmarkAtAreas(b *testing.B) {
	packed := sourcedata.Path(b, "demand", "toronto_neighbourhoods_158.geojson.xz")
	text, err := exec.Command("xz", "-dc", packed).Output()
	if err != nil {
		b.Skipf("needs xz: %v", err)
	}
	o := read(b, string(text), toronto)
	r := rand.New(rand.NewPCG(5, 6))
	points := make([]orb.Point, 4096)
	for i := range points {
		points[i] = orb.Point{-79.63 + 0.5*r.Float64(), 43.59 + 0.26*r.Float64()}
	}
	for i := 0; b.Loop(); i++ {
		o.At(points[i%len(points)])
	}
}
