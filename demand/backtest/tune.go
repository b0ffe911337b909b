package backtest

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// How much of the past the baselines are tuned on: at most this many of the last weeks, each forecast
// from what came before it, and none with less than so many weeks before it.
const (
	lessonWeeks = 12
	leastWeeks  = 3
)

// lesson is a past week and what was known before it.
type lesson struct {
	city  *demand.City
	clock *clock
	past  *calls.History
	week  *calls.History
	key   uint64 // digest of all of the above
}

// lessonsOf cuts the last weeks off a past, oldest first. There are none in a short past.
func lessonsOf(city *demand.City, k *clock, past *calls.History) []*lesson {
	n := min(lessonWeeks, past.Span.Hours()/week-leastWeeks)
	var all []*lesson
	for i := n; i > 0; i-- {
		span := calls.Span{From: past.Span.To - calls.Hour(i*week), To: past.Span.To - calls.Hour((i-1)*week)}
		all = append(all, &lesson{city: city, clock: k, past: past.Before(span.From), week: past.Between(span)})
	}
	digest(past, all)
	return all
}

// digest gives each lesson its key, in one pass over the past.
func digest(past *calls.History, all []*lesson) {
	d := fnv.New64a()
	var b [12]byte
	i := 0
	for _, l := range all {
		for ; i < past.Len() && past.Hour[i] < l.week.Span.To; i++ {
			binary.LittleEndian.PutUint32(b[:], uint32(past.Hour[i]))
			binary.LittleEndian.PutUint32(b[4:], uint32(past.Cell[i]))
			_, _ = d.Write(b[:8])
		}
		end := fnv.New64a()
		binary.LittleEndian.PutUint64(b[:], d.Sum64())
		binary.LittleEndian.PutUint32(b[8:], uint32(l.week.Span.To))
		_, _ = end.Write(b[:])
		for _, g := range append(l.past.Gaps[:len(l.past.Gaps):len(l.past.Gaps)], append(l.week.Gaps, l.past.Span)...) {
			binary.LittleEndian.PutUint32(b[:], uint32(g.From))
			binary.LittleEndian.PutUint32(b[4:], uint32(g.To))
			_, _ = end.Write(b[:8])
		}
		l.key = end.Sum64()
	}
}

// axis is one thing to tune: the values to try, fine enough that a finer grid would not help, and the one
// to start from, which holds where there is too little to tune on.
type axis struct {
	name   string
	values []float64
	start  int
}

// tuner chooses a value on each axis by how well the last weeks would have been forecast. Scores are kept
// by a digest of all that they follow from, so that a week is not scored again at the next origin.
type tuner struct {
	axes  []axis
	score func(l *lesson, v []float64) float64 // log likelihood of the week; higher is better
	kept  map[scored]float64
}

const mostAxes = 6

type scored struct {
	key uint64
	at  [mostAxes]uint8
}

// choose climbs along one axis at a time until none improves the sum over all lessons.
func (t *tuner) choose(ctx context.Context, lessons []*lesson) ([]float64, error) {
	if t.kept == nil {
		t.kept = make(map[scored]float64)
	}
	at := make([]int, len(t.axes))
	for i, a := range t.axes {
		at[i] = a.start
	}
	if len(lessons) == 0 {
		return t.values(at), nil
	}
	best := t.sum(lessons, at)
	for improved := true; improved; {
		improved = false
		for i, a := range t.axes {
			stay := at[i]
			for v := range a.values {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				was := at[i]
				at[i] = v
				if s := t.sum(lessons, at); s > best {
					best = s
				} else {
					at[i] = was
				}
			}
			improved = improved || at[i] != stay
		}
	}
	return t.values(at), nil
}

func (t *tuner) values(at []int) []float64 {
	v := make([]float64, len(at))
	for i, k := range at {
		v[i] = t.axes[i].values[k]
	}
	return v
}

func (t *tuner) sum(lessons []*lesson, at []int) float64 {
	var sum float64
	id := scored{}
	for i, k := range at {
		id.at[i] = uint8(k)
	}
	for _, l := range lessons {
		id.key = l.key
		s, known := t.kept[id]
		if !known {
			s = t.score(l, t.values(at))
			t.kept[id] = s
		}
		sum += s
	}
	return sum
}

// forever is the half-life of what never fades.
var forever = math.Inf(1)

// weights returns what each call of a past counts: half after each half-life (in days), and less in hours
// of the week that were seen more often than others. Hours of the week that the past lacks have weight 0.
func weights(k *clock, past *calls.History, halfLife float64) []float64 {
	var exposure [week]float64
	fade := make([]float64, past.Span.Hours()/24+1)
	for d := range fade {
		fade[d] = math.Exp2(-float64(d) / halfLife)
	}
	age := func(t calls.Hour) float64 { return fade[int(past.Span.To-1-t)/24] }
	known(past, func(t calls.Hour) { exposure[k.hourOfWeek(t)] += age(t) })
	mean := 0.0
	for _, e := range exposure {
		mean += e / week
	}
	weight := make([]float64, past.Len())
	for i, t := range past.Hour {
		weight[i] = age(t) * mean / exposure[k.hourOfWeek(t)]
	}
	return weight
}

// clockOf returns the clock of a forecast.
func clockOf(zone *time.Location, past *calls.History, span calls.Span) *clock {
	return newClock(zone, calls.Span{From: past.Span.From, To: span.To})
}
