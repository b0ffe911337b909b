package volume

import (
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// history is the calls of all cells by hour, on the wall's clock.
type history struct {
	clock
	known   []bool                 // of each hour
	calls   []float64              // of each hour
	holiday []uint8                // of each local day
	annual  [][annualTerms]float64 // of each local day, the time of year
	start   []int32                // of each local day its first hour, and the end of the last
	perDay  []float64              // calls of each local day
}

// read counts the calls of a history by hour.
func read(h *calls.History, zone *time.Location, which string) *history {
	n := h.Span.Hours()
	r := &history{clock: clockOf(h.Span, zone), known: make([]bool, n), calls: make([]float64, n)}
	for i := range r.known {
		r.known[i] = true
	}
	for _, g := range h.Gaps {
		for i := g.From; i < g.To; i++ {
			r.known[i-h.Span.From] = false
		}
	}
	for _, t := range h.Hour {
		if i := int(t - h.Span.From); r.known[i] {
			r.calls[i]++
		}
	}
	days := r.days()
	r.holiday = holidays(r.first, days, which)
	r.annual = make([][annualTerms]float64, days)
	for d := range r.annual {
		r.annual[d] = annualAt(r.first + d)
	}
	r.perDay = make([]float64, days)
	r.start = make([]int32, days+1)
	r.start[days] = int32(n)
	for i := n - 1; i >= 0; i-- {
		r.start[r.day[i]] = int32(i)
		r.perDay[r.day[i]] += r.calls[i]
	}
	return r
}

// exposure returns the expected calls of each day's known hours, were the level 1 call an hour and no
// day other than its weekday makes it.
func (r *history) exposure(shape *[week]float64, days int, dst []float64) []float64 {
	dst = append(dst[:0], make([]float64, days)...)
	for i := range int(r.start[days]) {
		if r.known[i] {
			dst[r.day[i]] += shape[r.slot[i]]
		}
	}
	return dst
}
