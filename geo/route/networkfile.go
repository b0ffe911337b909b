package route

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// NetworkFile is the name of the imported network in the data directory; docs/format/network.md
// describes it.
const NetworkFile = "network.bin"

var networkKind = artefact.Kind{Magic: [8]byte([]byte("NSROADS\x00")), Version: 2}

// SnapMetres is how far from every road a place may be to be reached over an imported network: the
// middles of Richmond Park and Heathrow lie nearer.
const SnapMetres = 1500

const maxName = 1 << 10 // bytes

// SaveNetwork puts a network in the data directory in place of the one before, whole or not at all.
// inputs is the SHA-256 of what it was imported from.
func SaveNetwork(dataDir, name string, roads *road.Roads, inputs [32]byte) error {
	err := artefact.Write(filepath.Join(dataDir, NetworkFile), networkKind, inputs, func(w io.Writer) error {
		name = name[:min(len(name), maxName)]
		if _, err := w.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(name))), name...)); err != nil {
			return err
		}
		return roads.Encode(w)
	})
	if err != nil {
		return fmt.Errorf("save the road network: %w", err)
	}
	return nil
}

// OpenNetwork opens the imported network of a data directory. The error wraps fs.ErrNotExist where
// none was imported and artefact.ErrUnusable where it has to be imported again.
func OpenNetwork(dataDir string) (*Network, error) {
	path := filepath.Join(dataDir, NetworkFile)
	_, body, err := artefact.Read(path, networkKind)
	if err != nil {
		return nil, fmt.Errorf("open the road network: %w", err)
	}
	n, err := decodeNetwork(body)
	if err != nil {
		return nil, fmt.Errorf("open the road network: %s: %w: %w; import it again", path, artefact.ErrCorrupt, err)
	}
	return n, nil
}

func decodeNetwork(body []byte) (*Network, error) {
	if len(body) < 4 || uint64(binary.LittleEndian.Uint32(body)) > min(uint64(len(body)-4), maxName) {
		return nil, fmt.Errorf("%d bytes without a name", len(body))
	}
	end := 4 + binary.LittleEndian.Uint32(body)
	roads, err := road.DecodeRoads(body[end:])
	if err != nil {
		return nil, err
	}
	snapper, err := road.NewEdgeSnapper(roads.Graph, roads.Edges, SnapMetres)
	if err != nil {
		return nil, err
	}
	return &Network{Name: string(body[4:end]), Graph: roads.Graph, Edges: roads.Edges, Snapper: snapper, SnapMetres: SnapMetres, Hash: sha256.Sum256(body)}, nil
}
