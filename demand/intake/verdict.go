package intake

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrTooManyDropped is a file of which more rows were dropped than Settings.MaxDropped allows. The Report
// that comes with it says which.
var ErrTooManyDropped = errors.New("too many rows cannot be used")

// errNoRows is a file without calls.
var errNoRows = errors.New("the file has a header and no rows below it")

// verdict says whether a file as a whole can be believed, and if not, what is wrong with it.
func (k *keeper) verdict() error {
	r := k.report
	if r.Read == 0 {
		return errNoRows
	}
	if err := k.wrongColumns(); err != nil {
		return err
	}
	if share := r.LostShare(); share > k.settings.MaxDropped || r.Kept == 0 {
		return fmt.Errorf("%w: %d of %d rows (%.3g %%) are dropped, and %.3g %% are allowed (--max-dropped):%s", ErrTooManyDropped,
			lost(r), r.Read, 100*share, 100*k.settings.MaxDropped, k.worst())
	}
	errs := []error{k.kinds.category.check(r.Kept), k.kinds.channel.check(r.Kept)}
	if k.patches != nil {
		errs = append(errs, k.patches.words.check(r.Kept))
	}
	return errors.Join(errs...)
}

func lost(r *Report) int64 {
	n := int64(0)
	for _, d := range r.Drops {
		if !d.Reason.again() {
			n += d.Rows
		}
	}
	return n
}

// worst lists why rows were dropped, the commonest reason first, with what may help.
func (k *keeper) worst() string {
	drops := slices.Clone(k.report.Drops)
	slices.SortStableFunc(drops, func(a, b Drop) int { return int(b.Rows - a.Rows) })
	var b strings.Builder
	for _, d := range drops {
		b.WriteString("\n  " + d.text(k.report.ByRow))
	}
	if len(drops) == 0 {
		return b.String()
	}
	switch drops[0].Reason {
	case UnreadableTime:
		b.WriteString(k.timing.hint())
	case OddFields:
		b.WriteString("\nIs it the right delimiter? (--delimiter)")
	case Outside:
		if k.placing.by == byMetres || k.placing.by == byGridRef {
			b.WriteString("\nEastings, northings and grid references are read within Greater London only; elsewhere give latitude and longitude.")
		}
	}
	return b.String()
}

// hint says what times that are numbers may be.
func (t *timing) hint() string {
	best := 0
	for digits, n := range t.figures {
		if n > t.figures[best] {
			best = digits
		}
	}
	if t.figures[best] == 0 {
		return ""
	}
	return fmt.Sprintf("\nThe times are numbers of %d digits: say what they are with --time-format%s.", best, formatOfDigits(best))
}

// formatOfDigits guesses what times of so many digits are. It is never acted on without asking.
func formatOfDigits(digits int) string {
	switch digits {
	case 9, 10:
		return " unix (seconds since 1970)"
	case 12, 13:
		return " unix-ms (milliseconds since 1970)"
	case 5:
		return " excel (days since 1900)"
	}
	return " unix, unix-ms or excel, or convert them to text such as 2024-12-31 23:59"
}

// wrongColumns recognises coordinates that were taken for what they are not.
func (k *keeper) wrongColumns() error {
	p := &k.placing
	most := func(n int64) bool { return 2*n > p.placed }
	use1, use2 := useLat, useLon
	if p.by == byMetres {
		use1, use2 = useEasting, useNorthing
	}
	var name [uses]string
	for _, c := range k.report.Columns {
		name[slices.Index(flagOf[:], c.Use)] = c.Name
	}
	columns := fmt.Sprintf("columns %q and %q", name[use1], name[use2])
	switch {
	case most(p.swapped):
		return fmt.Errorf("%s: %d of %d places lie in the city only when the two are swapped: give --%s %q --%s %q", columns, p.swapped, p.placed, use1, name[use2], use2, name[use1])
	case most(p.metres):
		return fmt.Errorf("%s: %d of %d places are eastings and northings in metres, and no latitudes and longitudes: name the columns with --easting and --northing", columns, p.metres, p.placed)
	case most(p.degrees):
		return fmt.Errorf("%s: %d of %d places are latitudes and longitudes, and no eastings and northings in metres: name the columns with --lat and --lon", columns, p.degrees, p.placed)
	}
	for _, n := range []struct {
		rows int64
		text string
	}{
		{p.swapped, "with the two coordinates swapped"},
		{p.metres, "as easting and northing"},
		{p.degrees, "as latitude and longitude"},
	} {
		if n.rows > 0 {
			k.report.Notes = append(k.report.Notes, fmt.Sprintf("%d of the places outside the city would lie in it %s", n.rows, n.text))
		}
	}
	return nil
}
