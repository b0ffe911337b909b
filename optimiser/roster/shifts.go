package roster

import (
	"fmt"
	"slices"
	"strings"
)

// checkTemplates finds shifts that no crew can work.
func (q *Question) checkTemplates(f *faults) {
	f.check(len(q.Templates) > 0, "Templates", "is empty; at least one shift is needed")
	named, ways := map[string]int{}, 0
	for i := range q.Templates {
		t := &q.Templates[i]
		name := fmt.Sprintf("Templates[%d]", i)
		if first, twice := named[t.Name]; twice {
			f.add(name+".Name", "is %q, as that of Templates[%d]; each template needs its own", t.Name, first)
		}
		named[t.Name] = i
		f.check(t.Name != "", name+".Name", "is empty; a name is needed")
		t.check(f, fmt.Sprintf("%s (%s)", name, t.Name))
		ways += t.Ways()
	}
	f.check(ways <= MostVariants, "Templates", "have %d ways of being worked, counting the ways of taking breaks; at most %d are allowed", ways, MostVariants)
}

func (t *Template) check(f *faults, name string) {
	f.check(t.Start >= 0 && t.Start < Day, name+".Start", "is %d; minutes after midnight are 0 to %d", t.Start, Day-1)
	f.check(t.Length >= 1 && t.Length <= Day, name+".Length", "is %d minutes; a shift lasts from 1 to %d", t.Length, Day)
	f.check(t.Days != 0 && t.Days <= Daily, name+".Days", "is %#x; at least one of the seven days (bits 0 to 6) is needed", uint8(t.Days))
	f.check(t.HandOver[0] >= 0 && t.HandOver[1] >= 0, name+".HandOver", "is %v; minutes are at least 0", t.HandOver)
	f.check(t.Least >= 0 && t.Most >= t.Least, name+".Least", "is %d and Most %d; 0 ≤ Least ≤ Most is needed", t.Least, t.Most)
	for way := range t.Ways() {
		free := t.Length - t.HandOver[0] - t.HandOver[1]
		if way < len(t.Breaks) {
			free -= t.checkBreaks(f, fmt.Sprintf("%s.Breaks[%d]", name, way), t.Breaks[way])
		}
		f.check(t.Length < 1 || free > 0, name, "leaves %d minutes of %d in service after hand-over and breaks; at least 1 is needed", free, t.Length)
	}
}

// checkBreaks returns how long the breaks are together.
func (t *Template) checkBreaks(f *faults, name string, breaks []Break) int {
	sum := 0
	for i, b := range breaks {
		at := fmt.Sprintf("%s[%d]", name, i)
		f.check(b.Length >= 1, at+".Length", "is %d minutes; at least 1 is needed", b.Length)
		f.check(b.After >= t.HandOver[0] && b.After+b.Length <= t.Length-t.HandOver[1], at,
			"is from minute %d to %d; it must lie in the shift, between the hand-overs: minute %d to %d", b.After, b.After+b.Length, t.HandOver[0], t.Length-t.HandOver[1])
		for k, other := range breaks[:i] {
			f.check(b.After >= other.After+other.Length || other.After >= b.After+b.Length, at, "overlaps break %d", k)
		}
		sum += max(0, b.Length)
	}
	return sum
}

// checkCrews looks for numbers of crews and crew hours that contradict each other.
func (q *Question) checkCrews(f *faults) {
	least, most, hours, cheapest := 0, 0, 0.0, 0.0
	fixed := make([]int, len(q.Templates))
	for _, p := range q.Fixed {
		fixed[p.Template]++
	}
	for i := range q.Templates {
		t := &q.Templates[i]
		name := fmt.Sprintf("Templates[%d] (%s)", i, t.Name)
		room := q.room() * t.Ways()
		f.check(t.Least <= room, name+".Least", "is %d; there is room for %d: one crew a site and way of taking breaks", t.Least, room)
		f.check(fixed[i] <= t.Most, name+".Most", "is %d; %d crews of it are fixed", t.Most, fixed[i])
		need := max(t.Least, fixed[i])
		least, most, hours = least+need, most+min(t.Most, room), hours+float64(need)*t.CrewHours()
		if c := t.CrewHours(); t.Most > 0 && (cheapest == 0 || c < cheapest) {
			cheapest = c
		}
	}
	f.check(most > 0, "Templates", "allow no crew at all: every Most is 0, or every site is forbidden")
	if q.Crews > 0 {
		f.check(least <= q.Crews, "Crews", "is %d; the templates' Least and Fixed need %d", q.Crews, least)
		f.check(q.CrewHours > 0 || most >= q.Crews, "Crews", "is %d; the templates' Most and the sites leave room for %d", q.Crews, most)
	}
	if q.CrewHours > 0 {
		f.check(cheapest <= q.CrewHours, "CrewHours", "is %g; the shift with the fewest hours takes %g a week", q.CrewHours, cheapest)
		f.check(hours <= q.CrewHours, "CrewHours", "is %g; the templates' Least and Fixed take %g a week", q.CrewHours, hours)
	}
}

// room returns how many sites are not forbidden.
func (q *Question) room() int {
	out := make([]bool, q.Sites)
	n := q.Sites
	for _, s := range q.Forbidden {
		if !out[s] {
			out[s] = true
			n--
		}
	}
	return n
}

// mostGaps is how many uncovered parts of the week an error lists.
const mostGaps = 7

// checkCover finds parts of the week with demand in which no shift that may be worked is in service, and
// shifts that are in service in none of the hours.
func (q *Question) checkCover(f *faults) {
	var worked, used Duty
	for v, variant := range q.Variants() {
		if q.Templates[variant.Template].Most > 0 {
			worked |= 1 << v
		}
	}
	var gaps []span
	for _, p := range q.pieces() {
		used |= p.duty
		if p.duty&worked != 0 || !q.Hours[p.hour].asked() {
			continue
		}
		if n := len(gaps); n > 0 && gaps[n-1].until == p.from {
			gaps[n-1].until += p.minutes
		} else {
			gaps = append(gaps, span{p.from, p.from + p.minutes})
		}
	}
	var words []string
	for _, g := range gaps[:min(len(gaps), mostGaps)] {
		words = append(words, g.String())
	}
	if n := len(gaps) - mostGaps; n > 0 {
		words = append(words, fmt.Sprintf("and %d more", n))
	}
	f.check(len(gaps) == 0, "Hours", "have calls when no shift is in service: %s; add a shift or a way of taking breaks, or leave these hours out", strings.Join(words, ", "))
	for v, variant := range q.Variants() {
		t := &q.Templates[variant.Template]
		f.check(used>>v&1 == 1, fmt.Sprintf("Templates[%d] (%s)", variant.Template, t.Name), "is in service in none of the hours")
	}
}

// asked reports whether any call is expected.
func (h *Hour) asked() bool {
	return slices.ContainsFunc(h.Demand, func(w float64) bool { return w > 0 })
}
