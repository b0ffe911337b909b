package intake

import (
	"errors"
	"fmt"
)

// delimiters are what may stand between columns, the likeliest first.
const delimiters = ",;\t|"

var delimiterName = map[byte]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars"}

func isDelimiter(c byte) bool { return delimiterName[c] != "" }

// delimiter returns what parts the columns: what is given where the header has it, else what parts the
// header, of several what gives the most columns.
func delimiter(head []byte, given byte) (byte, error) {
	best, most := byte(0), 0
	for i := range len(delimiters) {
		c := delimiters[i]
		if n := countIn(head, c); n > most {
			best, most = c, n
		}
	}
	switch {
	case best == 0:
		return 0, errors.New("the first line has one column only: the header should name several, parted by commas, semicolons, tabs or bars")
	case given == 0:
		return best, nil
	case countIn(head, given) == 0:
		return 0, fmt.Errorf("the first line has no %s, but %s: leave --delimiter out, or correct it", delimiterName[given], delimiterName[best])
	}
	return given, nil
}

// countIn counts a byte in the first line, outside quotes.
func countIn(head []byte, want byte) int {
	n, quoted, text := 0, false, false
	for _, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
			text = true
		case quoted:
		case c == want:
			n++
			text = true
		case (c == '\n' || c == '\r') && text:
			return n
		case c != '\n' && c != '\r':
			text = true
		}
	}
	return n
}
