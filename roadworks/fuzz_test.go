package roadworks

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// FuzzDecode: whatever is taken is within its limits and survives being written again. Each input is
// tried as it is and with its checksum put right, so that the checks behind that are reached.
func FuzzDecode(f *testing.F) {
	dir := f.TempDir()
	s := open(f, dir, noon)
	for _, c := range []Change{closure("a", atPoint(-0.15)), closure("b", Place{Area: around(-0.1, 0)})} {
		if _, err := s.Add(noon, c); err != nil {
			f.Fatal(err)
		}
	}
	whole, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-70])
	f.Add([]byte(`{"format":"nearside-road-changes/1","changes":[],"sha256":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, b)
		var d document
		if json.Unmarshal(b, &d) != nil {
			return
		}
		d.Sum, _ = d.sum()
		if text, err := json.Marshal(&d); err == nil {
			survives(t, text)
		}
	})
}

func survives(t *testing.T, b []byte) {
	changes, err := Decode(bytes.NewReader(b))
	if err != nil {
		return
	}
	for i := range changes {
		if err := changes[i].check(); err != nil {
			t.Fatal(err)
		}
	}
	var again bytes.Buffer
	if err := Encode(&again, changes); err != nil {
		t.Fatal(err)
	}
	back, err := Decode(&again)
	if err != nil || len(back) != len(changes) || len(back) > 0 && !reflect.DeepEqual(back, changes) {
		t.Fatalf("%v\n%+v\n%+v", err, back, changes)
	}
}
