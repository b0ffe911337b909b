package intake

import (
	"fmt"
	"strings"
	"unicode"
)

// sample is the first rows of a file, by column.
type sample struct {
	rows   int
	traits []trait // of each column
}

// trait counts what the values of a column could be.
type trait struct {
	filled   int
	instant  int // a date with a time of day
	midnight int // of these, at midnight
	date     int // a date alone
	clock    int // a time of day alone
	hour     int // a whole number from 0 to 23
	figures  int // a time of day without a colon
	number   int
	degrees  int // numbers from -180 to 180
	named    int // areas of the city
	distinct map[string]bool
	longest  int
}

// most reports whether nearly all filled values are of a sort.
func (t *trait) most(n int) bool { return t.filled > 0 && 10*n >= 9*t.filled }

func (t *trait) isInstant() bool { return t.most(t.instant) && t.midnight < t.instant }
func (t *trait) isDate() bool    { return t.most(t.date + t.midnight) }
func (t *trait) isClock() bool   { return t.most(t.clock) }
func (t *trait) isHour() bool    { return t.most(t.hour) }

// words reports whether a column may hold categories.
func (t *trait) words() bool {
	n := len(t.distinct)
	return t.filled > 0 && n <= maxWords && t.longest <= maxWordLength && (n <= fewWords || n <= t.filled/2)
}

// look notes what a value could be.
func (t *trait) look(v *value, s *Settings, names clockNames) {
	if v.missing() {
		return
	}
	t.filled++
	word := string(v.word())
	t.longest = max(t.longest, len(word))
	if t.distinct == nil {
		t.distinct = map[string]bool{}
	}
	t.distinct[word] = true
	if _, ok := s.Where.Named(word); ok {
		t.named++
	}
	if x, ok := v.number(); ok {
		t.number++
		if x >= -180 && x <= 180 {
			t.degrees++
		}
		if x >= 0 && x <= 23 && x == float64(int(x)) {
			t.hour++
		}
		if s.TimeFormat != Text {
			t.instant++
		}
		if _, ok := (&timing{}).figureOfDay(v); ok {
			t.figures++
		}
	}
	t.lookTime(v, names)
}

func (t *trait) lookTime(v *value, names clockNames) {
	switch v.is {
	case isInstant, isWallClock:
		t.instant++
	case isDay:
		t.date++
	case isTimeOfDay:
		t.clock++
	case isText, isWhole:
		m, ok := parseMoment(v.word(), names)
		switch {
		case !ok:
		case m.year == 0:
			t.clock++
		case !m.clock:
			t.date++
		default:
			t.instant++
			if m.second == 0 {
				t.midnight++
			}
		}
	}
}

// guess completes a layout from the names of the columns and the first rows.
func (l *layout) guess(s *sample, format TimeFormat) error {
	g := guesser{layout: l, sample: s, format: format}
	for _, h := range l.header {
		g.names = append(g.names, normalise(h))
	}
	if err := g.time(); err != nil {
		return err
	}
	if err := g.place(); err != nil {
		return err
	}
	g.optional(useCategory, categoryNames, func(t *trait) bool { return t.words() })
	g.optional(useChannel, channelNames, func(t *trait) bool { return t.words() })
	g.optional(useID, idNames, func(t *trait) bool { return 20*len(t.distinct) >= 19*t.filled && t.filled > 0 })
	return l.complete()
}

type guesser struct {
	*layout
	*sample
	format TimeFormat
	names  []string // normalised
}

// normalise makes "Call Date/Time" and "callDateTime" into "call_date_time".
func normalise(name string) string {
	var b strings.Builder
	lower, gap := false, false
	for _, c := range name {
		letter := unicode.IsLetter(c) || unicode.IsDigit(c)
		if !letter || unicode.IsUpper(c) && lower {
			gap = b.Len() > 0
		}
		if letter {
			if gap {
				b.WriteByte('_')
			}
			b.WriteRune(unicode.ToLower(c))
			gap = false
		}
		lower = unicode.IsLower(c)
	}
	return b.String()
}

// tokens parts a normalised name.
func tokens(name string) []string { return strings.Split(name, "_") }

// best returns the column with the greatest rank above 0, or -1. Two that rank the same are an error
// that asks for the flag.
func (g *guesser) best(flag string, rank func(column int) int) (int, error) {
	best, top, tie := -1, 0, -1
	for i := range g.names {
		switch r := rank(i); {
		case r > top:
			best, top, tie = i, r, -1
		case r == top && r > 0:
			tie = i
		}
	}
	if tie >= 0 {
		return -1, fmt.Errorf("columns %q and %q could both be the %s: say which with %s", g.header[best], g.header[tie], strings.TrimLeft(flag, "-"), flag)
	}
	return best, nil
}

// free reports whether a column has no use yet.
func (g *guesser) free(column int) bool { return !g.uses(column) }

// optional guesses a column that need not be there: the first of a list of names that fits.
func (g *guesser) optional(u use, names []string, fits func(*trait) bool) {
	if g.has(u) || g.left[u] {
		return
	}
	for _, want := range names {
		for i, n := range g.names {
			if n == want && g.free(i) && fits(&g.traits[i]) {
				g.set(u, i, howHeader)
				return
			}
		}
	}
}

// Names of columns, normalised, the likeliest first.
var (
	categoryNames = []string{"category", "call_category", "incident_category", "event_category", "call_type", "incident_type", "event_type", "type_of_call", "initial_type_group", "type", "nature", "call_nature", "incident_nature", "problem", "determinant", "call_code"}
	channelNames  = []string{"channel", "call_channel", "contact_channel", "source", "call_source", "origin", "call_origin", "contact_method", "how_received", "call_line"}
	idNames       = []string{"id", "call_id", "incident_id", "event_id", "case_id", "call_number", "incident_number", "event_number", "case_number", "call_no", "incident_no", "cad_number", "cad_no", "cad_id", "cad", "reference", "call_reference", "incident_reference", "ref", "event_unique_id", "accident_index", "collision_index", "record_id", "row_id", "objectid", "object_id", "uuid", "uid"}
)
