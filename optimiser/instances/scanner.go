package instances

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// scanner takes a file apart into words and lines.
type scanner struct {
	name string
	text []byte
	at   int
	line int // of the next byte
}

func (s *scanner) whole(format string, args ...any) error {
	return &Error{s.name, 0, fmt.Sprintf(format, args...)}
}

func (s *scanner) wrong(format string, args ...any) error {
	return &Error{s.name, s.line, fmt.Sprintf(format, args...)}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// skip passes over blanks and reports whether a word follows.
func (s *scanner) skip() bool {
	for ; s.at < len(s.text) && blank(s.text[s.at]); s.at++ {
		if s.text[s.at] == '\n' {
			s.line++
		}
	}
	return s.at < len(s.text)
}

// word returns the next word, empty at the end.
func (s *scanner) word() []byte {
	s.skip()
	from := s.at
	for s.at < len(s.text) && !blank(s.text[s.at]) {
		s.at++
	}
	return s.text[from:s.at]
}

// rest returns the rest of the present line, without the blanks around it.
func (s *scanner) rest() string {
	end := bytes.IndexByte(s.text[s.at:], '\n')
	if end < 0 {
		end = len(s.text) - s.at
	}
	line := s.text[s.at : s.at+end]
	s.at += end
	return string(bytes.TrimSpace(line))
}

// number reads a whole number named what, from least to most.
func (s *scanner) number(what string, least, most int) (int, error) {
	word := s.word()
	n, ok := digits(word)
	if !ok {
		if len(word) == 0 {
			return 0, s.wrong("the file ends where %s should be", what)
		}
		return 0, s.wrong("%s is %q; a whole number from %d to %d is allowed", what, clip(word), least, most)
	}
	if n < least || n > most {
		return 0, s.wrong("%s is %s; from %d to %d is allowed", what, clip(word), least, most)
	}
	return n, nil
}

// digits reads a whole number of at most 15 digits; a longer one becomes the largest int, which no
// limit allows.
func digits(word []byte) (int, bool) {
	digits, negative := bytes.CutPrefix(word, []byte("-"))
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	if len(digits) > 15 {
		n = math.MaxInt
	}
	if negative {
		n = -n
	}
	return n, len(digits) > 0
}

// decimal reads a number named what whose absolute value is at most most.
func (s *scanner) decimal(what string, most float64) (float64, error) {
	word := s.word()
	if len(word) == 0 {
		return 0, s.wrong("the file ends where %s should be", what)
	}
	x, err := strconv.ParseFloat(string(word), 64)
	if err != nil || !(math.Abs(x) <= most) {
		return 0, s.wrong("%s is %q; a number from %g to %g is allowed", what, clip(word), -most, most)
	}
	return x, nil
}

// clip shortens a word for an error.
func clip(word []byte) []byte { return word[:min(len(word), 40)] }
