package intake

import "math"

// when is the time of a call, as far as its row tells it.
type when struct {
	seconds int64 // since 1970-01-01T00:00: in UTC, or by the zone's clocks; of the day where loose
	utc     bool
	loose   bool // the date is year with a and b, of which the file's dates say which is the month
	year    int16
	a, b    uint8
	minutes bool // it is told more closely than by the hour
}

const (
	perHour = 3600
	perDay  = 86400
)

// timing reads the time of rows.
type timing struct {
	format TimeFormat
	names  clockNames
	by     timeBy
	// figures are rows whose time is a number, though TimeFormat says text, by how many digits it has
	// before the point.
	figures [21]int64
}

// timeBy is which columns tell the time.
type timeBy uint8

const (
	byTime timeBy = iota
	byDateAndTimeOfDay
	byDateAndHour
)

// of returns the time of a row.
func (t *timing) of(r *row) (when, Reason) {
	if t.by == byTime {
		return t.instant(&r[useTime])
	}
	date, reason := t.date(&r[useDate])
	if reason != kept {
		return date, reason
	}
	var second int64
	if t.by == byDateAndHour {
		second, reason = t.hour(&r[useHour])
	} else {
		second, date.minutes, reason = t.timeOfDay(&r[useTimeOfDay])
	}
	date.seconds += second
	return date, reason
}

// instant reads a date with a time of day.
func (t *timing) instant(v *value) (when, Reason) {
	switch v.is {
	case isMissing:
		return when{}, NoTime
	case isInstant, isWallClock:
		return when{seconds: v.i, utc: v.is == isInstant, minutes: v.i%perHour != 0}, kept
	case isReal:
		return t.figure(v)
	case isText, isWhole:
		if t.format != Text {
			return t.figure(v)
		}
		m, ok := parseMoment(v.word(), t.names)
		if !ok || m.year == 0 || !m.clock {
			t.noteFigure(v)
			return when{}, UnreadableTime
		}
		return m.when()
	}
	return when{}, UnreadableTime
}

// figure reads a time that is a number.
func (t *timing) figure(v *value) (when, Reason) {
	x, ok := v.number()
	if !ok || !(math.Abs(x) < 1e15) {
		return when{}, UnreadableTime
	}
	switch t.format {
	case UnixSecond:
	case UnixMilli:
		x /= 1000
	case Excel:
		const epoch = 25569 // days from 1899-12-30 to 1970-01-01
		s := int64(math.Round((x - epoch) * perDay))
		return when{seconds: s, minutes: s%perHour != 0}, kept
	default:
		t.noteFigure(v)
		return when{}, UnreadableTime
	}
	s := int64(math.Floor(x))
	return when{seconds: s, utc: true, minutes: s%perHour != 0}, kept
}

// noteFigure notes an unreadable time that is a number.
func (t *timing) noteFigure(v *value) {
	if x, ok := v.number(); ok && x >= 1 && x < 1e18 {
		t.figures[1+int(math.Log10(x))]++
	}
}

// when returns the time of a date with a time of day.
func (m *moment) when() (when, Reason) {
	w := when{seconds: int64(m.second), utc: m.fixed, minutes: m.fraction}
	if m.fixed {
		w.seconds -= int64(m.offset)
	}
	if m.loose && m.a != m.b {
		w.loose, w.year, w.a, w.b = true, m.year, m.a, m.b
		return w, kept
	}
	if !exists(int64(m.year), int64(m.a), int64(m.b)) {
		return w, NoSuchTime
	}
	w.seconds += perDay * daysBefore(int64(m.year), int64(m.a), int64(m.b))
	return w, kept
}

// in returns a time whose order of day and month has been decided.
func (w when) in(o DateOrder) (when, Reason) {
	if !w.loose {
		return w, kept
	}
	month, day := int64(w.a), int64(w.b)
	if o == DayFirst {
		month, day = day, month
	}
	if !exists(int64(w.year), month, day) {
		return w, NoSuchTime
	}
	w.loose = false
	w.seconds += perDay * daysBefore(int64(w.year), month, day)
	return w, kept
}

// date reads a date. A time of day beside it is left out: exports put midnight there.
func (t *timing) date(v *value) (when, Reason) {
	switch v.is {
	case isMissing:
		return when{}, NoTime
	case isDay:
		return when{seconds: v.i * perDay}, kept
	case isInstant, isWallClock:
		return when{seconds: v.i - mod(v.i, perDay)}, kept
	case isText, isWhole:
		if t.format != Text {
			break
		}
		m, ok := parseMoment(v.word(), t.names)
		if !ok || m.year == 0 {
			t.noteFigure(v)
			return when{}, UnreadableTime
		}
		m.second, m.fixed, m.fraction = 0, false, false
		return m.when()
	}
	w, reason := t.figure(v)
	w.seconds -= mod(w.seconds, perDay)
	w.utc = false
	return w, reason
}

// timeOfDay reads a time of day. A date beside it is left out: exports put 1899-12-30 or the like there.
func (t *timing) timeOfDay(v *value) (second int64, minutes bool, _ Reason) {
	switch v.is {
	case isMissing:
		return 0, false, NoTime
	case isTimeOfDay, isInstant, isWallClock:
		second = mod(v.i, perDay)
	case isText:
		if m, ok := parseMoment(v.text, t.names); ok && m.clock {
			return int64(m.second), m.fraction, kept
		}
		fallthrough
	default:
		var ok bool
		if second, ok = t.figureOfDay(v); !ok {
			return 0, false, UnreadableTime
		}
	}
	return second, second%perHour != 0, kept
}

// figureOfDay reads 2359 or, of Excel, a fraction of a day. A number of one or two digits could be an hour
// as well as minutes after midnight, and is refused.
func (t *timing) figureOfDay(v *value) (second int64, ok bool) {
	x, ok := v.number()
	if !ok {
		return 0, false
	}
	if t.format == Excel {
		second = int64(math.Round((x - math.Floor(x)) * perDay))
		return second, true
	}
	n := int64(x)
	if float64(n) != x || n < 100 && len(v.text) != 4 || n%100 >= 60 || n < 0 || n >= 2400 {
		return 0, false
	}
	return n/100*perHour + n%100*60, true
}

// hour reads an hour of the day, 0 to 23.
func (t *timing) hour(v *value) (second int64, _ Reason) {
	if v.missing() {
		return 0, NoTime
	}
	if x, ok := v.number(); ok {
		h := int64(x)
		switch {
		case float64(h) != x:
			return 0, UnreadableTime
		case h < 0 || h > 23:
			return 0, NoSuchTime
		}
		return h * perHour, kept
	}
	second, _, reason := t.timeOfDay(v)
	return second - second%perHour, reason
}

// mod returns the remainder that is not negative.
func mod(a, n int64) int64 { return ((a % n) + n) % n }
