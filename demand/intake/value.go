package intake

import "strconv"

// use is what a column is for.
type use uint8

const (
	useTime use = iota
	useDate
	useTimeOfDay
	useHour
	useLat
	useLon
	useEasting
	useNorthing
	useGridRef
	useArea
	useCategory
	useChannel
	useID
	useDistrict

	uses
)

// flagOf names the flag by which a user says which column is for a use.
var flagOf = [uses]string{"time", "date", "time-of-day", "hour", "lat", "lon", "easting", "northing", "grid-ref", "area", "category", "channel", "id", "district"}

func (u use) String() string { return flagOf[u] }

// row is the values of a row by what they are for; those of no use are missing.
type row [uses]value

// value is what a file holds in one field.
type value struct {
	is   valueType
	text []byte  // of texts, trimmed
	i    int64   // of whole numbers, and of times: seconds, or days of dates
	f    float64 // of numbers with a fraction
}

type valueType uint8

const (
	isMissing   valueType = iota
	isText                // all that CSV has
	isWhole               // i
	isReal                // f
	isInstant             // i: seconds since 1970-01-01T00:00Z
	isWallClock           // i: the same by the clocks of the zone
	isDay                 // i: days since 1970-01-01
	isTimeOfDay           // i: seconds since midnight
)

// textValue returns a field of CSV.
func textValue(b []byte) value {
	if b = trim(b); len(b) == 0 {
		return value{}
	}
	return value{is: isText, text: b}
}

func (v *value) missing() bool { return v.is == isMissing }

// number returns the value of a number, or of a text that is one.
func (v *value) number() (float64, bool) {
	switch v.is {
	case isText:
		return parseNumber(v.text)
	case isWhole:
		return float64(v.i), true
	case isReal:
		return v.f, true
	}
	return 0, false
}

// word returns a text, or a whole number in figures, as codes are stored by some.
func (v *value) word() []byte {
	switch v.is {
	case isText:
		return v.text
	case isWhole, isInstant, isWallClock, isDay, isTimeOfDay:
		return strconv.AppendInt(nil, v.i, 10)
	case isReal:
		return strconv.AppendFloat(nil, v.f, 'g', -1, 64)
	}
	return nil
}
