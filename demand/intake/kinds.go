package intake

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Categories and channels are words of a short list. Anything else may be free text, and free text may
// say who called and why.
const (
	maxWords      = 60 // different categories, and different channels
	maxWordLength = 64 // characters
	fewWords      = 10 // so many may be as different as they like
	maxMemo       = 4096
)

// kindList numbers the kinds in the order in which they are met.
type kindList struct {
	kinds    []calls.Kind
	number   map[calls.Kind]uint8
	memo     map[string]uint8 // by category and channel as spelt
	key      []byte
	category wordList
	channel  wordList
}

// wordList is the different values of a column.
type wordList struct {
	flag, column string
	most         int // different values
	words        map[string]bool
}

func newKindList(category, channel string) *kindList {
	return &kindList{
		number:   map[calls.Kind]uint8{},
		memo:     map[string]uint8{},
		category: wordList{"category", category, maxWords, map[string]bool{}},
		channel:  wordList{"channel", channel, maxWords, map[string]bool{}},
	}
}

// of returns the number of a kind by its category and channel as spelt.
func (l *kindList) of(category, channel []byte, line int64) (uint8, error) {
	l.key = append(append(append(l.key[:0], category...), 0), channel...)
	if k, ok := l.memo[string(l.key)]; ok {
		return k, nil
	}
	var kind calls.Kind
	var err error
	if kind.Category, err = l.category.add(category, line); err != nil {
		return 0, err
	}
	if kind.Channel, err = l.channel.add(channel, line); err != nil {
		return 0, err
	}
	k, ok := l.number[kind]
	if !ok {
		if len(l.kinds) == calls.MaxKinds {
			return 0, fmt.Errorf("line %d: more than %d combinations of category (column %q) and channel (column %q): leave one out with --category %s or --channel %s, or map to fewer", line, calls.MaxKinds, l.category.column, l.channel.column, None, None)
		}
		k = uint8(len(l.kinds))
		l.kinds = append(l.kinds, kind)
		l.number[kind] = k
	}
	if len(l.memo) < maxMemo {
		l.memo[string(l.key)] = k
	}
	return k, nil
}

// add returns a value as it is kept: trimmed, in lower case, spaces single.
func (w *wordList) add(b []byte, line int64) (string, error) {
	if len(b) == 0 {
		return "", nil
	}
	if !utf8.Valid(b) {
		return "", fmt.Errorf("line %d: the %s (column %q) is not in UTF-8: convert the file, as with iconv -f WINDOWS-1252 -t UTF-8", line, w.flag, w.column)
	}
	word := strings.ToLower(string(bytes.Join(bytes.Fields(b), []byte{' '})))
	if utf8.RuneCountInString(word) > maxWordLength {
		return "", fmt.Errorf("line %d: the %s (column %q) has more than %d characters; %s", line, w.flag, w.column, maxWordLength, w.advice())
	}
	if !w.words[word] && len(w.words) == w.most {
		return "", fmt.Errorf("line %d: column %q, taken for the %s, has more than %d different values; %s", line, w.column, w.flag, w.most, w.advice())
	}
	w.words[word] = true
	return word, nil
}

// check refuses columns in which most rows have a value of their own.
func (w *wordList) check(rows int64) error {
	if n := len(w.words); n > fewWords && int64(n) > rows/2 {
		return fmt.Errorf("column %q, taken for the %s, has %d different values in %d calls; %s", w.column, w.flag, n, rows, w.advice())
	}
	return nil
}

func (w *wordList) advice() string {
	return fmt.Sprintf("that looks like free text, which is never stored: name another column with --%s, or leave it out with --%s %s", w.flag, w.flag, None)
}
