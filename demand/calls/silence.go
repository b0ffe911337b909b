package calls

import (
	"math"
	"time"
)

// A run of days without a call is a gap where calls at the usual rate would leave it empty with a
// probability under oneInAMillion: Poisson counts of mean m are zero with e^−m.
const (
	oneInAMillion = 1e-6
	nearbyDays    = 56
)

var improbable = -math.Log(oneInAMillion) // 13.8 expected calls

// startOfDay returns the first hour of the zone's day that holds h. Walking hour by hour is right in
// every zone, also where the clocks skip midnight or midnight is not on a whole hour of UTC.
func startOfDay(h Hour, zone *time.Location) Hour {
	for day := dayOf(h, zone); dayOf(h-1, zone) == day; {
		h--
	}
	return h
}

// endOfDay returns the first hour after the zone's day that holds h.
func endOfDay(h Hour, zone *time.Location) Hour {
	for day := dayOf(h, zone); dayOf(h, zone) == day; {
		h++
	}
	return h
}

type date struct {
	year, day int
}

func dayOf(h Hour, zone *time.Location) date {
	t := h.Time().In(zone)
	return date{t.Year(), t.YearDay()}
}

// days are the days of a span: their first hours, and the calls of each.
type days struct {
	from  []Hour // one more than days; the last is the span's end
	calls []int
	week  []time.Weekday
}

func daysOf(h *History, zone *time.Location) *days {
	d := &days{}
	i := 0
	for at := h.Span.From; at < h.Span.To; {
		end, first := min(endOfDay(at, zone), h.Span.To), i
		for i < h.Len() && h.Hour[i] < end {
			i++
		}
		d.from = append(d.from, at)
		d.calls = append(d.calls, i-first)
		d.week = append(d.week, at.Time().In(zone).Weekday())
		at = end
	}
	d.from = append(d.from, h.Span.To)
	return d
}

// silences returns the runs of whole days without a call that are no chance.
func silences(h *History, zone *time.Location) []Span {
	var gaps []Span
	d := daysOf(h, zone)
	usual := d.usual()
	for i := 0; i < len(d.calls); i++ {
		if d.calls[i] > 0 {
			continue
		}
		end := i
		for end < len(d.calls) && d.calls[end] == 0 {
			end++
		}
		if d.expected(i, end, usual) > improbable {
			gaps = append(gaps, Span{d.from[i], d.from[end]})
		}
		i = end
	}
	return gaps
}

// usual returns the mean calls of each day of the week.
func (d *days) usual() (mean [7]float64) {
	var n [7]float64
	for i, c := range d.calls {
		mean[d.week[i]] += float64(c)
		n[d.week[i]]++
	}
	for i := range mean {
		mean[i] /= max(n[i], 1)
	}
	return mean
}

// expected returns the calls that days i to end would have at the lowest of three rates: the usual ones
// of their days of the week (a service may close at weekends), and the mean of the weeks before and
// after (it may have grown from little).
func (d *days) expected(i, end int, usual [7]float64) float64 {
	var byWeek float64
	for _, w := range d.week[i:end] {
		byWeek += usual[w]
	}
	run := float64(end - i)
	return min(byWeek, run*meanOf(d.calls[max(0, i-nearbyDays):i]), run*meanOf(d.calls[end:min(len(d.calls), end+nearbyDays)]))
}

func meanOf(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	return float64(total) / float64(max(len(counts), 1))
}
