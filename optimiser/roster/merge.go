package roster

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/route"
)

// Duty is a set of variants in service: bit v is the v-th of Question.Variants.
type Duty uint64

// piece is a part of one asked-for hour in which the same variants are in service throughout.
type piece struct {
	hour    int // index of Question.Hours
	from    int // minute of the week
	minutes int
	duty    Duty
	layer   int // of the merged ones
}

// Merged is all parts of the week with the same travel times and the same variants in service. For any roster
// a call costs the same in each of them, so that the demand can be added up: docs/shifts.md.
type Merged struct {
	Time   *route.Matrix
	Duty   Duty
	Weight []float64 // per cell, calls
	Cars   int       // the most that can be in service
	Hours  float64   // of the week
}

// Layers returns the week as merged, in the order of Problem's layers. The question must be valid.
func (q *Question) Layers() []Merged { return q.merge(q.pieces()) }

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
	for _, v := range q.Variants() {
		out = append(out, q.Templates[v.Template].inService(v.Way))
	}
	return out
}

// dutyAt returns who is in service in a minute of the week.
func dutyAt(service [][]span, minute int) Duty {
	var d Duty
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
func (q *Question) merge(pieces []piece) []Merged {
	type key struct {
		time *route.Matrix
		duty Duty
	}
	number := map[key]int{}
	var out []Merged
	for i := range pieces {
		p := &pieces[i]
		hour := &q.Hours[p.hour]
		k := key{hour.Time, p.duty}
		l, ok := number[k]
		if !ok {
			l = len(out)
			number[k] = l
			out = append(out, Merged{Time: hour.Time, Duty: p.duty, Weight: make([]float64, q.Cells), Cars: q.most(p.duty)})
		}
		p.layer = l
		part := float64(p.minutes) / 60
		out[l].Hours += part
		for c, w := range hour.Demand {
			out[l].Weight[c] += part * w
		}
	}
	return out
}

// most returns how many cars can be in service at a time.
func (q *Question) most(d Duty) int {
	room, n := q.room(), 0
	of := make([]int, len(q.Templates)) // per template, its variants in service
	for v, variant := range q.Variants() {
		if d>>v&1 == 1 {
			of[variant.Template]++
		}
	}
	for t, ways := range of {
		n += min(q.Templates[t].Most, room*ways)
	}
	if q.Crews > 0 {
		n = min(n, q.Crews)
	}
	return n
}
