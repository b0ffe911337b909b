package order

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// fileKind is the file format of docs/format/order.md.
var fileKind = artefact.Kind{Magic: [8]byte([]byte("NSORDER\x00")), Version: 1}

// Save writes an order to a file, whole or not at all. network is the SHA-256 of the network that it
// is an order of.
func Save(path string, order []road.Node, network [32]byte) error {
	err := artefact.Write(path, fileKind, network, func(w io.Writer) error { return encode(w, order) })
	if err != nil {
		return fmt.Errorf("save the order of contraction: %w", err)
	}
	return nil
}

func encode(w io.Writer, order []road.Node) error {
	b := make([]byte, 0, 4*len(order))
	for _, v := range order {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	_, err := w.Write(b)
	return err
}

// Load reads the order of a network from a file. One that is missing, damaged, of another version or
// of another network is refused with an error that wraps fs.ErrNotExist or artefact.ErrUnusable; the
// caller then computes the order again.
func Load(path string, network [32]byte) ([]road.Node, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load the order of contraction: %w", err)
	}
	order, err := Decode(b, network)
	if err != nil {
		return nil, fmt.Errorf("load the order of contraction: %s: %w", path, err)
	}
	return order, nil
}

// Decode is Load for the content of a file. An error wraps artefact.ErrUnusable.
func Decode(file []byte, network [32]byte) ([]road.Node, error) {
	made, body, err := artefact.Decode(file, fileKind)
	if err != nil {
		return nil, err
	}
	if made != network {
		return nil, artefact.ErrStale
	}
	return decode(body)
}

// decode takes a permutation and nothing else.
func decode(b []byte) ([]road.Node, error) {
	if len(b)%4 != 0 {
		return nil, fmt.Errorf("%w: %d bytes are no whole number of nodes", artefact.ErrCorrupt, len(b))
	}
	order, seen := make([]road.Node, len(b)/4), make([]bool, len(b)/4)
	for i := range order {
		v := binary.LittleEndian.Uint32(b[4*i:])
		if uint64(v) >= uint64(len(order)) || seen[v] {
			return nil, fmt.Errorf("%w: node %d of %d in place %d, twice or out of range", artefact.ErrCorrupt, v, len(order), i)
		}
		order[i], seen[v] = road.Node(v), true
	}
	return order, nil
}
