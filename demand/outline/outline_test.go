package outline

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata" // the same zones on every machine

	"github.com/google/go-cmp/cmp"
	"github.com/nearside-ems/nearside/internal/artefact"
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
	c, err := o.City()
	if err != nil {
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
