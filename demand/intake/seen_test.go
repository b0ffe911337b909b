package intake

import (
	"encoding/binary"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

func TestSeenIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s seen
		want := map[uint64]bool{}
		for i := range rapid.IntRange(0, 3000).Draw(t, "rows") {
			h := uint64(i) * rapid.SampledFrom([]uint64{1, 1 << 40, 0}).Draw(t, "spread")
			if got := s.add(h); got != (want[h] || h <= 1 && want[1-h]) { // 0 is kept as 1
				t.Fatalf("adding %d says %v", h, got)
			}
			want[h] = true
		}
	})
}

// TestHashTellsRowsApart hashes texts that differ little, of any length, with seeds that differ little.
// Of the two million pairs none may meet in 64 bits, nor too many in the lowest 16, which address the set.
func TestHashTellsRowsApart(t *testing.T) {
	const texts = 2000
	found := map[uint64]string{}
	low := map[uint64]int{}
	for i := range texts {
		for _, seed := range []uint64{0, 1, uint64(i) << 20} {
			b := make([]byte, i%40)
			copy(b, "2022010")
			if len(b) >= 9 {
				binary.LittleEndian.PutUint16(b[len(b)-2:], uint16(i))
			} else {
				b = binary.LittleEndian.AppendUint16(b, uint16(i))
			}
			if seed == 0 && i == 0 {
				continue
			}
			h := hash(b, seed)
			key := string(binary.LittleEndian.AppendUint64(b, seed))
			if other, ok := found[h]; ok && other != key {
				t.Fatalf("%q and %q have the same hash", key, other)
			}
			found[h] = key
			low[h&0xffff]++
		}
	}
	for h, n := range low {
		if n > 8 { // Poisson with mean 0.09
			t.Errorf("%d of %d hashes end in %04x", n, len(found), h)
		}
	}
}

// TestHashAvalanches flips each bit of a text and of its seed: about half of the hash has to change.
func TestHashAvalanches(t *testing.T) {
	for _, length := range []int{1, 8, 9, 15, 16, 17, 31, 32, 60} {
		b := make([]byte, length)
		base := hash(b, 7)
		for bit := range 8*length + 64 {
			seed := uint64(7)
			if bit < 8*length {
				b[bit/8] ^= 1 << (bit % 8)
			} else {
				seed ^= 1 << (bit - 8*length)
			}
			if n := bits.OnesCount64(hash(b, seed) ^ base); n < 12 || n > 52 { // 5 standard deviations
				t.Errorf("bit %d of %d bytes changes %d bits of the hash", bit, length, n)
			}
			if bit < 8*length {
				b[bit/8] ^= 1 << (bit % 8)
			}
		}
	}
}
