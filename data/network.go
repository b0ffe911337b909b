package data

import (
	"bytes"
	"crypto/sha256"
	"io"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road/lattice"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/geo/route/order"
)

// latticeName is what answers call the built-in network.
const latticeName = "built-in lattice"

// readLattice reads the built-in network; its hash is that of the file.
func (l *London) readLattice(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	net, err := lattice.Read(bytes.NewReader(b), l.Grid)
	if err != nil {
		return err
	}
	l.Network = &route.Network{Name: latticeName, Graph: net.Graph, Snapper: net, SnapMetres: lattice.MaxMetres, Hash: sha256.Sum256(b)}
	l.Modelled = net.Modelled
	l.NetworkProvenance = latticeProvenance
	return nil
}

// readOrder reads the order in which the built-in network is contracted.
func (l *London) readOrder(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	l.Network.Order, err = order.Decode(b, l.Network.Hash)
	return err
}

var latticeProvenance = []Provenance{
	{"roads west of the Greenwich meridian", demand.Measured, "© OpenMapTiles © OpenStreetMap contributors, 2018; driving times between cells on every drivable road", odbl},
	{"roads east of the Greenwich meridian", demand.Modelled, "Transport for London's bus routes (Powered by TfL Open Data, 2018; contains OS data © Crown copyright and database rights) and the Department for Transport's Major Road Network, calibrated on the roads west of it", odbl},
}
