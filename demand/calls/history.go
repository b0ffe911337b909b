package calls

import (
	"slices"
	"sort"
	"time"
)

// Hour is a whole hour, counted from 1970-01-01T00:00Z.
type Hour int32

// HourAt returns the hour that holds t.
func HourAt(t time.Time) Hour {
	s := t.Unix()
	if s < 0 {
		s -= 3599 // rounds down
	}
	return Hour(s / 3600)
}

// Time returns when the hour begins, in UTC.
func (h Hour) Time() time.Time { return time.Unix(int64(h)*3600, 0).UTC() }

// Span is the hours From to To, To left out.
type Span struct{ From, To Hour }

// Hours returns the length of a span.
func (s Span) Hours() int { return int(s.To - s.From) }

// Holds reports whether the span holds an hour.
func (s Span) Holds(h Hour) bool { return s.From <= h && h < s.To }

// Kind is what sort of call it was and the way by which it came, in the words of the service that took
// it. Either may be empty where it is not known.
type Kind struct{ Category, Channel string }

// MaxKinds is how many kinds a History can tell apart.
const MaxKinds = 256

// History is the calls of a span, in order of hour. Hours of the span in which there was no call had
// none, unless they lie in a gap. A History is immutable and safe to share.
type History struct {
	Cells int
	Span  Span
	Gaps  []Span // ascending, disjoint parts of Span of which nothing is known

	// One entry per call, ascending by hour, then cell, then kind.
	Hour []Hour
	Cell []int32
	Kind []uint8 // position in Kinds

	Kinds []Kind
}

// Len returns the number of calls.
func (h *History) Len() int { return len(h.Hour) }

// Between returns the part of the history that lies in a span. It shares memory with h.
func (h *History) Between(s Span) *History {
	s.From, s.To = max(s.From, h.Span.From), min(s.To, h.Span.To)
	s.To = max(s.From, s.To)
	first := sort.Search(h.Len(), func(i int) bool { return h.Hour[i] >= s.From })
	end := sort.Search(h.Len(), func(i int) bool { return h.Hour[i] >= s.To })
	part := *h
	part.Span, part.Gaps = s, nil
	for _, g := range h.Gaps {
		if g.From, g.To = max(g.From, s.From), min(g.To, s.To); g.From < g.To {
			part.Gaps = append(part.Gaps, g)
		}
	}
	part.Hour = slices.Clip(h.Hour[first:end])
	part.Cell = slices.Clip(h.Cell[first:end])
	part.Kind = slices.Clip(h.Kind[first:end])
	return &part
}

// Before returns the part of the history that was known at the start of an hour.
func (h *History) Before(t Hour) *History { return h.Between(Span{h.Span.From, t}) }

// Known returns the hours of the history's span that lie in no gap.
func (h *History) Known() int {
	n := h.Span.Hours()
	for _, g := range h.Gaps {
		n -= g.Hours()
	}
	return n
}
