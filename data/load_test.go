package data

import (
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/paulmach/orb/planar"
)

// once is the shipped London, which no test changes.
var once = sync.OnceValues(Load)

func loaded(t testing.TB) *London {
	t.Helper()
	l, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCensusTotalsPerBorough(t *testing.T) {
	l := loaded(t)
	people := make([]float64, len(l.Boroughs))
	for _, r := range l.Residents {
		people[r.Borough] += r.People
	}
	// Census 2021 (ONS): all of London and three boroughs.
	want := map[string]float64{"City of London": 8582, "Barking and Dagenham": 218876, "Barnet": 389342}
	var total, cells float64
	for b, n := range people {
		total += n
		if w, ok := want[l.Boroughs[b].Name]; ok && n != w {
			t.Errorf("%s has %v people, want %v", l.Boroughs[b].Name, n, w)
		}
	}
	for _, n := range l.Population {
		cells += float64(n)
	}
	if total != 8799813 || cells != total {
		t.Errorf("%v people by borough, %v by cell, want 8799813", total, cells)
	}
}

func TestNobodyLivesFarFromTheirBorough(t *testing.T) {
	l := loaded(t)
	for i, r := range l.Residents {
		near := false
		for _, n := range l.Grid.Neighbours(grid.Index(r.Cell)) {
			for _, m := range l.Grid.Neighbours(n) { // the cell itself is among them
				near = near || l.Grid.Borough(n) == r.Borough || l.Grid.Borough(m) == r.Borough
			}
		}
		if !near {
			t.Errorf("row %d puts people of %s in cell %s, over two cells away", i, l.Boroughs[r.Borough].Name, l.Grid.ID(grid.Index(r.Cell)))
		}
		if len(l.Residents) > i+1 {
			next := l.Residents[i+1]
			if next.Cell < r.Cell || next.Cell == r.Cell && next.Borough <= r.Borough {
				t.Fatalf("row %d is out of order", i+1)
			}
		}
	}
}

func TestPriorSums(t *testing.T) {
	l := loaded(t)
	var week float64
	least := math.Inf(1)
	for _, r := range l.Prior.Rate {
		week += float64(r)
		least = min(least, float64(r))
	}
	if got := week * demand.WeeksPerYear; math.Abs(got/99287-1) > 1e-6 {
		t.Errorf("the prior sums to %v calls a year, want 99287", got)
	}
	if least <= 0 {
		t.Errorf("the least rate is %v: a call is possible anywhere", least)
	}
	if l.Prior.Source != "prior" {
		t.Errorf("source %q; it must be labelled a prior", l.Prior.Source)
	}
}

func TestPlacesLieInTheirBoroughs(t *testing.T) {
	l := loaded(t)
	count, verified := map[Kind]int{}, map[Kind]int{}
	for i := range l.Places {
		p := &l.Places[i]
		count[p.Kind]++
		if p.Verified {
			verified[p.Kind]++
		}
		b := slices.IndexFunc(l.Boroughs, func(b geo.Borough) bool { return b.Name == p.Borough })
		if b < 0 || !planar.MultiPolygonContains(l.Boroughs[b].Land, p.Point) {
			t.Errorf("%s does not lie in %q", p.Name, p.Borough)
		}
		if p.Evidence == "" {
			t.Errorf("%s has no evidence", p.Name)
		}
		if (p.Kind == FireStation || p.Kind == PoliceStation) && p.Point.Lon() > 0.001 {
			t.Errorf("%s lies east of what its source covers", p.Name)
		}
	}
	mental := count[CrisisAssessment] + count[PlaceOfSafety] + count[MentalHealthWard] + count[SecureUnit]
	if count[EmergencyDepartment] != 27 || mental != 27 {
		t.Errorf("%d emergency departments and %d mental-health sites, want 27 of each", count[EmergencyDepartment], mental)
	}
	if got := count[PlaceOfSafety] - verified[PlaceOfSafety]; got != 11 {
		t.Errorf("%d places of safety are unverified, want 11", got)
	}
}

// TestModelledEast: cells well west of the Greenwich meridian are measured, those well east modelled,
// and every cell can be reached from every other.
func TestModelledEast(t *testing.T) {
	l := loaded(t)
	const margin = 0.02 // degrees; cells near the meridian may be either
	for i, modelled := range l.Modelled {
		if lon := l.Grid.Centre(grid.Index(i)).Lon(); lon < -margin && modelled || lon > margin && !modelled {
			t.Errorf("cell %s at longitude %.3f: modelled is %v", l.Grid.ID(grid.Index(i)), lon, modelled)
		}
	}
	if len(l.Modelled) != l.Grid.Len() || l.Network.Graph.Nodes() != l.Grid.Len() || len(l.Network.Order) != l.Grid.Len() {
		t.Fatalf("%d flags, %d nodes, %d of them in order, want %d of each", len(l.Modelled), l.Network.Graph.Nodes(), len(l.Network.Order), l.Grid.Len())
	}
	m := route.NewMetric(l.Network, l.Speeds.Profile(l.Speeds.Period(12), road.BlueLight))
	spots := make([]road.Spot, l.Grid.Len())
	for i := range spots {
		var ok bool
		if spots[i], ok = l.Network.Snap(l.Grid.Centre(grid.Index(i))); !ok {
			t.Fatalf("cell %s is not on the network", l.Grid.ID(grid.Index(i)))
		}
	}
	f := route.NewFinder(m)
	out := f.OneToMany(spots[0], spots, make([]road.Millis, len(spots)))
	back := f.ManyToOne(spots, spots[0], make([]road.Millis, len(spots)))
	for i := range spots {
		if max(out[i], back[i]) > 3*3600*1000 {
			t.Errorf("cell %s is %v from the first cell and %v to it, want at most three hours", l.Grid.ID(grid.Index(i)), out[i], back[i])
		}
	}
}

func TestProvenanceIsComplete(t *testing.T) {
	l := loaded(t)
	if len(l.NetworkProvenance) == 0 {
		t.Error("nothing is said of the network")
	}
	for _, p := range slices.Concat(l.Provenance, l.NetworkProvenance) {
		if p.What == "" || p.Origin == "" || p.Source == "" {
			t.Errorf("%+v: want what, origin and source", p)
		}
	}
}

// memory copies the shipped files so that a test can damage them.
func memory(t *testing.T) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(shipped, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(shipped, path)
		m[path] = &fstest.MapFile{Data: slices.Clone(b)}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDamageIsNamed(t *testing.T) {
	for path := range memory(t) {
		t.Run(path, func(t *testing.T) {
			m := memory(t)
			m[path].Data = m[path].Data[:len(m[path].Data)*2/3]
			if _, err := load(m); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("cut short: error %v, want one that names %s", err, path)
			}
			delete(m, path)
			if _, err := load(m); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("missing: error %v, want one that names %s", err, path)
			}
		})
	}
}

func TestHashSeesEveryByte(t *testing.T) {
	m := memory(t)
	before, err := hashFS(m)
	if err != nil || before != Hash() {
		t.Fatalf("hash %s, %v; want %s", before, err, Hash())
	}
	m[placesFile].Data[len(m[placesFile].Data)/2] ^= 1
	if after, _ := hashFS(m); after == before {
		t.Error("a changed byte did not change the hash")
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
