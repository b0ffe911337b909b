package optimiser

// Shares returns the Share of facilities that are each out with probability busy, independently: a
// call is served by the k-th nearest with probability (1−q)q^(k−1), and by the last with all that is left (Snyder and Daskin
// 2005). Where busy is 0 the nearest serves all, whatever levels is.
func Shares(busy float64, levels int) []float64 {
	a := ExpectedCover(busy, levels)
	if busy > 0 {
		a[levels-1] /= 1 - busy
	}
	return a
}

// ExpectedCover returns the Share of facilities that are each out with probability busy, of which nobody
// takes what the last one leaves: with Within it is expected coverage (Daskin 1983).
func ExpectedCover(busy float64, levels int) []float64 {
	if busy == 0 {
		return []float64{1}
	}
	a, out := make([]float64, levels), 1.0
	for k := range a {
		a[k] = (1 - busy) * out
		out *= busy
	}
	return a
}

// steps returns b with Σ aₖ c₍ₖ₎ = Σ bₖ Sₖ, where Sₖ is the sum of the k least costs.
func steps(a []float64) []float64 {
	b := make([]float64, len(a))
	for k := range a {
		b[k] = a[k]
		if k+1 < len(a) {
			b[k] -= a[k+1]
		}
	}
	return b
}

// falling returns weights that never rise with k and whose sum over sorted costs is never above that
// of a: neighbours that rise are pooled to their mean (the last level's weight rises when busy > ½).
func falling(a []float64) []float64 {
	type pool struct {
		sum float64
		n   int
	}
	var pools []pool
	for _, v := range a {
		pools = append(pools, pool{v, 1})
		for n := len(pools); n > 1 && pools[n-2].sum*float64(pools[n-1].n) < pools[n-1].sum*float64(pools[n-2].n); n-- {
			pools[n-2].sum += pools[n-1].sum
			pools[n-2].n += pools[n-1].n
			pools = pools[:n-1]
		}
	}
	var out []float64
	for _, q := range pools {
		for range q.n {
			out = append(out, q.sum/float64(q.n))
		}
	}
	return out
}
