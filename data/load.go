package data

import (
	"fmt"
	"io"
	"io/fs"
	_ "time/tzdata" // Europe/London on machines without a time zone database

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// London is the city as it ships. It is immutable and safe to share.
type London struct {
	Boroughs   []geo.Borough      // ascending by code
	Thames     *geo.Thames        // for maps and barriers
	Grid       *grid.Grid         // resolution 9
	Coarse     *grid.Grid         // resolution 8
	Residents  []demand.Residents // by cell of Grid and borough; the sums over a borough are the Census's
	Population []float32          // per cell of Grid
	Places     []Place
	Speeds     *road.SpeedTable
	Network    *route.Network // the built-in lattice: node i is cell i of Grid
	Modelled   []bool         // per cell of Grid: its travel times are estimated, not measured
	Calendar   *demand.Calendar
	Prior      *demand.Intensity // over the cells of Grid
	// Suitability says which share of calls suits a joint-response car.
	Suitability *suitability.Rules
	Provenance  []Provenance // without the network's
	// NetworkProvenance belongs to Network: it says nothing about a network that a user imported.
	NetworkProvenance []Provenance
	Hash              string // of the files that this was read from; see Hash
}

// Resolutions of the grids.
const (
	FineRes   = 9
	CoarseRes = 8
)

// Load reads the shipped London. An error means that the files that were embedded are damaged; it
// names the file.
func Load() (*London, error) { return load(shipped) }

func load(files fs.FS) (*London, error) {
	l := &London{}
	var err error
	if l.Hash, err = hashFS(files); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		file string
		read func(*London, io.Reader) error
	}{
		{boroughsFile, (*London).readGeography},
		{thamesFile, (*London).readThames},
		{populationFile, (*London).readPopulation},
		{placesFile, (*London).readPlaces},
		{demandFile, (*London).readDemand},
		{speedsFile, (*London).readSpeeds},
		{latticeFile, (*London).readLattice},
		{orderFile, (*London).readOrder},
		{suitableFile, (*London).readSuitability},
	} {
		if err := l.readFile(files, part.file, part.read); err != nil {
			return nil, fmt.Errorf("built-in data: %s is damaged: %w; restore the data folder (git checkout data, or make data) and build again", part.file, err)
		}
	}
	return l, nil
}

func (l *London) readFile(files fs.FS, name string, read func(*London, io.Reader) error) error {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return read(l, f)
}

func (l *London) readThames(r io.Reader) (err error) {
	l.Thames, err = geo.ReadThames(r)
	return err
}

func (l *London) readGeography(r io.Reader) (err error) {
	if l.Boroughs, err = geo.ReadBoroughs(r); err != nil {
		return err
	}
	if l.Grid, err = grid.New(l.Boroughs, FineRes); err != nil {
		return err
	}
	l.Coarse, err = grid.New(l.Boroughs, CoarseRes)
	l.Provenance = append(l.Provenance, geographyProvenance)
	return err
}

func (l *London) readPopulation(r io.Reader) (err error) {
	if l.Residents, err = ReadResidents(r, l.Boroughs, l.Grid); err != nil {
		return err
	}
	l.Population = make([]float32, l.Grid.Len())
	has := make([]bool, l.Grid.Len())
	for _, row := range l.Residents {
		l.Population[row.Cell] += float32(row.People)
		has[row.Cell] = true
	}
	for i, ok := range has {
		if !ok {
			return fmt.Errorf("cell %s has no row", l.Grid.ID(grid.Index(i)))
		}
	}
	l.Provenance = append(l.Provenance, populationProvenance...)
	return nil
}

func (l *London) readPlaces(r io.Reader) (err error) {
	l.Places, err = ReadPlaces(r)
	l.Provenance = append(l.Provenance, placesProvenance...)
	return err
}

func (l *London) readDemand(r io.Reader) error {
	p, err := demand.ReadProfile(r)
	if err != nil {
		return err
	}
	if l.Calendar, err = demand.NewCalendar(p); err != nil {
		return err
	}
	codes := make([]string, len(l.Boroughs))
	for i := range l.Boroughs {
		codes[i] = l.Boroughs[i].Code
	}
	if l.Prior, err = demand.Prior(p, l.Grid.Len(), codes, l.Residents); err != nil {
		return err
	}
	l.Provenance = append(l.Provenance, demandProvenance(p)...)
	return nil
}

func (l *London) readSpeeds(r io.Reader) (err error) {
	if l.Speeds, err = road.ReadSpeeds(r); err != nil {
		return err
	}
	l.Provenance = append(l.Provenance, speedProvenance(l.Speeds)...)
	return nil
}

func (l *London) readSuitability(r io.Reader) (err error) {
	if l.Suitability, err = suitability.Read(r); err != nil {
		return err
	}
	l.Provenance = append(l.Provenance, suitabilityProvenance)
	return nil
}
