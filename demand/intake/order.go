package intake

import "fmt"

// ordering is which of day and month comes first in the dates of a file: a number over 12 tells.
type ordering struct {
	decided DateOrder
	given   bool
	line    int64 // that decided
}

// hear takes in a date.
func (o *ordering) hear(line int64, a, b uint8) error {
	var says DateOrder
	switch {
	case o.given:
		return nil
	case a > 12 && b <= 12:
		says = DayFirst
	case b > 12 && a <= 12:
		says = MonthFirst
	default:
		return nil
	}
	switch o.decided {
	case says:
	case Undecided:
		o.decided, o.line = says, line
	default:
		return fmt.Errorf("the dates contradict each other: in line %d they are written %s, in line %d %s; "+
			"split the file, or give --date-order and have the rows of the other order dropped", o.line, o.decided, line, says)
	}
	return nil
}

// ask is the error of a file whose dates do not tell.
func (o *ordering) ask(rows int, line int64) error {
	return fmt.Errorf("%d dates, the first in line %d, can be read with the day first or the month first, and no date of the file has a number over 12 there to tell which: give --date-order dmy or mdy", rows, line)
}

// text says how the order was found.
func (o *ordering) text() string {
	switch {
	case o.given:
		return o.decided.String() + " (given)"
	case o.line > 0:
		return fmt.Sprintf("%s (as line %d shows)", o.decided, o.line)
	}
	return ""
}
