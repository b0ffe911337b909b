package intake

import (
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"
)

// Locator says in which cell of a city something happened.
type Locator interface {
	// At returns the cell that holds a point, longitude and latitude in WGS84.
	At(p orb.Point) (cell int32, ok bool)
	// Named returns the cell of an area's name or code; false where the city has none such.
	Named(area string) (cell int32, ok bool)
}

// None as the name of a column says that there is none: nothing is guessed in its place.
const None = "-"

// Columns names the columns of a file, in any case. Empty ones are guessed. The time is one column
// (Time) or a date with a time of day or an hour; the place is the first that there is of Lat and Lon,
// Easting and Northing, GridRef, Area.
type Columns struct {
	Time      string // date and time of day
	Date      string
	TimeOfDay string
	Hour      string // 0 to 23

	Lat, Lon          string // degrees, WGS84
	Easting, Northing string // metres, British National Grid, Greater London only
	GridRef           string // such as TQ 300 803
	Area              string // name or code of an area of the city

	Category, Channel string
	ID                string // what tells calls apart that came at the same time
	District          string // of the city; never guessed, and kept of whole cells only (Batch.Districts)
}

// DateOrder is which of day and month comes first in dates such as 03/04/2024.
type DateOrder uint8

// The orders of day and month.
const (
	Undecided DateOrder = iota // the file's dates decide
	DayFirst
	MonthFirst
)

func (o DateOrder) String() string {
	return [...]string{"undecided", "day first", "month first"}[o]
}

// TimeFormat is how times are written.
type TimeFormat uint8

// The formats of times. Numbers are taken for times only where the format says so.
const (
	Text       TimeFormat = iota // ISO 8601 and the usual ways to write dates
	UnixSecond                   // seconds since 1970-01-01T00:00Z
	UnixMilli                    // milliseconds since then
	Excel                        // days since 1899-12-30, wall-clock time
)

// DefaultMaxDropped is the share of rows that may be dropped where a user does not say.
const DefaultMaxDropped = 0.05

// Settings say how a file is to be read. Zone, Where and Now are required.
type Settings struct {
	Columns Columns
	// Zone is what wall clocks show that were written without an offset.
	Zone  *time.Location
	Where Locator
	// Now tells the past from the future: calls over a day later than it are dropped.
	Now time.Time

	Delimiter  byte // of CSV: ',', ';', tab or '|'; 0: guessed
	DateOrder  DateOrder
	TimeFormat TimeFormat
	// MaxDropped is the largest share of rows, 0 to 1, that may be dropped, duplicates aside.
	MaxDropped float64
	// KeepIdentical keeps rows that are the same to the byte as an earlier one.
	KeepIdentical bool

	// Progress, where not nil, is told now and then how many bytes of the file have been read.
	Progress func(bytes int64)
}

// Validate returns all that is wrong with the settings, joined.
func (s *Settings) Validate() error {
	var errs []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("reading calls: "+format, args...))
		}
	}
	wrong(s.Zone == nil, "no time zone")
	wrong(s.Where == nil, "no city")
	wrong(s.Now.IsZero(), "no present time")
	wrong(!(s.MaxDropped >= 0 && s.MaxDropped <= 1), "the share of rows that may be dropped is %v; want 0 to 1", s.MaxDropped)
	wrong(s.DateOrder > MonthFirst, "date order %d", s.DateOrder)
	wrong(s.TimeFormat > Excel, "time format %d", s.TimeFormat)
	wrong(s.Delimiter != 0 && !isDelimiter(s.Delimiter), "delimiter %q: want a comma, a semicolon, a tab or a bar", s.Delimiter)
	return errors.Join(errs...)
}
