//go:build !amd64

package hierarchy

// sweep computes the times of the members from from to end-1.
func (s *Sweep) sweep(from, end int) { s.sweepPlain(from, end) }
