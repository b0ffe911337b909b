package server

import (
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// nearestRequest is a FindNearestCarsRequest in one piece of memory with what a usual one holds, which is
// read from the wire at once. All others are read as any message is.
type nearestRequest struct {
	pb.FindNearestCarsRequest
	location pb.Location
	kind     pb.Location_LatLng
	latLng   pb.LatLng
	slow     bool // read as any message is
}

// Tags of FindNearestCarsRequest.
const (
	tagAskLocation = 1<<3 | asBytes
	tagAskK        = 2<<3 | asVarint
	tagAskSkills   = 3<<3 | asBytes
	tagAskDriving  = 4<<3 | asVarint
	tagAskExcluded = 5<<3 | asVarint
)

// read reads the request; false says that it gave up, and that the message is of no use.
func (r *nearestRequest) read(text []byte) bool {
	seen := byte(0)
	for len(text) > 1 {
		tag := text[0]
		bit := byte(1) << (tag >> 3 & 7)
		if tag >= 0x40 || seen&bit != 0 {
			return false // a field of a higher number, or one that comes twice
		}
		seen |= bit
		var ok bool
		if text, ok = r.field(tag, text[1:]); !ok {
			return false
		}
	}
	return len(text) == 0
}

// field reads the value of one field and returns what follows it.
func (r *nearestRequest) field(tag byte, text []byte) (rest []byte, ok bool) {
	switch tag {
	case tagAskK, tagAskDriving, tagAskExcluded:
		return text[1:], r.number(tag, text[0])
	case tagAskLocation, tagAskSkills:
		value, rest, ok := shortBytes(text)
		if ok && tag == tagAskLocation {
			return rest, r.at(value)
		}
		for _, k := range value {
			if k >= 0x80 {
				return nil, false
			}
			r.Skills = append(r.Skills, pb.Skill(k))
		}
		return rest, ok
	default:
		return nil, false
	}
}

// number takes a number of one byte.
func (r *nearestRequest) number(tag, v byte) bool {
	switch tag {
	case tagAskK:
		r.K = int32(v)
	case tagAskDriving:
		r.Driving = pb.Driving(v)
	default:
		r.IncludeExcluded = v != 0
	}
	return v < 0x80
}

// at takes a location by latitude and longitude.
func (r *nearestRequest) at(value []byte) bool {
	if !isLatLng(value) {
		return false
	}
	r.latLng.Latitude, r.latLng.Longitude = float64At(value[3:]), float64At(value[12:])
	r.kind.LatLng = &r.latLng
	r.location.Kind = &r.kind
	r.Location = &r.location
	return true
}
