package queue

import "math"

// ErlangB returns the share of calls that find all servers busy and are lost, at an offered load in
// erlangs (Erlang 1917), by the recursion B(k) = aB(k−1) / (k + aB(k−1)), which loses no digits.
// servers and erlangs are not negative.
func ErlangB(servers int, erlangs float64) float64 {
	if math.IsInf(erlangs, 1) {
		return 1
	}
	b := 1.0
	for k := 1; k <= servers; k++ {
		b = erlangs * b / (float64(k) + erlangs*b)
	}
	return b
}

// ErlangC returns the share of calls that wait when calls queue for the servers; 1 where the load is
// not less than the servers, because the queue then grows for ever.
func ErlangC(servers int, erlangs float64) float64 {
	n := float64(servers)
	if erlangs >= n {
		return 1
	}
	b := ErlangB(servers, erlangs)
	return n * b / (n - erlangs*(1-b))
}

// Line is the queue M/M/c: Poisson calls that wait in one line for Servers that are all alike, with
// exponential service.
type Line struct {
	Servers int
	Erlangs float64 // offered load, less than Servers
}

// At returns the share of the time in which n calls are in service or waiting.
func (l Line) At(n int) float64 {
	c, a := float64(l.Servers), l.Erlangs
	full := ErlangC(l.Servers, a) * (1 - a/c) // of the state in which all servers are busy and nobody waits
	if n >= l.Servers {
		return full * math.Pow(a/c, float64(n-l.Servers))
	}
	p := full
	for k := l.Servers; k > n; k-- {
		p *= float64(k) / a
	}
	return p
}

// Busy returns the share of the time that a server is busy.
func (l Line) Busy() float64 { return l.Erlangs / float64(l.Servers) }

// Wait returns the mean time that a call waits, those that do not wait included, in mean service times.
func (l Line) Wait() float64 {
	return ErlangC(l.Servers, l.Erlangs) / (float64(l.Servers) - l.Erlangs)
}
