package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road/lattice"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/geo/route/order"
)

// OrderFile holds the order in which the lattice's nodes are contracted, relative to the data folder.
const OrderFile = "lattice-order.bin"

var orderStep = Step{
	Name:    "lattice-order",
	Needs:   []string{BoroughsFile, LatticeFile},
	Outputs: []string{OrderFile},
	What:    "The order in which a hierarchy contracts the nodes of the built-in road network, so that a first start need not find one.",
	Licence: odbl + " (derived from the lattice)",
	Run:     makeOrder,
}

func makeOrder(_, out string) (Record, error) {
	file, err := os.ReadFile(filepath.Join(out, LatticeFile))
	if err != nil {
		return Record{}, err
	}
	boroughs, err := readBoroughs(out)
	if err != nil {
		return Record{}, err
	}
	cells, err := grid.New(boroughs, data.FineRes)
	if err != nil {
		return Record{}, err
	}
	l, err := lattice.Read(bytes.NewReader(file), cells)
	if err != nil {
		return Record{}, err
	}
	nodes, err := order.NestedDissection(context.Background(), l.Graph, nil)
	if err != nil {
		return Record{}, err
	}
	h, err := hierarchy.New(l.Graph, nodes)
	if err != nil {
		return Record{}, err
	}
	check := fmt.Sprintf("contracted in this order, the %d arcs between %d nodes become a hierarchy of %d edges", l.Graph.Arcs(), h.Nodes(), h.Edges())
	return Record{Checks: []string{check}}, order.Save(filepath.Join(out, OrderFile), nodes, sha256.Sum256(file))
}
