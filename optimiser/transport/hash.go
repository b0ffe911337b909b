package transport

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"

	"github.com/nearside-ems/nearside/geo/route"
)

// Hash returns the SHA-256 of the problem: every field in the order of the type, numbers as 64 bits
// little-endian, lists preceded by their length, a nil Capacity by all ones, and for each layer's matrix
// the SHA-256 of its dimensions and times (32 bits little-endian). A matrix that layers share is read
// once. The problem must be valid.
func (p *Problem) Hash() [32]byte {
	h := sha256.New()
	put(h, uint64(p.Sites), uint64(p.Cells), uint64(p.Place))
	put(h, uint64(len(p.Layers)))
	read := map[*route.Matrix][32]byte{}
	for _, l := range p.Layers {
		putNumbers(h, l.Weight)
		sum, ok := read[l.Time]
		if !ok {
			sum = hashMatrix(l.Time)
			read[l.Time] = sum
		}
		h.Write(sum[:])
		if l.Capacity == nil {
			put(h, math.MaxUint64)
		} else {
			putNumbers(h, l.Capacity)
		}
	}
	for _, list := range [][]int{p.Fixed, p.Forbidden} {
		put(h, uint64(len(list)))
		for _, s := range list {
			put(h, uint64(s))
		}
	}
	return [32]byte(h.Sum(nil))
}

func hashMatrix(m *route.Matrix) [32]byte {
	h := sha256.New()
	put(h, uint64(m.Sites), uint64(m.Cells))
	const block = 4096 // times converted at once: 16 KiB stays in the first-level cache
	buf := make([]byte, 0, 4*block)
	for t := m.T; len(t) > 0; {
		n := min(block, len(t))
		buf = buf[:0]
		for _, v := range t[:n] {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(v))
		}
		h.Write(buf)
		t = t[n:]
	}
	return [32]byte(h.Sum(nil))
}

func putNumbers(h hash.Hash, numbers []float64) {
	put(h, uint64(len(numbers)))
	for _, v := range numbers {
		put(h, math.Float64bits(v))
	}
}

func put(h hash.Hash, values ...uint64) {
	var buf [8]byte
	for _, v := range values {
		binary.LittleEndian.PutUint64(buf[:], v)
		h.Write(buf[:])
	}
}
