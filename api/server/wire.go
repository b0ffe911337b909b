package server

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// wire appends fields of protocol buffer messages to b. As in proto3, numbers, texts and flags that hold
// their default are left out.
type wire struct{ b []byte }

// open begins a message in field num; close ends the innermost one that is open at mark.
func (w *wire) open(num protowire.Number) (mark int) {
	w.b = protowire.AppendTag(w.b, num, protowire.BytesType)
	w.b = append(w.b, 0) // the length, where it takes one byte
	return len(w.b)
}

func (w *wire) close(mark int) {
	length := uint64(len(w.b) - mark)
	if length < 0x80 {
		w.b[mark-1] = byte(length)
		return
	}
	more := protowire.SizeVarint(length) - 1
	w.b = append(w.b, make([]byte, more)...)
	copy(w.b[mark+more:], w.b[mark:])
	protowire.AppendVarint(w.b[:mark-1], length)
}

func (w *wire) text(num protowire.Number, s string) {
	if s != "" {
		w.b = protowire.AppendTag(w.b, num, protowire.BytesType)
		w.b = protowire.AppendString(w.b, s)
	}
}

// item appends one element of a repeated text field.
func (w *wire) item(num protowire.Number, s []byte) {
	w.b = protowire.AppendTag(w.b, num, protowire.BytesType)
	w.b = protowire.AppendBytes(w.b, s)
}

func (w *wire) number(num protowire.Number, v int64) {
	if v != 0 {
		w.b = protowire.AppendTag(w.b, num, protowire.VarintType)
		w.b = protowire.AppendVarint(w.b, uint64(v))
	}
}

func (w *wire) flag(num protowire.Number, v bool) {
	if v {
		w.number(num, 1)
	}
}

func (w *wire) double(num protowire.Number, v float64) {
	if v != 0 {
		w.given(num, v)
	}
}

// given appends a double of a field that tells a default from nothing.
func (w *wire) given(num protowire.Number, v float64) {
	w.b = protowire.AppendTag(w.b, num, protowire.Fixed64Type)
	w.b = protowire.AppendFixed64(w.b, math.Float64bits(v))
}

// timestamp appends a google.protobuf.Timestamp.
func (w *wire) timestamp(num protowire.Number, t time.Time) {
	w.instant(num, t.Unix(), int64(t.Nanosecond()))
}

// duration appends a google.protobuf.Duration.
func (w *wire) duration(num protowire.Number, d time.Duration) {
	w.instant(num, int64(d/time.Second), int64(d%time.Second))
}

// instant appends a message of seconds and nanoseconds.
func (w *wire) instant(num protowire.Number, seconds, nanos int64) {
	mark := w.open(num)
	w.number(1, seconds)
	w.number(2, nanos)
	w.close(mark)
}
