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
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// timesCache keeps travel-time matrices in a directory, one file each, named after the SHA-256 of
// what they follow from. Without a directory it keeps nothing.
type timesCache struct {
	dir  string
	most int64 // bytes that are kept
	warn func(string)
}

// KeptTimes is how many bytes of travel times are kept for the next time, those used last. It is the
// matrices of some ten plans of all hours on all London.
const KeptTimes = 4 << 30

// newTimesCache makes the directory and fails where files cannot be made in it.
func newTimesCache(dataDir string, warn func(string)) (*timesCache, error) {
	c := &timesCache{most: KeptTimes, warn: warn}
	if dataDir == "" {
		return c, nil
	}
	c.dir = filepath.Join(dataDir, "matrices")
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return nil, refuse("data-dir", dataDir, fmt.Sprintf("a directory that can be written to: %v", err))
	}
	probe, err := os.CreateTemp(c.dir, ".probe-*")
	if err != nil {
		return nil, refuse("data-dir", dataDir, fmt.Sprintf("a directory that can be written to: %v", err))
	}
	return c, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// matrix returns the times of a key: from the cache, or else written into it, or else computed. A cached
// file that cannot be used is reported and written again.
func (c *timesCache) matrix(key [32]byte, write func(path string) error, compute func() (*route.Matrix, error)) (*route.Matrix, error) {
	if c.dir == "" {
		return compute()
	}
	path := filepath.Join(c.dir, hex.EncodeToString(key[:16])+matrixFile)
	m, err := route.LoadMatrix(path, key)
	if err == nil {
		c.use(path)
		return m, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		c.warn(fmt.Sprintf("cached travel times are not usable and are computed again: %v", err))
	}
	if err = write(path); err == nil {
		c.prune(time.Now())
		if m, err = route.LoadMatrix(path, key); err == nil {
			return m, nil
		}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	c.warn(fmt.Sprintf("travel times are not kept for the next time: %v", err))
	return compute()
}

// timesKey returns the SHA-256 of everything that a matrix follows from.
func timesKey(what string, m *route.Metric, sites, cells []road.Spot) [32]byte {
	h := sha256.New()
	h.Write([]byte(what))
	h.Write(m.Network.Hash[:])
	for _, part := range []any{&m.Profile, m.Weight, uint64(len(sites)), sites, uint64(len(cells)), cells} {
		// Fixed-size values into a hash: the write cannot fail.
		_ = binary.Write(h, binary.LittleEndian, part)
	}
	return [32]byte(h.Sum(nil))
}

// toCells returns the times from sites to cells.
func (c *timesCache) toCells(ctx context.Context, m *route.Metric, sites, cells []road.Spot, done func(float64)) (*route.Matrix, error) {
	key, report := timesKey("sites to cells", m, sites, cells), func(n, total int) { done(float64(n) / float64(total)) }
	return c.matrix(key,
		func(path string) error { return route.WriteMatrix(ctx, path, key, m, sites, cells, report) },
		func() (*route.Matrix, error) { return route.NewMatrix(ctx, m, sites, cells, report) })
}

// fromCells returns the times from cells to sites, one row a site: patients travel towards a centre.
func (c *timesCache) fromCells(ctx context.Context, m *route.Metric, sites, cells []road.Spot) (*route.Matrix, error) {
	key := timesKey("cells to sites", m, sites, cells)
	return c.matrix(key,
		func(path string) error { return route.WriteMatrixFrom(ctx, path, key, m, cells, sites, nil) },
		func() (*route.Matrix, error) { return route.NewMatrixFrom(ctx, m, cells, sites, nil) })
}
