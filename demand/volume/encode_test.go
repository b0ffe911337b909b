package volume

import (
	"bytes"
	"encoding/binary"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// FuzzDecode: what is accepted is written again as it was, and forecasts positive, finite rates.
func FuzzDecode(f *testing.F) {
	city := london(f)
	from := calls.HourAt(time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC))
	h := &calls.History{Cells: 1, Span: calls.Span{From: from, To: from + 100*24}}
	for i := range 300 {
		h.Hour, h.Cell, h.Kind = append(h.Hour, from+calls.Hour(8*i)), append(h.Cell, 0), append(h.Kind, 0)
	}
	m, err := Fit(city, h, Settings{})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:100])
	f.Add(append(b.Bytes(), 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		m, err := Decode(r, city)
		if err != nil {
			return
		}
		read := len(b) - r.Len()
		var again bytes.Buffer
		if err := m.Encode(&again); err != nil || !bytes.Equal(again.Bytes(), b[:read]) {
			t.Fatalf("%v; written again it differs", err)
		}
		back, err := Decode(io.MultiReader(&again, r), city)
		if err != nil || !reflect.DeepEqual(back, m) {
			t.Fatalf("read again: %v", err)
		}
		for _, x := range m.Rates(calls.Span{From: from, To: from + 1000}, nil) {
			if !(x >= 0) {
				t.Fatalf("rate %v", x)
			}
		}
	})
}

// TestRecordHasTheSizeOfItsPage: docs/format/volume.md gives every field its bytes.
func TestRecordHasTheSizeOfItsPage(t *testing.T) {
	if got := binary.Size(record{}); got != 1616 {
		t.Errorf("a record has %d bytes, its page says 1616", got)
	}
}
