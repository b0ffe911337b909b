package hierarchy

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/nearside-ems/nearside/geo/road"
)

// sweepWide does what sweepPlain does for members that begin at first[0], row[0] and begun[0], at least
// one, with all lanes in one register of 256 bits.
//
//go:noescape
func sweepWide(first *Edge, step *Step, time, row *[Lanes]road.Millis, begun *bool, members int)

// sweep computes the times of the members from from to end-1.
func (s *Sweep) sweep(from, end int) {
	if !cpu.X86.HasAVX2 {
		s.sweepPlain(from, end)
		return
	}
	const most = 1024 // members between two moments at which the goroutine can be put aside
	for ; from < end; from += most {
		n := min(most, end-from)
		// Every To is that of a member: Metric.fan numbers them.
		sweepWide(&s.f.first[from], unsafe.SliceData(s.f.step), &s.time[0], &s.time[from], &s.begun[from], n)
	}
}
