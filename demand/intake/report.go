package intake

import (
	"fmt"
	"strings"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Reason is why a row was dropped.
type Reason uint8

// The reasons, in the order in which a row is examined.
const (
	kept Reason = iota
	// OddFields rows have more or fewer fields than the header.
	OddFields
	// OddQuotes rows have something between a closing quote and the next delimiter.
	OddQuotes
	// NoTime rows have no date, time or hour.
	NoTime
	// UnreadableTime rows have a time in no format that is known.
	UnreadableTime
	// NoPlace rows have no place.
	NoPlace
	// UnreadablePlace rows have coordinates that are no numbers, or no grid reference where there should be one.
	UnreadablePlace
	// ZeroPlace rows are at 0, 0.
	ZeroPlace
	// Outside rows are in no cell of the city.
	Outside
	// UnknownArea rows name an area that the city has not.
	UnknownArea
	// Duplicate rows have the ID and the time of an earlier row.
	Duplicate
	// Identical rows are the same to the byte as an earlier one.
	Identical
	// NoSuchTime rows have a date or time that no calendar or clock shows, such as 31 February.
	NoSuchTime
	// TooEarly rows are from before 1990.
	TooEarly
	// TooLate rows are from later than a day after now.
	TooLate

	reasons
)

var reasonText = [reasons]string{
	OddFields:       "more or fewer fields than the header",
	OddQuotes:       "quotes that do not fit",
	NoTime:          "no time",
	UnreadableTime:  "a time that cannot be read",
	NoPlace:         "no place",
	UnreadablePlace: "a place that cannot be read",
	ZeroPlace:       "at 0, 0, which stands for no place",
	Outside:         "outside the city",
	UnknownArea:     "in an area that the city has not",
	Duplicate:       "the ID and time of an earlier row",
	Identical:       "the same to the byte as an earlier row",
	NoSuchTime:      "a date or time that does not exist",
	TooEarly:        "before 1990 (1970-01-01 and 1900-01-01 often stand for no time)",
	TooLate:         "in the future",
}

func (r Reason) String() string { return reasonText[r] }

// MarshalText gives a reason in words.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// again reports whether the row's call is kept elsewhere, so that nothing is lost with it.
func (r Reason) again() bool { return r == Duplicate || r == Identical }

// Drop is the rows that were dropped for one reason.
type Drop struct {
	Reason Reason
	Rows   int64
	// Lines are where the first few of them begin, counted from 1; rows where Report.ByRow.
	Lines []int64
}

// firstLines is how many line numbers are kept for a reason.
const firstLines = 5

// Column is a column that was used.
type Column struct {
	Use  string // what for, by the name of its flag
	Name string // in the header
	How  string // how it was found
}

// Report says what became of the rows of a file. Read = Kept + the rows of all Drops. It holds names of
// columns, counts and line numbers, and nothing of any row.
type Report struct {
	Format    string // CSV or Parquet, how it was compressed, its delimiter and encoding
	Columns   []Column
	ByRow     bool   // Lines count rows, since the file has no lines
	DateOrder string // how the order of day and month was found; empty where no date asked for it
	Zone      string

	Read, Kept int64
	Drops      []Drop // in order of Reason; none of 0 rows

	// WithOffset of the rows kept had times with an offset from UTC; the others went by the zone's clocks.
	WithOffset int64
	// Skipped rows have times that the clocks jumped over in spring. They are kept, as if the clocks had
	// not been changed yet.
	Skipped int64
	// Repeated rows have times that the clocks showed twice in autumn, without saying which. They are
	// shared evenly between the two.
	Repeated int64
	// IdenticalKept rows are the same to the byte as an earlier one and were kept all the same.
	IdenticalKept int64

	// Span is from the first hour that was kept to the end of the last.
	Span calls.Span
	// Notes say what else a reader should know.
	Notes []string
}

// Dropped returns the rows that were dropped for any reason.
func (r *Report) Dropped() int64 { return r.Read - r.Kept }

// LostShare returns the share of rows dropped, of those that are no duplicates.
func (r *Report) LostShare() float64 {
	lost, of := int64(0), r.Read
	for _, d := range r.Drops {
		if d.Reason.again() {
			of -= d.Rows
		} else {
			lost += d.Rows
		}
	}
	if of == 0 {
		return 0
	}
	return float64(lost) / float64(of)
}

// String gives the report in words, a line for each fact.
func (r *Report) String() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Format: %s", r.Format)
	for _, c := range r.Columns {
		line("Column %q: %s (%s)", c.Name, c.Use, c.How)
	}
	if r.DateOrder != "" {
		line("Dates: %s", r.DateOrder)
	}
	line("Rows: %d read, %d kept, %d dropped", r.Read, r.Kept, r.Dropped())
	for _, d := range r.Drops {
		line("  %s", d.text(r.ByRow))
	}
	if r.Span.Hours() > 0 {
		line("Time: %s to %s, by the clocks of %s", r.Span.From.Time().Format("2006-01-02 15:04"), r.Span.To.Time().Format("2006-01-02 15:04 MST"), r.Zone)
	}
	if r.WithOffset > 0 {
		line("  %d with an offset from UTC of their own", r.WithOffset)
	}
	if r.Skipped > 0 {
		line("  %d at times that the clocks skip in spring, kept as if they had not been changed yet: are the times %s's?", r.Skipped, r.Zone)
	}
	if r.Repeated > 0 {
		line("  %d in hours that the clocks repeat in autumn, shared evenly between the two", r.Repeated)
	}
	if r.IdenticalKept > 0 {
		line("  %d the same to the byte as an earlier row, kept", r.IdenticalKept)
	}
	for _, n := range r.Notes {
		line("Note: %s", n)
	}
	return b.String()
}

// text gives the rows dropped for one reason in words.
func (d Drop) text(byRow bool) string {
	var b strings.Builder
	unit := "line"
	if byRow {
		unit = "row"
	}
	fmt.Fprintf(&b, "%d dropped: %s (%s", d.Rows, d.Reason, unit)
	if d.Rows > 1 {
		b.WriteByte('s')
	}
	for i, l := range d.Lines {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %d", l)
	}
	if d.Rows > int64(len(d.Lines)) {
		b.WriteString(", …")
	}
	b.WriteByte(')')
	return b.String()
}
