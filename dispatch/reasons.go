package dispatch

import (
	"strconv"
	"time"

	"github.com/nearside-ems/nearside/geo"
)

// Reasons are sentences, kept in one piece of memory that is used again and again.
type Reasons struct {
	text []byte
	end  []int // of each sentence
}

// Reset forgets the sentences and keeps the memory.
func (r *Reasons) Reset() { r.text, r.end = r.text[:0], r.end[:0] }

// Len returns the number of sentences.
func (r *Reasons) Len() int { return len(r.end) }

// At returns sentence i, which is valid until Reset.
func (r *Reasons) At(i int) []byte {
	first := 0
	if i > 0 {
		first = r.end[i-1]
	}
	return r.text[first:r.end[i]]
}

// Strings returns the sentences.
func (r *Reasons) Strings() []string {
	list := make([]string, r.Len())
	for i := range list {
		list[i] = string(r.At(i))
	}
	return list
}

// say adds a sentence of parts.
func (r *Reasons) say(parts ...string) {
	for _, p := range parts {
		r.text = append(r.text, p...)
	}
	r.end = append(r.end, len(r.text))
}

// last appends a duration and some words to the last sentence.
func (r *Reasons) last(d time.Duration, after string) {
	r.text = append(appendWords(r.text, d), after...)
	r.end[len(r.end)-1] = len(r.text)
}

// Explain adds in words why candidate rank (0 is the first) stands where it does at now.
func (s Settings) Explain(now time.Time, in *Incident, ranked []Candidate, rank int, why *Reasons) {
	c, car := &ranked[rank], ranked[rank].Car
	why.say(car.Status.String(), ", position ")
	why.last(car.Age(now), " old")
	if rank == 0 {
		why.say("arrives first by road")
	} else {
		why.say("arrives ")
		why.last(time.Duration(c.Arrival-ranked[0].Arrival)*time.Millisecond, " after ")
		why.text = append(why.text, ranked[0].Car.Name...)
		why.end[len(why.end)-1] = len(why.text)
	}
	if in.Skills != 0 {
		why.say("has ", in.Skills.String(), " as asked")
	}
	if car.Sector != in.Sector && car.Sector < geo.Sectors && in.Sector < geo.Sectors {
		why.say("comes from ", car.Sector.String(), " into ", in.Sector.String())
	}
	if !car.ShiftEnd.IsZero() {
		if left := car.ShiftEnd.Sub(now); left < time.Hour {
			why.say("its shift ends in ")
			why.last(left, "")
		}
	}
	why.say("arrival includes ")
	why.last(s.Mobilisation, " to mobilise (assumption)")
}

// Explain adds in words why a stranded car is offered at all.
func (s Stranded) Explain(now time.Time, why *Reasons) {
	why.say(s.Car.Status.String(), ", position ")
	why.last(s.Car.Age(now), " old")
	road := "no road leads from it to the call: "
	if !s.Car.OnRoad {
		road = "no road is near it: "
	}
	why.say(road, strconv.FormatFloat(s.Metres/1000, 'f', 1, 64), " km as the crow flies, travel time not known")
}

// words returns a duration as people say it: "4 s", "7 min 10 s", "2 h 5 min".
func words(d time.Duration) string { return string(appendWords(nil, d)) }

func appendWords(b []byte, d time.Duration) []byte {
	number := func(n int64, unit string) { b = append(strconv.AppendInt(b, n, 10), unit...) }
	switch s := int64(d.Round(time.Second) / time.Second); {
	case s < 60:
		number(s, " s")
	case s < 3600:
		number(s/60, " min")
		if s%60 != 0 {
			b = append(b, ' ')
			number(s%60, " s")
		}
	default:
		number(s/3600, " h ")
		number(s%3600/60, " min")
	}
	return b
}
