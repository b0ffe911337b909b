package roster

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/route"
)

// duty is a set of variants in service: bit v is variant v.
type duty uint64

// piece is a part of one asked-for hour in which the same variants are in service throughout.
type piece struct {
	hour    int // index of Question.Hours
	from    int // minute of the week
	minutes int
	duty    duty
	layer   int // of the merged ones
}

// layer is all pieces with the same travel times and the same variants in service. For any roster such a
// call costs the same in each of them, so that the demand can be added up: docs/shifts.md.
type layer struct {
	time   *route.Matrix
	duty   duty
	weight []float64 // per cell
}

// pieces cuts the hours wherever a variant goes into service or out of it, in order. They are not
// given their layers yet.
func (q *Question) pieces() []piece {
	spans := q.service()
	cuts := []int{0, Week}
	for _, week := range spans {
		for _, s := range week {
			cuts = append(cuts, s.from, s.until)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []piece
	for h := range q.Hours {
		from, until := 60*q.Hours[h].Hour, 60*q.Hours[h].Hour+60
		for at := from; at < until; {
			next, _ := slices.BinarySearch(cuts, at+1)
			end := min(until, cuts[next])
			out = append(out, piece{hour: h, from: at, minutes: end - at, duty: dutyAt(spans, at)})
			at = end
		}
	}
	return out
}

// service returns for each variant when it is in service.
func (q *Question) service() [][]span {
	var out [][]span
	for _, v := range q.variants() {
		out = append(out, q.Templates[v.template].inService(v.way))
	}
	return out
}

// dutyAt returns who is in service in a minute of the week.
func dutyAt(service [][]span, minute int) duty {
	var d duty
	for v, week := range service {
		for _, s := range week {
			if s.from <= minute && minute < s.until {
				d |= 1 << v
			}
		}
	}
	return d
}

// merge gives every piece its layer and returns the layers, in the order in which they first occur.
func (q *Question) merge(pieces []piece) []layer {
	type key struct {
		time *route.Matrix
		duty duty
	}
	number := map[key]int{}
	var out []layer
	for i := range pieces {
		p := &pieces[i]
		hour := &q.Hours[p.hour]
		k := key{hour.Time, p.duty}
		l, ok := number[k]
		if !ok {
			l = len(out)
			number[k] = l
			out = append(out, layer{hour.Time, p.duty, make([]float64, q.Cells)})
		}
		p.layer = l
		part := float64(p.minutes) / 60
		for c, w := range hour.Demand {
			out[l].weight[c] += part * w
		}
	}
	return out
}
