package optimiser

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math"
	"runtime"
	"sync"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Hash returns the SHA-256 of the problem: every field in the order of the type, numbers as 64 bits
// little-endian, lists and names preceded by their length, a Curve by 1 and its absence as 0, and for
// each layer's matrix the SHA-256 of its dimensions and times (32 bits little-endian). A matrix that
// layers share is read once. The problem must be valid.
func (p *Problem) Hash() [32]byte {
	read := hashMatrices(p.Layers)
	h := sha256.New()
	put(h, uint64(p.Sites), uint64(p.Cells), uint64(p.Place))
	putList(h, p.Row)
	put(h, uint64(len(p.Layers)))
	for _, l := range p.Layers {
		putFloats(h, l.Weight)
		sum := read[l.Time]
		h.Write(sum[:])
		putFloats(h, l.Share)
		putCurve(h, l.Curve)
		putBits(h, l.Off)
	}
	putList(h, p.Fixed)
	putList(h, p.Forbidden)
	put(h, uint64(len(p.Quotas)))
	for _, q := range p.Quotas {
		put(h, uint64(len(q.Name)))
		h.Write([]byte(q.Name))
		putList(h, q.Sites)
		put(h, uint64(q.Least), uint64(q.Most))
	}
	putFloats(h, p.Cost)
	put(h, math.Float64bits(p.Budget))
	return [32]byte(h.Sum(nil))
}

// hashMatrices hashes each matrix once, several at a time.
func hashMatrices(layers []Layer) map[*route.Matrix][32]byte {
	var matrices []*route.Matrix
	at := map[*route.Matrix]int{}
	for _, l := range layers {
		if _, known := at[l.Time]; !known {
			at[l.Time] = len(matrices)
			matrices = append(matrices, l.Time)
		}
	}
	sums := make([][32]byte, len(matrices))
	var wait sync.WaitGroup
	room := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, m := range matrices {
		room <- struct{}{}
		wait.Go(func() { sums[i] = hashMatrix(m); <-room })
	}
	wait.Wait()
	read := make(map[*route.Matrix][32]byte, len(matrices))
	for m, i := range at {
		read[m] = sums[i]
	}
	return read
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

func putList[T int | int32 | road.Millis](h hash.Hash, list []T) {
	put(h, uint64(len(list)))
	for _, v := range list {
		put(h, uint64(v))
	}
}

func putFloats(h hash.Hash, list []float64) {
	put(h, uint64(len(list)))
	for _, v := range list {
		put(h, math.Float64bits(v))
	}
}

func putCurve(h hash.Hash, c *Curve) {
	if c == nil {
		put(h, 0)
		return
	}
	put(h, 1)
	putList(h, c.Time)
	putList(h, c.Cost)
}

func putBits(h hash.Hash, list []bool) {
	put(h, uint64(len(list)))
	for _, set := range list {
		bit := uint64(0)
		if set {
			bit = 1
		}
		put(h, bit)
	}
}
