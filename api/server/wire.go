package server

import (
	"encoding/binary"
	"math"
	"time"
)

// wire appends fields of protocol buffer messages to b, with numbers under 16. As in proto3, numbers,
// texts and flags that hold their default are left out.
type wire struct{ b []byte }

// Wire types.
const (
	asVarint = 0
	asFixed  = 1
	asBytes  = 2
)

// open begins a message in a field; close ends it, the innermost first.
func (w *wire) open(num byte) (mark int) {
	w.b = append(w.b, num<<3|asBytes, 0) // the length, where it takes one byte
	return len(w.b)
}

func (w *wire) close(mark int) {
	length := len(w.b) - mark
	if length < 0x80 {
		w.b[mark-1] = byte(length)
		return
	}
	more := 1
	for n := length >> 14; n > 0; n >>= 7 {
		more++
	}
	for range more {
		w.b = append(w.b, 0)
	}
	copy(w.b[mark+more:], w.b[mark:])
	binary.PutUvarint(w.b[mark-1:], uint64(length))
}

func (w *wire) text(num byte, s string) {
	if s != "" {
		w.b = append(binary.AppendUvarint(append(w.b, num<<3|asBytes), uint64(len(s))), s...)
	}
}

// item appends one element of a repeated text field.
func (w *wire) item(num byte, s []byte) {
	w.b = append(binary.AppendUvarint(append(w.b, num<<3|asBytes), uint64(len(s))), s...)
}

// number appends an integer or an enum, neither negative.
func (w *wire) number(num byte, v uint64) {
	switch {
	case v == 0:
	case v < 0x80:
		w.b = append(w.b, num<<3|asVarint, byte(v))
	default:
		w.b = binary.AppendUvarint(append(w.b, num<<3|asVarint), v)
	}
}

func (w *wire) flag(num byte, v bool) {
	if v {
		w.b = append(w.b, num<<3|asVarint, 1)
	}
}

func (w *wire) double(num byte, v float64) {
	if v != 0 {
		w.given(num, v)
	}
}

// given appends a double of a field that tells a default from nothing.
func (w *wire) given(num byte, v float64) {
	w.b = binary.LittleEndian.AppendUint64(append(w.b, num<<3|asFixed), math.Float64bits(v))
}

// timestamp appends a google.protobuf.Timestamp of a time after 1970.
func (w *wire) timestamp(num byte, t time.Time) {
	w.instant(num, uint64(t.Unix()), uint64(t.Nanosecond()))
}

// duration appends a google.protobuf.Duration that is not negative.
func (w *wire) duration(num byte, d time.Duration) {
	w.instant(num, uint64(d/time.Second), uint64(d%time.Second))
}

// instant appends a message of seconds and nanoseconds.
func (w *wire) instant(num byte, seconds, nanos uint64) {
	mark := w.open(num)
	w.number(1, seconds)
	w.number(2, nanos)
	w.b[mark-1] = byte(len(w.b) - mark)
}
