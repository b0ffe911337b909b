package server

import (
	"encoding/binary"
	"math"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
)

// quickReport reads a PositionReport from the wire. It knows the usual forms only, and gives up on all
// others, among them all that has something wrong: then slowReport reads it by way of its message. A
// test compares the two.
type quickReport struct {
	r     *fleet.Report
	names nameTable
	seen  uint16 // fields, a bit each: none comes twice
}

// Tags of PositionReport and of the messages in it: number<<3 | wire type.
const (
	tagCar       = 1<<3 | asBytes
	tagLocation  = 2<<3 | asBytes
	tagTime      = 3<<3 | asBytes
	tagStatus    = 4<<3 | asVarint
	tagSkills    = 5<<3 | asBytes
	tagHeading   = 6<<3 | asFixed
	tagShiftEnd  = 7<<3 | asBytes
	tagLatLng    = 1<<3 | asBytes
	tagLatitude  = 1<<3 | asFixed
	tagLongitude = 2<<3 | asFixed
	tagSeconds   = 1<<3 | asVarint
	tagNanos     = 2<<3 | asVarint
)

// read reads the report; false says that it gave up, and what r holds is of no use.
func (q *quickReport) read(text []byte) bool {
	for len(text) > 0 {
		tag := text[0]
		if bit := uint16(1) << (tag >> 3); tag >= 0x80 || q.seen&bit != 0 {
			return false
		} else {
			q.seen |= bit
		}
		var ok bool
		if text, ok = q.field(tag, text[1:]); !ok {
			return false
		}
	}
	const needed = 1<<(tagCar>>3) | 1<<(tagLocation>>3)
	return q.seen&needed == needed
}

// field reads the value of one field and returns what follows it.
func (q *quickReport) field(tag byte, text []byte) (rest []byte, ok bool) {
	switch tag {
	case tagHeading:
		if len(text) < 8 {
			return nil, false
		}
		heading := float64At(text)
		q.r.Heading = &heading
		return text[8:], true
	case tagStatus:
		return q.status(text)
	}
	value, rest, ok := shortBytes(text)
	if !ok {
		return nil, false
	}
	switch tag {
	case tagCar:
		q.r.Car = q.names.of(value)
		ok = fleet.CheckName(q.r.Car) == nil // and so it is valid text
	case tagLocation:
		ok = q.location(value)
	case tagTime:
		q.r.Fixed, ok = timestampAt(value)
	case tagSkills:
		ok = q.skills(value)
	case tagShiftEnd:
		q.r.ShiftEnd, ok = timestampAt(value)
	default:
		ok = false
	}
	return rest, ok
}

// statuses are what reports point at.
var statuses = func() (all [dispatch.Statuses]dispatch.Status) {
	for i := range all {
		all[i] = dispatch.Status(i)
	}
	return all
}()

func (q *quickReport) status(text []byte) (rest []byte, ok bool) {
	if len(text) == 0 || int(text[0]) > len(statuses) {
		return nil, false
	}
	if text[0] > 0 {
		q.r.Status = &statuses[text[0]-1]
	}
	return text[1:], true
}

func (q *quickReport) skills(value []byte) bool {
	for _, k := range value {
		if k < byte(pb.Skill_SKILL_PARAMEDIC) || k > byte(pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC) {
			return false
		}
		q.r.Skills |= 1 << (k - 1)
	}
	return true
}

// location reads a Location by latitude and longitude.
func (q *quickReport) location(value []byte) bool {
	if !isLatLng(value) {
		return false
	}
	point, err := geo.CheckPoint(float64At(value[3:]), float64At(value[12:]))
	q.r.Point = point
	return err == nil
}

// isLatLng tells whether value is a Location by latitude and longitude, neither of them 0.
func isLatLng(value []byte) bool {
	return len(value) == 20 && value[0] == tagLatLng && value[1] == 18 && value[2] == tagLatitude && value[11] == tagLongitude
}

func float64At(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

// shortBytes returns a value of up to 127 bytes and what follows it.
func shortBytes(text []byte) (value, rest []byte, ok bool) {
	if len(text) == 0 || text[0] >= 0x80 || int(text[0]) >= len(text) {
		return nil, nil, false
	}
	end := 1 + int(text[0])
	return text[1:end], text[end:], true
}

// timestampAt reads a google.protobuf.Timestamp between 1970 and the year 9999, its fields in order.
func timestampAt(value []byte) (t time.Time, ok bool) {
	const last = 253402300799 // 9999-12-31T23:59:59Z
	seconds, value, ok := varintField(tagSeconds, value)
	if !ok || seconds > last {
		return t, false
	}
	nanos, value, ok := varintField(tagNanos, value)
	if !ok || nanos >= uint64(time.Second) || len(value) > 0 {
		return t, false
	}
	return time.Unix(int64(seconds), int64(nanos)).UTC(), true
}

// varintField reads a number where its tag comes next, or else 0.
func varintField(tag byte, text []byte) (v uint64, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != tag {
		return 0, text, true
	}
	v, n := binary.Uvarint(text[1:])
	if n <= 0 {
		return 0, nil, false
	}
	return v, text[1+n:], true
}
