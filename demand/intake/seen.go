package intake

import (
	"encoding/binary"
	"math/bits"
)

// seen is a set of rows by their 64-bit hashes, at most 22 bytes a row and half as much again while it
// grows. The chance that any two of n different rows share a hash is n²/2⁶⁵: one in 400,000 for ten
// million.
type seen struct {
	slots []uint64 // 0: empty; linear probing
	n     int
}

// add adds a hash and reports whether it was there already.
func (s *seen) add(h uint64) bool {
	if 4*s.n >= 3*len(s.slots) {
		s.grow()
	}
	if h == 0 {
		h = 1
	}
	i := s.find(h)
	if s.slots[i] == h {
		return true
	}
	s.slots[i] = h
	s.n++
	return false
}

// find returns the slot that holds a hash or would.
func (s *seen) find(h uint64) int {
	mask := len(s.slots) - 1
	i := int(h) & mask
	for s.slots[i] != 0 && s.slots[i] != h {
		i = (i + 1) & mask
	}
	return i
}

func (s *seen) grow() {
	old := s.slots
	s.slots = make([]uint64, max(1024, 2*len(old)))
	for _, h := range old {
		if h != 0 {
			s.slots[s.find(h)] = h
		}
	}
}

// Odd constants of the hash, as of wyhash.
const (
	salt1 = 0xa0761d6478bd642f
	salt2 = 0xe7037ed1a0b428db
)

// hash returns a hash of a text that is the same in every run. It follows wyhash: each step multiplies
// 64 by 64 bits and folds the product.
func hash(b []byte, seed uint64) uint64 {
	h := fold(seed^salt1, uint64(len(b))^salt2)
	for len(b) >= 16 {
		h = fold(binary.LittleEndian.Uint64(b)^salt2, binary.LittleEndian.Uint64(b[8:])^h)
		b = b[16:]
	}
	var tail [16]byte
	copy(tail[:], b)
	h = fold(binary.LittleEndian.Uint64(tail[:])^salt2, binary.LittleEndian.Uint64(tail[8:])^h)
	return fold(h^salt1, salt2)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
