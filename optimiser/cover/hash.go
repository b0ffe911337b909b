package cover

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
)

// Hash returns the SHA-256 of the problem: every field in the order of the type, numbers as 64 bits
// little-endian, lists preceded by their length, times as 32 bits each. The problem must be valid.
func (p *Problem) Hash() [32]byte {
	h := sha256.New()
	put(h, uint64(p.Sites), uint64(p.Cells))
	buf := make([]byte, 4*p.Cells)
	for s := range p.Sites {
		for i, t := range p.Time.Row(s) {
			binary.LittleEndian.PutUint32(buf[4*i:], uint32(t))
		}
		h.Write(buf)
	}
	put(h, uint64(len(p.Weight)))
	for _, w := range p.Weight {
		put(h, math.Float64bits(w))
	}
	for _, list := range [][]int{p.Fixed, p.Forbidden} {
		put(h, uint64(len(list)))
		for _, s := range list {
			put(h, uint64(s))
		}
	}
	return [32]byte(h.Sum(nil))
}

// hashing computes the hash meanwhile.
func (p *Problem) hashing() <-chan [32]byte {
	hash := make(chan [32]byte, 1)
	go func() { hash <- p.Hash() }()
	return hash
}

func put(h hash.Hash, values ...uint64) {
	var buf [8]byte
	for _, v := range values {
		binary.LittleEndian.PutUint64(buf[:], v)
		h.Write(buf[:])
	}
}
