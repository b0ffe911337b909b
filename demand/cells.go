package demand

import (
	"crypto/sha256"
	"encoding/binary"
)

// HashCells returns the hash of a city: of its name, its clock, its holidays, and its cells in order,
// each by a text that stands for no other cell, such as its H3 identifier.
func HashCells(name, zone, holidays string, cells []string) [32]byte {
	h := sha256.New()
	var length [8]byte
	write := func(s string) { // with its length before it, so that no two lists hash alike
		binary.LittleEndian.PutUint64(length[:], uint64(len(s)))
		_, _ = h.Write(length[:]) // a hash takes everything
		_, _ = h.Write([]byte(s))
	}
	for _, s := range []string{"nearside city", name, zone, holidays} {
		write(s)
	}
	for _, s := range cells {
		write(s)
	}
	return [32]byte(h.Sum(nil))
}
