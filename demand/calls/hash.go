package calls

import "crypto/sha256"

// Hash returns the SHA-256 of all that a history holds: what was learnt from it belongs to the history
// with that hash.
func (h *History) Hash() [32]byte {
	sum := sha256.New()
	w := &writer{w: sum}
	w.count(h.Cells)
	w.history(h)
	w.flush()
	return [32]byte(sum.Sum(nil))
}
