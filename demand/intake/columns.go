package intake

import (
	"fmt"
	"slices"
	"strings"
)

// layout says which column is for which use, and how that was found.
type layout struct {
	header []string
	index  [uses]int // -1: none
	how    [uses]string
	left   [uses]bool // left out by the user's wish
}

const (
	howGiven  = "given"
	howHeader = "guessed from its name"
	howValues = "guessed from its values"
)

func (l *layout) has(u use) bool { return l.index[u] >= 0 }

func (l *layout) name(u use) string {
	if !l.has(u) {
		return ""
	}
	return l.header[l.index[u]]
}

// columns lists what is used.
func (l *layout) columns() []Column {
	var c []Column
	for u := use(0); u < uses; u++ {
		if l.has(u) {
			c = append(c, Column{u.String(), l.name(u), l.how[u]})
		}
	}
	return c
}

// uses reports whether a column has a use.
func (l *layout) uses(column int) bool { return slices.Contains(l.index[:], column) }

func (l *layout) set(u use, column int, how string) { l.index[u], l.how[u] = column, how }

func (l *layout) clear(us ...use) {
	for _, u := range us {
		l.index[u] = -1
	}
}

// timeBy says which columns tell the time.
func (l *layout) timeBy() timeBy {
	switch {
	case l.has(useTime):
		return byTime
	case l.has(useTimeOfDay):
		return byDateAndTimeOfDay
	default:
		return byDateAndHour
	}
}

// placeBy says which columns tell the place.
func (l *layout) placeBy() placeBy {
	switch {
	case l.has(useLat):
		return byDegrees
	case l.has(useEasting):
		return byMetres
	case l.has(useGridRef):
		return byGridRef
	default:
		return byArea
	}
}

// maxColumns bounds what guesses have to look at.
const maxColumns = 1000

// newLayout takes what the user gave. The header's names are trimmed.
func newLayout(header []string, c Columns) (*layout, error) {
	if len(header) > maxColumns {
		return nil, fmt.Errorf("the file has %d columns, and at most %d are read: leave out those that are not needed", len(header), maxColumns)
	}
	l := &layout{header: header}
	for u, name := range [uses]string{c.Time, c.Date, c.TimeOfDay, c.Hour, c.Lat, c.Lon, c.Easting, c.Northing, c.GridRef, c.Area, c.Category, c.Channel, c.ID, c.District} {
		l.index[u] = -1
		if name == None {
			l.left[u] = true
			continue
		}
		if name == "" {
			continue
		}
		i, err := l.find(use(u), name)
		if err != nil {
			return nil, err
		}
		l.set(use(u), i, howGiven)
	}
	return l, l.contradiction()
}

// find returns the column of a name, in any case.
func (l *layout) find(u use, name string) (int, error) {
	found := -1
	for i, h := range l.header {
		if !strings.EqualFold(h, strings.TrimSpace(name)) {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("--%s: two columns are called %q", u, h)
		}
		found = i
	}
	if found < 0 {
		return 0, fmt.Errorf("--%s: there is no column %q; %s", u, name, l.list())
	}
	return found, nil
}

// list names the columns of the header, in an error.
func (l *layout) list() string {
	const most = 40
	names := make([]string, 0, most)
	for _, h := range l.header[:min(most, len(l.header))] {
		names = append(names, fmt.Sprintf("%q", shorten(h)))
	}
	if len(l.header) > most {
		names = append(names, "…")
	}
	return fmt.Sprintf("the header has %s", strings.Join(names, ", "))
}

// shorten cuts a column's name to what fits an error.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// contradiction refuses columns given for two ways of telling the same.
func (l *layout) contradiction() error {
	for _, both := range [][2]use{
		{useTime, useDate}, {useTime, useTimeOfDay}, {useTime, useHour}, {useTimeOfDay, useHour},
		{useLat, useEasting}, {useLat, useNorthing}, {useLon, useEasting}, {useLon, useNorthing},
		{useLat, useGridRef}, {useLat, useArea}, {useLon, useGridRef}, {useLon, useArea}, {useEasting, useGridRef}, {useEasting, useArea},
		{useNorthing, useGridRef}, {useNorthing, useArea}, {useGridRef, useArea},
	} {
		if l.has(both[0]) && l.has(both[1]) {
			return fmt.Errorf("--%s and --%s say the same in two ways: give one of them", both[0], both[1])
		}
	}
	return nil
}

// complete says what is missing after all guesses.
func (l *layout) complete() error {
	pair := func(a, b use) error {
		if l.has(a) == l.has(b) {
			return nil
		}
		if l.has(b) {
			a, b = b, a
		}
		return fmt.Errorf("column %q is for --%s, but no column goes with it: give --%s; %s", l.name(a), a, b, l.list())
	}
	if err := pair(useLat, useLon); err != nil {
		return err
	}
	if err := pair(useEasting, useNorthing); err != nil {
		return err
	}
	switch {
	case l.has(useDate) && !l.has(useTimeOfDay) && !l.has(useHour):
		return fmt.Errorf("column %q has dates without a time of day, and calls are forecast by the hour: give --time-of-day or --hour; %s", l.name(useDate), l.list())
	case !l.has(useTime) && !l.has(useDate):
		return fmt.Errorf("no column was recognised as the time: give --time, or --date with --time-of-day or --hour; %s", l.list())
	case !l.has(useLat) && !l.has(useEasting) && !l.has(useGridRef) && !l.has(useArea):
		return fmt.Errorf("no column was recognised as the place: give --lat and --lon, --easting and --northing, --grid-ref or --area; %s", l.list())
	}
	return nil
}
