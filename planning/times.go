package planning

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// timesCache keeps travel-time matrices in a directory, one file each, named after the SHA-256 of
// what they follow from. Without a directory it keeps nothing.
type timesCache struct {
	dir  string
	warn func(string)
}

// newTimesCache makes the directory and fails where files cannot be made in it.
func newTimesCache(dataDir string, warn func(string)) (*timesCache, error) {
	c := &timesCache{warn: warn}
	if dataDir == "" {
		return c, nil
	}
	c.dir = filepath.Join(dataDir, "matrices")
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return nil, &FieldError{"data-dir", dataDir, fmt.Sprintf("a directory that can be written to: %v", err)}
	}
	probe, err := os.CreateTemp(c.dir, ".probe-*")
	if err != nil {
		return nil, &FieldError{"data-dir", dataDir, fmt.Sprintf("a directory that can be written to: %v", err)}
	}
	return c, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// matrix returns the times of a key, from the cache or else from build. A cached file that cannot be
// used is reported and built again.
func (c *timesCache) matrix(key [32]byte, build func() (*route.Matrix, error)) (*route.Matrix, error) {
	if c.dir == "" {
		return build()
	}
	path := filepath.Join(c.dir, hex.EncodeToString(key[:16])+".bin")
	m, err := route.LoadMatrix(path, key)
	if err == nil {
		return m, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		c.warn(fmt.Sprintf("cached travel times are not usable and are computed again: %v", err))
	}
	if m, err = build(); err != nil {
		return nil, err
	}
	if err := m.Save(path, key); err != nil {
		c.warn(fmt.Sprintf("travel times are not kept for the next time: %v", err))
	}
	return m, nil
}

// timesKey returns the SHA-256 of everything that a matrix follows from.
func timesKey(what string, m *route.Metric, sites, cells []road.Spot) [32]byte {
	h := sha256.New()
	h.Write([]byte(what))
	h.Write(m.Network.Hash[:])
	for _, part := range []any{&m.Profile, uint64(len(sites)), sites, uint64(len(cells)), cells} {
		// Fixed-size values into a hash: the write cannot fail.
		_ = binary.Write(h, binary.LittleEndian, part)
	}
	return [32]byte(h.Sum(nil))
}

// toCells returns the times from sites to cells.
func (c *timesCache) toCells(ctx context.Context, m *route.Metric, sites, cells []road.Spot, done func(float64)) (*route.Matrix, error) {
	return c.matrix(timesKey("sites to cells", m, sites, cells), func() (*route.Matrix, error) {
		return route.NewMatrix(ctx, m, sites, cells, func(n, total int) { done(float64(n) / float64(total)) })
	})
}

// fromCells returns the times from cells to sites, one row a site: patients travel towards a centre.
func (c *timesCache) fromCells(ctx context.Context, m *route.Metric, sites, cells []road.Spot) (*route.Matrix, error) {
	return c.matrix(timesKey("cells to sites", m, sites, cells), func() (*route.Matrix, error) {
		return route.NewMatrixFrom(ctx, m, cells, sites, nil)
	})
}
