package intake

// moment is a date, a time of day or both, as written. Which of a and b is the month is yet to be decided
// where order says so.
type moment struct {
	year     int16 // 0: no date
	a, b     uint8 // month and day, or two numbers of which one is each
	loose    bool  // the order of a and b depends on the file
	clock    bool  // has a time of day
	fixed    bool  // has an offset from UTC
	second   int32 // of the day; 86400 at 24:00
	offset   int32 // seconds east of UTC
	fraction bool  // minutes or seconds are given and not 0
}

// clockNames are the abbreviations of offsets that a zone uses, such as GMT and BST.
type clockNames map[string]int32

// parseMoment reads a date, a time of day, or a date followed by one:
//
//	2014-12-31  2014/12/31  20141231  31/12/2014  31.12.14  12-31-2014  31-Dec-2014  Dec 31, 2014
//	23:59  23:59:59.999  11:59 PM  2359 (after a T only)
//	Z  +01:00  +0100  +01  UTC  GMT and the zone's own abbreviations
func parseMoment(b []byte, names clockNames) (m moment, ok bool) {
	p := scanner{b: b}
	p.spaces()
	p.weekday()
	if !p.date(&m) {
		return m, false
	}
	if p.done() {
		return m, m.year != 0 || m.clock
	}
	if m.year != 0 && !m.clock {
		compact := p.separator()
		if p.done() {
			return m, true
		}
		if !p.timeOfDay(&m, compact) {
			return m, false
		}
	}
	if !p.offset(&m, names) {
		return m, false
	}
	return m, p.done()
}

// scanner is a position in a text.
type scanner struct {
	b []byte
	i int
}

func (p *scanner) peek() byte {
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *scanner) spaces() {
	for p.i < len(p.b) && (p.b[p.i] == ' ' || p.b[p.i] == '\t') {
		p.i++
	}
}

// done passes over spaces and reports whether nothing is left.
func (p *scanner) done() bool {
	p.spaces()
	return p.i == len(p.b)
}

func (p *scanner) take(c byte) bool {
	if p.i < len(p.b) && p.b[p.i] == c {
		p.i++
		return true
	}
	return false
}

// number reads up to 14 digits and returns how many there were.
func (p *scanner) number() (n int64, digits int) {
	for p.i < len(p.b) && digits < 14 {
		c := p.b[p.i] - '0'
		if c > 9 {
			break
		}
		n = n*10 + int64(c)
		p.i++
		digits++
	}
	return n, digits
}

// word reads letters.
func (p *scanner) word() []byte {
	from := p.i
	for p.i < len(p.b) && isLetter(p.b[p.i]) {
		p.i++
	}
	return p.b[from:p.i]
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// weekday passes over the name of a day before a date.
func (p *scanner) weekday() {
	if !isLetter(p.peek()) {
		return
	}
	from := p.i
	if w := p.word(); oneOf(w, "montuewedthufrisatsun") < 0 {
		p.i = from
		return
	}
	p.take('.')
	p.take(',')
	p.spaces()
}

// oneOf returns the position of a word's first three letters in a list of such, or -1.
func oneOf(w []byte, list string) int {
	if len(w) < 3 {
		return -1
	}
	a, b, c := w[0]|0x20, w[1]|0x20, w[2]|0x20
	for i := 0; i+3 <= len(list); i += 3 {
		if list[i] == a && list[i+1] == b && list[i+2] == c {
			return i / 3
		}
	}
	return -1
}

// month reads the name of a month, 1 to 12.
func (p *scanner) month() (uint8, bool) {
	w := p.word()
	i := oneOf(w, "janfebmaraprmayjunjulaugsepoctnovdec")
	if i < 0 || len(w) > 9 {
		return 0, false
	}
	return uint8(i + 1), true
}

// date reads a date, or a time of day where there is none.
func (p *scanner) date(m *moment) bool {
	if isLetter(p.peek()) {
		return p.monthFirst(m)
	}
	n, digits := p.number()
	switch {
	case digits == 4 && isBetween(p.peek()):
		return p.yearFirst(m, n)
	case digits == 8:
		return m.figures(n)
	case digits == 14:
		return m.figures(n/1000000) && m.setClock(n/10000%100, n/100%100, n%100)
	case digits == 1 || digits == 2:
		if p.peek() == ':' || p.noonFollows() {
			p.i -= digits
			return p.timeOfDay(m, false)
		}
		return p.dayFirst(m, n)
	}
	return false
}

// figures takes a date from a number such as 20141231. Most numbers of eight digits are none.
func (m *moment) figures(n int64) bool {
	m.year, m.a, m.b = int16(n/10000), uint8(n/100%100), uint8(n%100)
	return m.year >= 1900 && m.year < 2200 && m.a >= 1 && m.a <= 12 && m.b >= 1 && m.b <= 31
}

// isBetween reports whether a byte may stand between the parts of a date.
func isBetween(c byte) bool { return c == '-' || c == '/' || c == '.' || c == ' ' }

// yearFirst reads what follows the year in 2014-12-31.
func (p *scanner) yearFirst(m *moment, year int64) bool {
	between := p.peek()
	p.i++
	if isLetter(p.peek()) {
		a, ok := p.month()
		m.a = a
		if !ok {
			return false
		}
	} else {
		a, digits := p.number()
		if digits == 0 || digits > 2 {
			return false
		}
		m.a = uint8(a)
	}
	if !p.take(between) {
		return false
	}
	day, digits := p.number()
	m.year, m.b = int16(year), uint8(day)
	return digits >= 1 && digits <= 2 && year >= 1000
}

// dayFirst reads what follows the first number in 31/12/2014, 12/31/2014 and 31 Dec 2014.
func (p *scanner) dayFirst(m *moment, first int64) bool {
	between := p.peek()
	switch {
	case isLetter(between): // 31Dec2014
		between = 0
	case isBetween(between):
		p.i++
	default:
		return false
	}
	if isLetter(p.peek()) {
		month, ok := p.month()
		if !ok || between != 0 && !p.take(between) {
			return false
		}
		m.a, m.b = month, uint8(first)
		return p.year(m)
	}
	second, digits := p.number()
	if digits == 0 || digits > 2 || !p.take(between) {
		return false
	}
	m.a, m.b, m.loose = uint8(first), uint8(second), true
	return p.year(m)
}

// monthFirst reads Dec 31, 2014.
func (p *scanner) monthFirst(m *moment) bool {
	month, ok := p.month()
	if !ok {
		return false
	}
	p.take('.')
	if !p.take('-') {
		p.spaces()
	}
	day, digits := p.number()
	if digits == 0 || digits > 2 {
		return false
	}
	p.take(',')
	if !p.take('-') {
		p.spaces()
	}
	m.a, m.b = month, uint8(day)
	return p.year(m)
}

// year reads the year at the end of a date. Those of two digits are 1990 to 2089.
func (p *scanner) year(m *moment) bool {
	n, digits := p.number()
	switch {
	case digits == 4 && n >= 1000:
		m.year = int16(n)
	case digits == 2 && n >= 90:
		m.year = int16(1900 + n)
	case digits == 2:
		m.year = int16(2000 + n)
	default:
		return false
	}
	return true
}

// separator passes over what stands between a date and a time of day. It reports whether that was a T,
// after which the time may be written without colons.
func (p *scanner) separator() (compact bool) {
	p.take(',')
	from := p.i
	p.spaces()
	if c := p.peek() | 0x20; c == 't' && p.i+1 < len(p.b) && p.b[p.i+1]-'0' <= 9 {
		p.i++
		return true
	}
	if p.i == from {
		p.take('-')
	}
	return false
}
