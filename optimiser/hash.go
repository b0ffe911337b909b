package optimiser

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Hash returns the SHA-256 of the problem: every field in the order of the type, numbers as 64 bits
// little-endian, lists preceded by their length, and for each layer's matrix the SHA-256 of its
// dimensions and times (32 bits little-endian). A matrix that layers share is read once. The problem
// must be valid.
func (p *Problem) Hash() [32]byte {
	h := sha256.New()
	put(h, uint64(p.Sites), uint64(p.Cells), uint64(p.Place), math.Float64bits(p.Busy), uint64(p.Levels))
	putSites(h, p.Fixed)
	putSites(h, p.Forbidden)
	put(h, uint64(len(p.Layers)))
	read := map[*route.Matrix][32]byte{}
	for _, l := range p.Layers {
		put(h, uint64(len(l.Weight)))
		for _, w := range l.Weight {
			put(h, math.Float64bits(w))
		}
		sum, ok := read[l.Time]
		if !ok {
			sum = hashMatrix(l.Time)
			read[l.Time] = sum
		}
		h.Write(sum[:])
	}
	return [32]byte(h.Sum(nil))
}

func hashMatrix(m *route.Matrix) [32]byte {
	h := sha256.New()
	put(h, uint64(m.Sites), uint64(m.Cells))
	const block = 4096 // times converted at once: 16 KiB stays in the first-level cache
	var buf [4 * block]byte
	for t := m.T; len(t) > 0; {
		n := min(block, len(t))
		h.Write(littleEndian(buf[:0], t[:n]))
		t = t[n:]
	}
	return [32]byte(h.Sum(nil))
}

func littleEndian(dst []byte, t []road.Millis) []byte {
	dst = dst[:4*len(t)]
	for i, v := range t {
		binary.LittleEndian.PutUint32(dst[4*i:], uint32(v))
	}
	return dst
}

func put(h hash.Hash, values ...uint64) {
	var buf [8]byte
	for _, v := range values {
		binary.LittleEndian.PutUint64(buf[:], v)
		h.Write(buf[:])
	}
}

func putSites(h hash.Hash, sites []int) {
	put(h, uint64(len(sites)))
	for _, s := range sites {
		put(h, uint64(s))
	}
}
