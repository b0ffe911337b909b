package intake

// timeOfDay reads 23:59, 23:59:59.999 or 11:59 PM; with compact also 2359 and 235959.
func (p *scanner) timeOfDay(m *moment, compact bool) bool {
	hour, digits := p.number()
	minute, second := int64(0), int64(0)
	switch {
	case compact && digits == 4:
		hour, minute = hour/100, hour%100
	case compact && digits == 6:
		hour, minute, second = hour/10000, hour/100%100, hour%100
	case digits < 1 || digits > 2:
		return false
	case p.take(':'):
		if minute, digits = p.number(); digits != 2 {
			return false
		}
		if p.take(':') {
			if second, digits = p.number(); digits != 2 {
				return false
			}
		}
	case compact:
		return m.setClock(hour, 0, 0) // T23
	default:
		if !p.noonFollows() {
			return false
		}
	}
	if c := p.peek(); (c == '.' || c == ',') && !p.fraction(m) {
		return false
	}
	if !p.noon(&hour) {
		return false
	}
	return m.setClock(hour, minute, second)
}

// fraction passes over a fraction of a second.
func (p *scanner) fraction(m *moment) bool {
	p.i++
	from := p.i
	for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
		m.fraction = m.fraction || p.b[p.i] != '0'
		p.i++
	}
	return p.i > from
}

// halfOfDay reports whether a text begins with AM or PM, as A.M. too.
func halfOfDay(b []byte) bool {
	if len(b) < 2 || b[0]|0x20 != 'a' && b[0]|0x20 != 'p' {
		return false
	}
	dotted := len(b) >= 3 && b[1] == '.' && b[2]|0x20 == 'm'
	return dotted || b[1]|0x20 == 'm' && (len(b) == 2 || !isLetter(b[2]))
}

// noonFollows reports whether AM or PM is next, after a space or none.
func (p *scanner) noonFollows() bool {
	return halfOfDay(p.b[p.i:]) || p.peek() == ' ' && halfOfDay(p.b[p.i+1:])
}

// noon takes an AM or PM into account, where there is one.
func (p *scanner) noon(hour *int64) bool {
	from := p.i
	p.spaces()
	if !halfOfDay(p.b[p.i:]) {
		p.i = from
		return true
	}
	if *hour < 1 || *hour > 12 {
		return false
	}
	*hour %= 12
	if p.peek()|0x20 == 'p' {
		*hour += 12
	}
	p.i++
	dotted := p.take('.')
	p.i++
	if dotted {
		p.take('.')
	}
	return true
}

// setClock sets the time of day. Second 60 is a leap second.
func (m *moment) setClock(hour, minute, second int64) bool {
	m.clock = true
	m.second = int32(hour*3600 + minute*60 + second)
	m.fraction = m.fraction || minute != 0 || second != 0
	return hour < 24 && minute < 60 && second <= 60 || hour == 24 && minute == 0 && second == 0
}

// offset reads the offset from UTC, where there is one.
func (p *scanner) offset(m *moment, names clockNames) bool {
	if p.done() {
		return true
	}
	c := p.peek()
	if c != '+' && c != '-' {
		w := p.word()
		seconds, known := offsetOf(w, names)
		m.fixed, m.offset = true, seconds
		return known
	}
	p.i++
	hour, digits := p.number()
	minute := int64(0)
	switch digits {
	case 4:
		hour, minute = hour/100, hour%100
	case 1, 2:
		if p.take(':') {
			if minute, digits = p.number(); digits != 2 {
				return false
			}
		}
	default:
		return false
	}
	m.fixed, m.offset = true, int32(hour*3600+minute*60)
	if c == '-' {
		m.offset = -m.offset
	}
	return hour <= 15 && minute < 60
}

// offsetOf returns the offset that a name stands for.
func offsetOf(w []byte, names clockNames) (seconds int32, known bool) {
	if len(w) == 1 {
		return 0, w[0]|0x20 == 'z'
	}
	if s := string(w); s == "UTC" || s == "GMT" {
		return 0, true
	}
	seconds, known = names[string(w)]
	return seconds, known
}
