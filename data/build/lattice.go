package build

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
	"github.com/nearside-ems/nearside/geo/road/osm"
)

// LatticeFile holds the built-in road network, relative to the data folder.
const LatticeFile = "lattice.bin"

var latticeStep = Step{
	Name:    "lattice",
	Inputs:  []string{westFile, busFile, majorFile},
	Needs:   []string{BoroughsFile, SpeedsFile},
	Outputs: []string{LatticeFile},
	What:    "The built-in road network: a node for each cell of resolution 9, driving times at the reference profile between them and to any point; measured on OpenStreetMap west of the Greenwich meridian, modelled east of it.",
	Licence: odbl + " (a derived database of © OpenStreetMap contributors)",
	Run:     makeLattice,
}

// Where the model is fitted and tested: west of fitWest, and from there to the meridian.
const (
	fitWest  = -0.2
	meridian = 0.0
)

// seeds of the samples of trips.
const (
	fitSeed, testSeed, wholeSeed, shortSeed = 7, 8, 9, 10
)

// atlas is what the lattice is made from.
type atlas struct {
	cells  *grid.Grid
	land   *land
	zone   func(orb.Point) road.Zone
	west   *osm.Result
	links  []busLink
	major  []orb.LineString
	inputs [32]byte
}

func makeLattice(src, out string) (Record, error) {
	a, err := readAtlas(src, out)
	if err != nil {
		return Record{}, err
	}
	truth := newSurvey(a.cells, a.west.Graph)
	truth.addPlaces(a.west.Graph, a.west.Edges, 0)
	west := func(p *place) bool { return p.at.Lon() < meridian }
	fitted := func(p *place) bool { return p.at.Lon() < fitWest }
	tested := func(p *place) bool { return p.at.Lon() > fitWest && p.at.Lon() < meridian }

	modelWest := a.model(func(p orb.Point) bool { return p.Lon() < meridian })
	fitTrips := truth.sample(fitted, 50, 60, 1e6, fitSeed)
	c := modelWest.fit(start, fitTrips)
	modelled := a.modelledWest(modelWest, &c)
	test := compare(modelled, truth.sample(tested, 100, 40, 1e6, testSeed))

	l, s := a.lattice(&c)
	if err := a.write(l, filepath.Join(out, LatticeFile)); err != nil {
		return Record{}, err
	}
	whole := compare(l, truth.sample(west, 250, 40, 1e6, wholeSeed))
	short := compare(l, truth.sample(west, 100, 20, 5000, shortSeed))
	record := Record{Checks: []string{
		"measured part: " + whole.String() + ", places along roads west of the meridian over 1 km apart, from point to point, against Dijkstra on the full network; 250 starts with 40 ends each, seed 9",
		"measured part, 1 to 5 km apart: " + short.String() + "; 100 starts with 20 ends each, seed 10",
		"model, fitted on pairs west of longitude -0.2 and tested on pairs between -0.2 and 0: " + test.String() + "; 100 starts with 40 ends each, seed 8",
		"coefficients of the model: " + c.String(),
		s.counts(l),
	}, Caveats: latticeCaveats}
	return record, accept(whole, test)
}

var latticeCaveats = []string{
	"East of the meridian no road was measured: bus links, the Major Road Network and a mesh of local streets stand in for them. Cells there are flagged.",
	"West of the meridian the roads are those of 2018, without turn restrictions; speeds are the reference profile's.",
	"The Silvertown Tunnel (2025) is included, the Woolwich ferry is not. The Royal Docks' outlines and the tunnels' ends are drawn by hand.",
	"Points in cells without a road (parks, water) take the roads of the nearest cell on the same side of the water; the way on foot is not counted.",
}

// accept fails where the lattice is worse than it must be.
func accept(whole, test accuracy) error {
	switch {
	case whole.median > 0.06 || whole.p90 > 0.15 || whole.bias > 0.02 || whole.bias < -0.02 || whole.lost > 0:
		return fmt.Errorf("the measured lattice is not accurate enough: %v", whole)
	case test.median > 0.08 || test.p90 > 0.20 || test.lost > 0:
		return fmt.Errorf("the modelled lattice is not accurate enough: %v", test)
	}
	return nil
}

func readAtlas(src, out string) (*atlas, error) {
	a := &atlas{}
	b, err := readBoroughs(out)
	if err != nil {
		return nil, err
	}
	if a.cells, err = grid.New(b, data.FineRes); err != nil {
		return nil, err
	}
	a.land, a.zone = newLand(b, a.cells), road.ZoneOf(b)
	speeds, err := os.Open(filepath.Join(out, filepath.FromSlash(SpeedsFile)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = speeds.Close() }()
	table, err := road.ReadSpeeds(speeds)
	if err != nil {
		return nil, err
	}
	if a.links, err = readBusLinks(src); err != nil {
		return nil, err
	}
	if a.major, err = readMajor(src); err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(src, westFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if a.west, err = osm.Import(context.Background(), f, osm.Settings{Zone: a.zone, Speeds: table}); err != nil {
		return nil, err
	}
	a.inputs, err = hashFiles(filepath.Join(src, westFile), filepath.Join(src, busFile), filepath.Join(src, majorFile),
		filepath.Join(out, BoroughsFile), filepath.Join(out, SpeedsFile))
	return a, err
}

// hashFiles returns the SHA-256 of the files' SHA-256 sums in order.
func hashFiles(paths ...string) (sum [32]byte, err error) {
	all := sha256.New()
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return sum, err
		}
		one := sha256.New()
		_, err = io.Copy(one, f)
		_ = f.Close()
		if err != nil {
			return sum, err
		}
		all.Write(one.Sum(nil))
	}
	return [32]byte(all.Sum(nil)), nil
}

// model returns the model of the part of London that keep tells.
func (a *atlas) model(keep func(orb.Point) bool) *model {
	m := newModel(a.land, a.zone, keep)
	m.addStops(a.links)
	m.addMajor(a.major)
	m.addTunnels()
	return m
}

// modelledWest returns the lattice of the west as it would be if it had not been measured.
func (a *atlas) modelledWest(m *model, c *coefficients) *lattice.Lattice {
	g, _ := m.graph(c)
	s := newSurvey(a.cells, g)
	s.addModelled(m, len(m.points))
	return s.lattice(a)
}

// lattice returns the lattice that ships.
func (a *atlas) lattice(c *coefficients) (*lattice.Lattice, *survey) {
	m := a.model(func(p orb.Point) bool { return p.Lon() >= meridian })
	points := len(m.points)
	s := newSurvey(a.cells, m.sew(a.west.Graph, c))
	s.addModelled(m, points)
	s.addPlaces(a.west.Graph, a.west.Edges, road.Node(points))
	return s.lattice(a), s
}

func (a *atlas) write(l *lattice.Lattice, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := l.Write(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
