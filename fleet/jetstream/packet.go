package jetstream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
)

// Reports travel in packets: the layout's mark, then one report after another, numbers big-endian.
//
//	length of the name, 1 byte, and the name
//	longitude and latitude, 8 bytes each, IEEE 754
//	when it was fixed, 8 bytes, nanoseconds since 1970 UTC
//	flags, 1 byte: 1 a status, 2 a heading, 4 the end of the shift
//	skills, 1 byte
//	status, 1 byte, if flagged; heading, 8 bytes, IEEE 754, if flagged; end of the shift, 8 bytes, as above, if flagged
const packetMark = "NSP1"

// maxPacket is how many bytes a packet may have.
const maxPacket = 60 << 10

const (
	hasStatus = 1 << iota
	hasHeading
	hasShiftEnd
)

var errPacket = errors.New("not a packet of reports")

// appendReport adds a report that arrived at now to a packet.
func appendReport(b []byte, now time.Time, r *fleet.Report) []byte {
	fixed, flags := r.Fixed, byte(0)
	if fixed.IsZero() {
		fixed = now
	}
	if r.Status != nil {
		flags |= hasStatus
	}
	if r.Heading != nil {
		flags |= hasHeading
	}
	if !r.ShiftEnd.IsZero() {
		flags |= hasShiftEnd
	}
	b = append(append(b, byte(len(r.Car))), r.Car...)
	b = appendFloat(appendFloat(b, r.Point[0]), r.Point[1])
	b = binary.BigEndian.AppendUint64(b, uint64(fixed.UnixNano()))
	b = append(b, flags, byte(r.Skills))
	if r.Status != nil {
		b = append(b, byte(*r.Status))
	}
	if r.Heading != nil {
		b = appendFloat(b, *r.Heading)
	}
	if !r.ShiftEnd.IsZero() {
		b = binary.BigEndian.AppendUint64(b, uint64(r.ShiftEnd.UnixNano()))
	}
	return b
}

func appendFloat(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(b, math.Float64bits(f))
}

// sendable is whether a report can be put in a packet: whatever was read and has a name of a fit length.
func sendable(r *fleet.Report) bool { return r.Unread == nil && len(r.Car) > 0 && len(r.Car) < 256 }

// readPacket returns the reports of a packet. What they say is checked by who takes them.
func readPacket(b []byte) ([]fleet.Report, error) {
	if len(b) < len(packetMark) || string(b[:len(packetMark)]) != packetMark || len(b) > maxPacket {
		return nil, fmt.Errorf("%w: %d bytes, want %q and at most %d", errPacket, len(b), packetMark, maxPacket)
	}
	p := &packet{rest: b[len(packetMark):]}
	var reports []fleet.Report
	for len(p.rest) > 0 {
		reports = append(reports, p.report())
	}
	if p.short {
		return nil, fmt.Errorf("%w: it is cut short", errPacket)
	}
	return reports, nil
}

// packet takes a packet apart.
type packet struct {
	rest  []byte
	short bool
}

func (p *packet) report() (r fleet.Report) {
	r.Car = string(p.bytes(int(p.byte())))
	r.Point[0], r.Point[1] = p.float(), p.float()
	r.Fixed = p.time()
	flags := p.byte()
	r.Skills = dispatch.Skills(p.byte())
	if flags&hasStatus != 0 {
		s := dispatch.Status(p.byte())
		r.Status = &s
	}
	if flags&hasHeading != 0 {
		h := p.float()
		r.Heading = &h
	}
	if flags&hasShiftEnd != 0 {
		r.ShiftEnd = p.time()
	}
	return r
}

// bytes returns the next n bytes, or as many zeros where there are fewer.
func (p *packet) bytes(n int) (b []byte) {
	if n > len(p.rest) {
		p.short, p.rest = true, nil
		return make([]byte, n)
	}
	b, p.rest = p.rest[:n], p.rest[n:]
	return b
}

func (p *packet) byte() byte { return p.bytes(1)[0] }

func (p *packet) uint64() uint64 { return binary.BigEndian.Uint64(p.bytes(8)) }

func (p *packet) float() float64 { return math.Float64frombits(p.uint64()) }

func (p *packet) time() time.Time { return time.Unix(0, int64(p.uint64())).UTC() }
