package mixture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/demand"
)

func encoded(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeReturnsWhatWasEncoded(t *testing.T) {
	city := testCity(5)
	m := fitted(t, city, testCalls(city.Len(), 9, 40, 1, twoTowns(5)))
	file := encoded(t, m)
	rest := bytes.NewReader(append(bytes.Clone(file), "more"...))
	got, err := Decode(rest, city)
	if err != nil {
		t.Fatal(err)
	}
	if rest.Len() != 4 {
		t.Errorf("%d bytes are left; want the 4 that follow", rest.Len())
	}
	equal(t, got, m)
	if again := encoded(t, got); !bytes.Equal(again, file) {
		t.Error("written again, it differs")
	}
}

func TestDecodeSaysWhy(t *testing.T) {
	city := testCity(3)
	file := encoded(t, fitted(t, city, testCalls(city.Len(), 6, 30, 1, twoTowns(3))))
	const name, weight = 8 + 1, 8 + 1 + len("seen")
	const planes = weight + 5*8
	put := func(at int, v float64) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint64(b[at:], math.Float64bits(v)) }
	}
	for what, tc := range map[string]struct {
		change func([]byte)
		want   string
	}{
		"another city":          {func(b []byte) { b[0]++ }, "10 cells"},
		"no components":         {func(b []byte) { b[4] = 0 }, "0 components"},
		"nameless":              {func(b []byte) { b[8] = 0 }, "name"},
		"name of no characters": {func(b []byte) { b[name] = 0xff }, "name"},
		"weight not a number":   {put(weight, math.NaN()), "seen: weight NaN"},
		"weight too large":      {put(weight, 2), "weights sum to"},
		"negative calls":        {put(weight+32, -1), "calls -1"},
		"no planes":             {func(b []byte) { b[planes] = 0 }, "plane 0 of 0"},
		"hour without plane":    {func(b []byte) { b[planes+1+7] = 9 }, "hour 7 has plane 9 of 1"},
		"not a probability":     {func(b []byte) { b[planes+1+demand.HoursPerWeek+3] = 0xff }, "plane 0: cell 0"},
	} {
		b := bytes.Clone(file)
		tc.change(b)
		if _, err := Decode(bytes.NewReader(b), city); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one that says %q", what, err, tc.want)
		}
	}
	for n := range len(file) {
		if _, err := Decode(bytes.NewReader(file[:n]), city); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(file), err)
		}
	}
}

// FuzzDecode: whatever is read, it is refused or gives shares that sum to 1, and is written as it was read.
func FuzzDecode(f *testing.F) {
	city := testCity(2)
	for _, weeks := range []int{0, 4} {
		f.Add(encoded(f, fitted(f, city, testCalls(city.Len(), weeks, 20, 1, twoTowns(2)))))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		m, err := Decode(r, city)
		if err != nil {
			return
		}
		all := table(m)
		for h := range demand.HoursPerWeek {
			sum := 0.0
			for _, p := range all[h*m.cells : (h+1)*m.cells] {
				sum += float64(p)
			}
			if !(math.Abs(sum-1) < 1e-4) {
				t.Fatalf("hour %d: shares sum to %v", h, sum)
			}
		}
		if read := b[:len(b)-r.Len()]; !bytes.Equal(encoded(t, m), read) {
			t.Fatal("written again, it differs from what was read")
		}
	})
}
