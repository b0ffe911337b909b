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
	last90
}

// last90 is the sentence that most explanations end with, kept as long as it stays the same: to spell its
// numbers again took a tenth of the time of a whole answer.
type last90 struct {
	mobilisation time.Duration
	spread       float64
	sentence     []byte
}

// of returns the sentence for some settings.
func (l *last90) of(s *Settings) []byte {
	if l.mobilisation != s.Mobilisation || l.spread != s.Spread || l.sentence == nil {
		l.mobilisation, l.spread = s.Mobilisation, s.Spread
		l.sentence = append(appendWords([]byte("arrival includes "), s.Mobilisation), " to mobilise, and for 9 in 10 "...)
		l.sentence = append(strconv.AppendFloat(l.sentence, s.Spread, 'g', -1, 64), " times the road time (assumptions)"...)
	}
	return l.sentence
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

// more appends words to the last sentence.
func (r *Reasons) more(parts ...string) {
	for _, p := range parts {
		r.text = append(r.text, p...)
	}
	r.end[len(r.end)-1] = len(r.text)
}

// factor appends a number and some words to the last sentence.
func (r *Reasons) factor(f float64, after string) {
	r.text = append(strconv.AppendFloat(r.text, f, 'g', -1, 64), after...)
	r.end[len(r.end)-1] = len(r.text)
}

// last appends a duration and some words to the last sentence.
func (r *Reasons) last(d time.Duration, after string) {
	r.text = append(appendWords(r.text, d), after...)
	r.end[len(r.end)-1] = len(r.text)
}

// Explain adds in words why candidate rank (0 is the first) stands where it does.
func (s *Settings) Explain(snap *Snapshot, in *Incident, ranked []Candidate, rank int, why *Reasons) {
	c, car := &ranked[rank], ranked[rank].Car
	busy := car.Status.OnCall()
	if !busy || car.Since.IsZero() {
		why.say(car.Status.String(), ", position ")
	} else {
		why.say(car.Status.String(), " for ")
		why.last(max(0, snap.Now.Sub(car.Since)), ", position ")
	}
	why.last(car.Age(snap.Now), " old")
	if busy {
		s.explainBusy(c, snap, why)
	}
	if rank == 0 {
		why.say("arrives first by road")
	} else {
		why.say("arrives ")
		why.last(time.Duration(c.Arrival-ranked[0].Arrival)*time.Millisecond, " after ")
		why.more(ranked[0].Car.Name)
	}
	if in.Skills != 0 {
		why.say("has ", in.Skills.String(), " as asked")
	}
	if car.Sector != in.Sector && car.Sector < geo.Sectors && in.Sector < geo.Sectors {
		why.say("comes from ", car.Sector.String(), " into ", in.Sector.String())
	}
	if !car.ShiftEnd.IsZero() {
		s.explainShift(c, snap.Now, why)
	}
	if snap.Ahead > 0 {
		why.say("asked for ")
		why.last(snap.Ahead, " ahead: speeds, closures and shifts of then, position and status the last known")
	}
	if busy {
		why.say("9 in 10 arrivals: ")
		why.factor(s.ClearSpread, " times the time until it is clear and ")
		why.factor(s.Spread, " times the road time (assumptions)")
		return
	}
	why.text = append(why.text, why.of(s)...)
	why.end = append(why.end, len(why.text))
}

// explainBusy says when a car on a call is expected to be clear, and where it comes from then.
func (s *Settings) explainBusy(c *Candidate, snap *Snapshot, why *Reasons) {
	expected, status := s.Clear[c.Car.Status], c.Car.Status.String()
	why.say("expected to be clear in ")
	why.last(time.Duration(c.Clears)*time.Millisecond, " (assumption: ")
	why.last(expected, " from the start of \"")
	why.more(status, "\"")
	switch since := c.Car.Since; {
	case since.IsZero():
		why.more("; since when is not known, all of it is counted)")
	case snap.Seen().Sub(since) > expected-s.Overdue:
		why.more("; nearly or all used up, ")
		why.last(min(s.Overdue, expected), " more counted)")
	default:
		why.more(")")
	}
	if c.AtDestination {
		why.say("by road from ", c.Car.Destination, ", where it takes its patient")
	} else {
		why.say("by road from where it is; where it will be clear is not known")
	}
}

// explainShift tells of a shift that ends soon, or before the car can be expected to be clear again.
func (s *Settings) explainShift(c *Candidate, now time.Time, why *Reasons) {
	left := c.Car.ShiftEnd.Sub(now)
	early := left < time.Duration(c.Arrival)*time.Millisecond+s.Clear[OnScene]
	if !early && left >= time.Hour {
		return
	}
	why.say("its shift ends in ")
	why.last(left, "")
	if early {
		why.more(", before it would be expected to be clear, ")
		why.last(s.Clear[OnScene], " after it arrives (assumption)")
	}
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
