package order

import (
	"math/bits"
	"slices"
)

// leaf orders a small piece by minimum degree: next comes the node with the fewest neighbours left,
// those outside the piece, which all come later, included. Among equals it takes the one above the
// shortest chain of nodes, which keeps the elimination tree low.
func (d *dissection) leaf(p *piece, lo int32) {
	row, words := d.rows(p)
	var height [leafSize]int
	left := uint64(1)<<p.nodes() - 1
	for place := lo; left != 0; place++ {
		v := leastDegree(left, row, words, &height)
		left &^= 1 << v
		d.rank[p.node[v]] = place
		own := row[v*words:][:words]
		for b := own[0]; b != 0; b &= b - 1 {
			w := bits.TrailingZeros64(b)
			height[w] = max(height[w], height[v]+1)
			for i, bits := range own {
				row[w*words+i] |= bits
			}
			row[w*words] &^= 1<<v | 1<<w
		}
	}
}

func leastDegree(left uint64, row []uint64, words int, height *[leafSize]int) (best int) {
	least := int(^uint(0) >> 1)
	for ; left != 0; left &= left - 1 {
		v, degree := bits.TrailingZeros64(left), 0
		for _, w := range row[v*words : (v+1)*words] {
			degree += bits.OnesCount64(w)
		}
		if key := degree*(leafSize+1) + height[v]; key < least {
			best, least = v, key
		}
	}
	return best
}

// rows returns the neighbours of the nodes of a leaf as bits, so many words for each node: those in the
// leaf in the first word, those around it in the others.
func (d *dissection) rows(p *piece) (row []uint64, words int) {
	var around []int32
	for i, v := range p.node {
		d.local[v] = int32(i)
		for _, w := range d.kernel.of(v) {
			if d.rank[w] != none {
				around = append(around, w)
			}
		}
	}
	slices.Sort(around)
	around = slices.Compact(around)
	words = 1 + (len(around)+63)/64
	row = make([]uint64, p.nodes()*words)
	for i, v := range p.node {
		for _, w := range d.kernel.of(v) {
			bit := int(d.local[w])
			if d.rank[w] != none {
				k, _ := slices.BinarySearch(around, w)
				bit = 64 + k
			}
			row[i*words+bit/64] |= 1 << (bit % 64)
		}
	}
	return row, words
}
