package server

import (
	"encoding/binary"
	"math"
	"time"
)

// wire appends fields of protocol buffer messages to b, with numbers under 256. As in proto3, numbers,
// texts and flags that hold their default are left out.
type wire struct{ b []byte }

// Wire types.
const (
	asVarint = 0
	asFixed  = 1
	asBytes  = 2
)

// tag begins a field: one byte where its number is under 16.
func (w *wire) tag(num, as byte) {
	if num < 16 {
		w.b = append(w.b, num<<3|as)
	} else {
		w.b = append(w.b, num<<3|as|0x80, num>>4)
	}
}

// open begins a message in a field; close ends it, the innermost first.
func (w *wire) open(num byte) (mark int) {
	w.tag(num, asBytes)
	w.b = append(w.b, 0) // the length, where it takes one byte
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
		w.tag(num, asBytes)
		w.b = append(binary.AppendUvarint(w.b, uint64(len(s))), s...)
	}
}

// item appends one element of a repeated text field.
func (w *wire) item(num byte, s []byte) {
	w.tag(num, asBytes)
	w.b = append(binary.AppendUvarint(w.b, uint64(len(s))), s...)
}

// number appends an integer or an enum, neither negative.
func (w *wire) number(num byte, v uint64) {
	if v != 0 {
		w.tag(num, asVarint)
		w.b = binary.AppendUvarint(w.b, v)
	}
}

func (w *wire) flag(num byte, v bool) {
	if v {
		w.tag(num, asVarint)
		w.b = append(w.b, 1)
	}
}

func (w *wire) double(num byte, v float64) {
	if v != 0 {
		w.given(num, v)
	}
}

// given appends a double of a field that tells a default from nothing.
func (w *wire) given(num byte, v float64) {
	w.tag(num, asFixed)
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v))
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
