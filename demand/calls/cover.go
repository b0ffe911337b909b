package calls

import (
	"cmp"
	"slices"
)

// cover is a set of hours: ascending spans that neither overlap nor touch.
type cover []Span

// known returns the hours of which a history knows.
func (h *History) known() cover {
	if h.Span.Hours() == 0 {
		return nil
	}
	return cover{h.Span}.minus(h.Gaps)
}

// setKnown sets the span and the gaps of a history.
func (h *History) setKnown(c cover) {
	h.Span, h.Gaps = Span{}, nil
	if len(c) == 0 {
		return
	}
	h.Span = Span{c[0].From, c[len(c)-1].To}
	if gaps := (cover{h.Span}).minus(c); len(gaps) > 0 {
		h.Gaps = gaps
	}
}

// union returns the hours of either.
func (c cover) union(o []Span) cover {
	all := slices.SortedFunc(slices.Values(slices.Concat(c, o)), func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var out cover
	for _, s := range all {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
		} else if s.Hours() > 0 {
			out = append(out, s)
		}
	}
	return out
}

// minus returns the hours of c that are not in o, which ascends.
func (c cover) minus(o []Span) cover {
	var out cover
	for _, s := range c {
		for _, hole := range o {
			if hole.To <= s.From || hole.From >= s.To {
				continue
			}
			if hole.From > s.From {
				out = append(out, Span{s.From, hole.From})
			}
			s.From = min(hole.To, s.To)
		}
		if s.Hours() > 0 {
			out = append(out, s)
		}
	}
	return out
}

// both returns the hours of both.
func (c cover) both(o []Span) cover { return c.minus(c.minus(o)) }

// hours returns how many hours there are.
func (c cover) hours() int {
	n := 0
	for _, s := range c {
		n += s.Hours()
	}
	return n
}

// holds reports whether an hour is in the set.
func (c cover) holds(h Hour) bool {
	at, _ := slices.BinarySearchFunc(c, h, func(s Span, h Hour) int {
		if s.To <= h {
			return -1
		}
		return 1
	})
	return at < len(c) && c[at].Holds(h)
}
