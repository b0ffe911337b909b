package demand

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

func TestReadProfileRoundTrip(t *testing.T) {
	b, err := json.Marshal(testProfile())
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadProfile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, testProfile()) {
		t.Errorf("read back %+v", got)
	}
}

func TestReadProfileRefusesUnknownFields(t *testing.T) {
	if _, err := ReadProfile(bytes.NewReader([]byte(`{"format": 1, "volume": 3}`))); err == nil {
		t.Error("a field that nothing reads was accepted")
	}
}

// FuzzReadProfile: whatever is accepted gives a prior that sums to its volume.
func FuzzReadProfile(f *testing.F) {
	b, err := json.Marshal(testProfile())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(bytes.Replace(b, []byte("99287"), []byte("1e308"), 1))
	f.Add(bytes.Replace(b, []byte("0.25"), []byte("-0.25"), 1))
	f.Add([]byte("{}"))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ReadProfile(bytes.NewReader(b))
		if err != nil || len(p.Boroughs.Shares) != 2 || p.Boroughs.Shares[0].Code != "A" || p.Boroughs.Shares[1].Code != "B" {
			return
		}
		v, err := Prior(p, 3, []string{"A", "B"}, testRows())
		if err != nil || p.Yearly.Calls > 1e30 || p.Yearly.Calls < 1e-20 {
			return
		}
		if got := sum(yearly(v)); got < 0.999*p.Yearly.Calls || got > 1.001*p.Yearly.Calls {
			t.Errorf("prior sums to %v, volume is %v", got, p.Yearly.Calls)
		}
	})
}
