package calls

import "slices"

// merge returns the calls of both histories in order; what is known is what either knows. Both are of
// the same cells.
func merge(a, b *History) *History {
	kinds := slices.SortedFunc(slices.Values(slices.Concat(a.Kinds, b.Kinds)), Kind.Compare)
	kinds = slices.Compact(kinds)
	out := newHistory(a.Len() + b.Len())
	out.Cells, out.Kinds = a.Cells, kinds
	a, b = a.withKinds(kinds), b.withKinds(kinds)
	i, j := 0, 0
	for k := range out.Hour {
		if j == b.Len() || i < a.Len() && a.key(i) <= b.key(j) {
			out.Hour[k], out.Cell[k], out.Kind[k] = a.Hour[i], a.Cell[i], a.Kind[i]
			i++
		} else {
			out.Hour[k], out.Cell[k], out.Kind[k] = b.Hour[j], b.Cell[j], b.Kind[j]
			j++
		}
	}
	out.setKnown(a.known().union(b.known()))
	return out
}

// withKinds returns the history with another table of kinds that has all of its own. Both tables
// ascend, so that the calls stay in order.
func (h *History) withKinds(kinds []Kind) *History {
	if slices.Equal(h.Kinds, kinds) {
		return h
	}
	out := *h
	out.Kinds, out.Kind = kinds, make([]uint8, h.Len())
	var to [MaxKinds]uint8
	for i, k := range h.Kinds {
		at, _ := slices.BinarySearchFunc(kinds, k, Kind.Compare)
		to[i] = uint8(at)
	}
	for i, k := range h.Kind {
		out.Kind[i] = to[k]
	}
	return &out
}

// without returns the history less the hours of a set: it then knows nothing of them. Kinds that no call
// has any more are gone too.
func (h *History) without(gone cover) *History {
	out := &History{Cells: h.Cells, Kinds: h.Kinds}
	kept := h.known().minus(gone)
	for _, s := range kept {
		part := h.Between(s)
		out.Hour = append(out.Hour, part.Hour...)
		out.Cell = append(out.Cell, part.Cell...)
		out.Kind = append(out.Kind, part.Kind...)
	}
	out.setKnown(kept)
	return out.usedKinds()
}

// usedKinds leaves out the kinds that no call has.
func (h *History) usedKinds() *History {
	var used [MaxKinds]bool
	for _, k := range h.Kind {
		used[k] = true
	}
	var kinds []Kind
	for i, k := range h.Kinds {
		if used[i] {
			kinds = append(kinds, k)
		}
	}
	return h.withKinds(kinds)
}
