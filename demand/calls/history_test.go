package calls

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHourAtRoundsDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds"))
		h := HourAt(at)
		if from, to := h.Time(), (h + 1).Time(); at.Before(from) || !at.Before(to) {
			t.Fatalf("%v is put into the hour from %v", at.UTC(), from)
		}
	})
}

// TestBetweenKeepsWhatIsInside compares with looking at every call.
func TestBetweenKeepsWhatIsInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &History{Cells: 3, Span: Span{100, 200}, Gaps: []Span{{120, 130}, {150, 151}}, Kinds: []Kind{{}}}
		for hour := h.Span.From; hour < h.Span.To; hour++ {
			for range rapid.IntRange(0, 2).Draw(t, "calls") {
				h.Hour, h.Cell, h.Kind = append(h.Hour, hour), append(h.Cell, 0), append(h.Kind, 0)
			}
		}
		s := Span{Hour(rapid.IntRange(90, 210).Draw(t, "from")), Hour(rapid.IntRange(90, 210).Draw(t, "to"))}
		part := h.Between(s)
		inside, known := 0, 0
		for hour := Hour(90); hour < 210; hour++ {
			if !s.Holds(hour) || !h.Span.Holds(hour) {
				continue
			}
			if !h.Gaps[0].Holds(hour) && !h.Gaps[1].Holds(hour) {
				known++
			}
			for _, x := range h.Hour {
				if x == hour {
					inside++
				}
			}
		}
		if part.Len() != inside || part.Known() != known {
			t.Fatalf("%v has %d calls in %d known hours, want %d in %d", s, part.Len(), part.Known(), inside, known)
		}
	})
}
